package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Three node processes that deliver tensors to each other all the time, and what they report of
/// it.
///
/// The later ones dial the earlier ones. The last one is the victim of what the tests do.
final class Trio implements AutoCloseable {
  static final int VICTIM = 2;
  private static final Duration START = Duration.ofSeconds(20);
  private static final long FLOW_BYTES = 256 << 10;
  private static final long MEMORY = 256 << 20;

  /// Where the processes run and how they reach each other.
  interface Ground extends AutoCloseable {
    /// Returns whether the processes may reach each other by what others tell, beside the routes.
    default boolean hearsay() {
      return true;
    }

    /// Returns what to put in front of the command of that process.
    default List<String> prefix(int which) {
      return List.of();
    }

    /// Returns the address on which that process listens.
    default String host(int which) {
      return "127.0.0.1";
    }

    /// Returns where `from` dials `to`, who listens on `port`.
    default String route(int from, int to, int port) throws IOException {
      return host(to) + ":" + port;
    }

    @Override
    default void close() throws IOException {}
  }

  private final Ground ground;
  private final List<UUID> ids = new ArrayList<>();
  private final List<LineProcess> processes = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  private Trio(Ground ground) {
    this.ground = ground;
  }

  /// Starts the three and waits until tensors flow between all.
  static Trio start(Ground ground) throws IOException, InterruptedException {
    Trio trio = new Trio(ground);
    try {
      trio.begin();
      return trio;
    } catch (IOException | InterruptedException | AssertionError e) {
      trio.close();
      throw e;
    }
  }

  private void begin() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      ids.add(UUID.randomUUID());
      processes.add(launch(i, 0));
      ports.add(process(i).await("ready", START).path("port").asInt());
    }
    for (int i = 0; i < 3; i++) {
      beginFlows(i);
    }
    for (int from = 0; from < 3; from++) {
      awaitFlow(from, (from + 1) % 3, 0, START);
      awaitFlow(from, (from + 2) % 3, 0, START);
    }
  }

  LineProcess process(int which) {
    return processes.get(which);
  }

  /// Starts the one that was killed again, as who it was and where it was; returns when it was
  /// ready.
  long restart(int which) throws IOException, InterruptedException {
    processes.get(which).close();
    processes.set(which, launch(which, ports.get(which)));
    long ready = process(which).await("ready", START).path("at").asLong();
    beginFlows(which);
    return ready;
  }

  /// Waits until `from` delivered to `to` in a call that began no earlier than `since`; returns
  /// when it ended.
  long awaitFlow(int from, int to, long since, Duration limit) throws InterruptedException {
    return process(from)
        .await(
            "ok",
            each -> isTo(each, to) && each.path("at").asLong() - each.path("ms").asLong() >= since,
            limit)
        .path("at")
        .asLong();
  }

  /// Waits until a call of `from` to `to` fails after `since`; returns the report.
  JsonNode awaitFailure(int from, int to, long since, Duration limit) throws InterruptedException {
    return process(from)
        .await("fail", each -> isTo(each, to) && each.path("at").asLong() >= since, limit);
  }

  /// Returns the longest time without a delivery from one to the other between the two moments.
  long longestGap(int from, int to, long begin, long end) {
    long last = begin;
    long longest = 0;
    for (JsonNode each : process(from).heard("ok")) {
      long at = each.path("at").asLong();
      if (isTo(each, to) && at >= begin && at <= end) {
        longest = Math.max(longest, at - last);
        last = at;
      }
    }
    return Math.max(longest, end - last);
  }

  /// Returns the failures from one to the other since that moment.
  List<JsonNode> failures(int from, int to, long since) {
    return process(from).heard("fail").stream()
        .filter(each -> isTo(each, to) && each.path("at").asLong() >= since)
        .toList();
  }

  @Override
  public void close() {
    processes.forEach(LineProcess::close);
  }

  private boolean isTo(JsonNode event, int to) {
    return event.path("to").asText().equals(ids.get(to).toString());
  }

  private LineProcess launch(int which, int port) throws IOException {
    List<String> more =
        new ArrayList<>(List.of(ground.hearsay() ? "secure" : "listed", "" + MEMORY));
    for (int to = 0; to < which; to++) {
      more.add(ground.route(which, to, ports.get(to)));
    }
    List<String> command = new ArrayList<>(ground.prefix(which));
    command.addAll(
        NodeProcess.command(ids.get(which), ground.host(which), port, more.toArray(String[]::new)));
    return LineProcess.start(command);
  }

  private void beginFlows(int from) throws IOException {
    for (int to = 0; to < ids.size(); to++) {
      if (to != from) {
        process(from)
            .command(Map.of("cmd", "flow", "to", ids.get(to).toString(), "bytes", FLOW_BYTES));
      }
    }
  }
}
