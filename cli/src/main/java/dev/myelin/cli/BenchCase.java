package dev.myelin.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// One thing that is measured.
enum BenchCase {
  /// Large tensors one way, in frames of 1 MiB.
  ONE_WAY("GB/s", 256L << 20),
  /// Small tensors there and back over one connection.
  ROUND_TRIP("us", 64),
  /// Small tensors one way.
  SMALL("msg/s", 64),
  /// From dialling to the first tensor confirmed.
  HANDSHAKE("ms", 64),
  /// From the start of both nodes to the first tensor confirmed.
  DISCOVERY("ms", 64),
  /// A prompt through a model, all its tokens together.
  PREFILL("tokens/s", 0),
  /// Tokens through a model, one after the other.
  DECODE("tokens/s", 0);

  private final String unit;
  private final long usualBytes;

  BenchCase(String unit, long usualBytes) {
    this.unit = unit;
    this.usualBytes = usualBytes;
  }

  /// Returns the name on the command line.
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Returns what its figures are in.
  String unit() {
    return unit;
  }

  /// Returns how many bytes a tensor has unless told.
  long usualBytes() {
    return usualBytes;
  }

  /// Returns whether its figures are times, of which the tail matters.
  boolean isLatency() {
    return this == ROUND_TRIP || this == HANDSHAKE || this == DISCOVERY;
  }

  /// Returns whether it measures a model, in this process, and not two nodes.
  boolean isOfModel() {
    return this == PREFILL || this == DECODE;
  }

  /// Returns the cases that measure nodes, or those that measure a model.
  static List<BenchCase> all(boolean ofModel) {
    return Arrays.stream(values()).filter(each -> each.isOfModel() == ofModel).toList();
  }

  /// Returns the case of that name.
  static BenchCase parse(String text) {
    return Arrays.stream(values())
        .filter(each -> each.text().equals(text.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new picocli.CommandLine.TypeConversionException(
                    "'"
                        + text
                        + "' (expected: one-way, round-trip, small, handshake, discovery, prefill"
                        + " or decode)"));
  }
}
