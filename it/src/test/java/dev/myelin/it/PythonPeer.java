package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// A peer with the habits of a stock ASoc node, in a process of its own; see `asoc_peer.py`.
final class PythonPeer implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(15);

  private final LineProcess process;
  private final String id;
  private final int port;

  private PythonPeer(LineProcess process) throws InterruptedException {
    this.process = process;
    JsonNode ready = process.await("ready", SOON);
    this.id = ready.path("id").asText();
    this.port = ready.path("port").asInt();
  }

  /// Starts a peer; fails where there is no `python3`.
  static PythonPeer start(String community, String key, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", "-u", script().toString()));
    command.addAll(List.of("--community", community, "--key", key));
    command.addAll(List.of(options));
    return new PythonPeer(LineProcess.start(command));
  }

  String id() {
    return id;
  }

  int port() {
    return port;
  }

  void dial(int toPort) throws IOException {
    process.command(Map.of("cmd", "dial", "host", "127.0.0.1", "port", toPort));
  }

  void dialForEver(int toPort) throws IOException {
    process.command(Map.of("cmd", "static", "peer", "127.0.0.1:" + toPort));
  }

  /// Sends random bytes to whoever is connected and reports them under `tag`.
  void send(String tag, int length, int chunk) throws IOException {
    process.command(
        Map.of("cmd", "send", "length", length, "seed", length, "chunk", chunk, "tag", tag));
  }

  /// Waits for a report, past ones included.
  JsonNode await(String event, Predicate<JsonNode> test) throws InterruptedException {
    return process.await(event, test, SOON);
  }

  JsonNode await(String event) throws InterruptedException {
    return process.await(event, SOON);
  }

  /// Watches that long, and fails as soon as an event of that name comes that was not there before.
  void expectNoMore(String event, Duration limit) throws InterruptedException {
    process.expectNone(process.heardSoFar(), event, limit);
  }

  List<JsonNode> heard(String event) {
    return process.heard(event);
  }

  JsonNode state(String tag) throws IOException, InterruptedException {
    process.command(Map.of("cmd", "state", "tag", tag));
    return await("state", each -> each.path("tag").asText().equals(tag));
  }

  @Override
  public void close() {
    process.close();
  }

  private static Path script() {
    Path script = Path.of(System.getProperty("basedir", "."), "src/test/python/asoc_peer.py");
    if (!Files.isReadable(script)) {
      throw new IllegalStateException(script + " (expected: the tests run in the folder of it)");
    }
    return script;
  }
}
