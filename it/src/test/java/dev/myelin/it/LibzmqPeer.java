package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// libzmq in a process of its own, by pyzmq; see `zmq_peer.py`.
final class LibzmqPeer implements AutoCloseable {
  private final LineProcess process;
  private final AtomicInteger ids = new AtomicInteger();

  private LibzmqPeer(LineProcess process) {
    this.process = process;
  }

  static LibzmqPeer start() throws IOException, InterruptedException {
    LineProcess process = LineProcess.start(Python.command("zmq_peer.py"));
    process.await("ready", Party.SOON);
    return new LibzmqPeer(process);
  }

  LineProcess process() {
    return process;
  }

  /// Returns a socket that is opened when it is bound or connected.
  Socket socket(String role) {
    return socket(role, Map.of());
  }

  /// Likewise, with more to say when it is opened.
  Socket socket(String role, Map<String, ?> more) {
    return new Socket(role, "s" + ids.incrementAndGet(), more);
  }

  @Override
  public void close() {
    process.close();
  }

  /// A socket of libzmq.
  final class Socket implements Party {
    private final String role;
    private final String id;
    private final Map<String, ?> more;
    private int received;
    private int sent;
    private int seen;

    private Socket(String role, String id, Map<String, ?> more) {
      this.role = role;
      this.id = id;
      this.more = more;
    }

    @Override
    public String bind(String endpoint) throws Exception {
      return open("bind", endpoint);
    }

    @Override
    public void connect(String endpoint) throws Exception {
      open("connect", endpoint);
    }

    private String open(String how, String endpoint) throws Exception {
      Map<String, Object> command = new HashMap<>(more);
      command.put("role", role);
      command.put(how, endpoint);
      say("open", command);
      return hear("opened", 1).path("endpoint").asText();
    }

    @Override
    public void send(List<Integer> load) throws Exception {
      say("send", Map.of("load", load));
    }

    @Override
    public void ready() throws Exception {
      say("receive", Map.of());
    }

    @Override
    public void expect(List<Integer> load) throws Exception {
      JsonNode event = hear("received", ++received);
      List<String> told = new ArrayList<>();
      event
          .path("parts")
          .forEach(part -> told.add(part.get(0).asLong() + ":" + part.get(1).asLong()));
      assertThat(told).isEqualTo(Loads.expected(load));
    }

    @Override
    public void echo() throws Exception {
      say("echo", Map.of());
    }

    @Override
    public void probe() throws Exception {
      say("probe", Map.of());
    }

    /// Sends texts.
    void texts(String... parts) throws Exception {
      say("texts", Map.of("parts", List.of(parts)));
      hear("sent", ++sent);
    }

    /// Returns the short texts of the next message; the wait for it was begun.
    List<String> nextTexts() throws Exception {
      List<String> texts = new ArrayList<>();
      hear("received", ++received).path("texts").forEach(text -> texts.add(text.asText()));
      return texts;
    }

    /// Returns what its monitor sees until nothing more happens for that time.
    List<String> changes(Duration quiet) throws Exception {
      say("changes", Map.of("millis", quiet.toMillis()));
      hear("watched", ++seen);
      return process.heard("seen").stream()
          .filter(event -> event.path("id").asText().equals(id))
          .map(event -> event.path("what").asText())
          .toList();
    }

    /// Returns the text of a failure; waits for one.
    String failure() throws Exception {
      return hear("failed", 1).path("text").asText();
    }

    @Override
    public void close() throws IOException {
      say("close", Map.of());
      try {
        hear("closed", 1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void say(String what, Map<String, ?> facts) throws IOException {
      Map<String, Object> command = new HashMap<>(facts);
      command.put("cmd", what);
      command.put("id", id);
      process.command(command);
    }

    /// Waits for the so-manieth event of that name, or for a failure.
    private JsonNode hear(String name, int number) throws InterruptedException {
      int[] found = {0};
      JsonNode event =
          process.awaitAny(
              each -> {
                boolean mine = each.path("id").asText().equals(id);
                String what = each.path("event").asText();
                boolean failed = what.equals("failed") && !name.equals("closed");
                return mine && (failed || (what.equals(name) && ++found[0] == number));
              },
              SOON);
      assertThat(event.path("event").asText()).as(event.toString()).isEqualTo(name);
      return event;
    }
  }
}
