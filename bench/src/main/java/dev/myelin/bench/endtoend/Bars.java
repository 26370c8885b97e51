package dev.myelin.bench.endtoend;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/// What we set out to reach, and what a run says of it.
///
/// Designs that did not run side by side are compared through their ratios to the same base.
final class Bars {
  private static final String MIB = "one-way:1m";
  private static final String LARGE = "one-way:16m";
  private static final String SMALL = "small:64";
  private static final String TRIP = "round-trip:64";

  private final Summary summary;

  /// One of them.
  ///
  /// @param atLeast whether more is better
  private record Bar(String about, boolean atLeast, double asked, OptionalDouble got) {
    String line() {
      String sign = atLeast ? "≥ " : "≤ ";
      if (got.isEmpty()) {
        return row(sign, "–", "not measured");
      }
      double value = got.getAsDouble();
      boolean holds = atLeast ? value >= asked : value <= asked;
      return row(sign, Tables.figure(value), holds ? "yes" : "no");
    }

    private String row(String sign, String value, String verdict) {
      return "| %s | %s%s | %s | %s |\n"
          .formatted(about, sign, Tables.figure(asked), value, verdict);
    }
  }

  private Bars(Summary summary) {
    this.summary = summary;
  }

  /// Returns a table of the page.
  static String markdown(Summary summary) {
    Bars bars = new Bars(summary);
    StringBuilder text =
        new StringBuilder("| what | asked | measured | reached |\n|---|---|---|---|\n");
    bars.links().forEach(bar -> text.append(bar.line()));
    bars.neighbours().forEach(bar -> text.append(bar.line()));
    bars.patterns().forEach(bar -> text.append(bar.line()));
    return text.append('\n').toString();
  }

  private List<Bar> links() {
    return List.of(
        new Bar("one way, 1 MiB, to C", true, 0.95, ratio(MIB, "myelin-connection", "c-tcp")),
        new Bar("the same through nodes", true, 0.95, ratio(MIB, "myelin-clear", "c-tcp")),
        new Bar("one way, 16 MiB, to C", true, 0.95, ratio(LARGE, "myelin-connection", "c-tcp")),
        new Bar("the same through nodes", true, 0.95, ratio(LARGE, "myelin-clear", "c-tcp")),
        new Bar("encrypted, 16 MiB, to C", true, 0.6, ratio(LARGE, "myelin-tls", "c-tcp")),
        new Bar(
            "encrypted, to Java's best TLS",
            true,
            0.85,
            ratio(LARGE, "myelin-tls", "java-tls-conscrypt")),
        new Bar(
            "64 B one way, to JeroMQ", true, 3, ratio(SMALL, "myelin-connection-post", "jeromq")),
        new Bar(
            "64 B one way, to libzmq", true, 4, ratio(SMALL, "myelin-connection-post", "libzmq")),
        new Bar(
            "64 B there and back, p50 to C",
            false,
            1.5,
            ratio(TRIP, "myelin-connection-latency", "c-tcp")),
        new Bar(
            "10 000 connections, KiB each", false, 24, value("connections:10000", "myelin-many")),
        new Bar("defaults to the best setting, 1 MiB", true, 0.9, defaults("settings:1m")),
        new Bar("defaults to the best setting, 16 MiB", true, 0.9, defaults("settings:16m")));
  }

  private List<Bar> neighbours() {
    return List.of(
        new Bar("1 GiB by reference, p50 us", false, 100, value("hand-over:1g", "myelin-given")),
        new Bar(
            "copied through shared memory, 16 MiB, to memcpy",
            true,
            0.9,
            ratio(LARGE, "myelin", "memcpy")),
        new Bar(
            "64 B there and back in shared memory, p50 us",
            false,
            15,
            value(TRIP, "myelin-connection-shared")));
  }

  private List<Bar> patterns() {
    return List.of(
        new Bar("PUSH 64 B, to JeroMQ", true, 1.5, ratio(SMALL, "myelin-push", "jeromq")),
        new Bar("PUSH 64 B, to libzmq", true, 1, ratio(SMALL, "myelin-push", "libzmq")),
        new Bar("PUSH 1 MiB, to C", true, 0.9, ratio(MIB, "myelin-push", "c-tcp")),
        new Bar("REQ 64 B, p50 to libzmq", false, 1, ratio(TRIP, "myelin-ask", "libzmq-ask")),
        new Bar(
            "PUB, copies of 4 KiB in our heap for 100 subscribers", false, 2, copiesOfAMessage()),
        new Bar(
            "log, appends of 4 KiB, to the disk",
            true,
            0.5,
            ratio("append:4k", "myelin-log", "disk")),
        new Bar(
            "log, appends of 1 MiB, to the disk",
            true,
            0.5,
            ratio("append:1m", "myelin-log", "disk")));
  }

  private OptionalDouble value(String what, String design) {
    return row(what, design, false);
  }

  private OptionalDouble row(String what, String design, boolean ratio) {
    return summary.rows().getOrDefault(Case.parse(what), List.of()).stream()
        .filter(row -> row.design().equals(design))
        .mapToDouble(row -> ratio ? row.ratio() : row.value().median())
        .filter(value -> !Double.isNaN(value))
        .findFirst();
  }

  private OptionalDouble ratio(String what, String ours, String theirs) {
    OptionalDouble one = row(what, ours, true);
    OptionalDouble other = row(what, theirs, true);
    return one.isEmpty() || other.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(one.getAsDouble() / other.getAsDouble());
  }

  private OptionalDouble defaults(String what) {
    DoubleStream others =
        summary.rows().getOrDefault(Case.parse(what), List.of()).stream()
            .mapToDouble(Summary.Row::ratio)
            .filter(ratio -> !Double.isNaN(ratio));
    OptionalDouble best = others.max();
    return best.isEmpty() ? best : OptionalDouble.of(1 / best.getAsDouble());
  }

  /// What a message costs more when it is 4 KiB instead of 64 B, in messages.
  private OptionalDouble copiesOfAMessage() {
    OptionalDouble small = heap("publish:64");
    OptionalDouble large = heap("publish:4k");
    return small.isEmpty() || large.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, large.getAsDouble() - small.getAsDouble()) / (4096 - 64));
  }

  private OptionalDouble heap(String what) {
    return summary.rows().getOrDefault(Case.parse(what), List.of()).stream()
        .filter(row -> row.design().equals("myelin-pub") && !row.micros().isEmpty())
        .mapToDouble(row -> row.micros().getFirst())
        .findFirst();
  }
}
