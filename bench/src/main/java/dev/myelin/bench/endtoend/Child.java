package dev.myelin.bench.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A process that prints JSON lines and reads orders.
final class Child implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WORDS = 12;
  private static final long END_SECONDS = 2;
  private static final String GONE = "gone";

  private final String name;
  private final Process process;
  private final Writer orders;
  private final LinkedBlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
  private final Deque<String> complaints = new ArrayDeque<>(); // guarded by itself

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name(name + " out").start(this::readAnswers);
    Thread.ofPlatform().daemon().name(name + " err").start(this::readComplaints);
  }

  static Child start(String name, List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return new Child(name, builder.start());
  }

  /// Returns the next answer.
  ///
  /// @throws IOException if there is none within the limit; quotes what the process complained of
  JsonNode next(Duration limit) throws IOException, InterruptedException {
    JsonNode answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (answer == null) {
      throw failed("said nothing for " + limit.toSeconds() + " s");
    }
    if (answer.has(GONE)) {
      answers.add(answer);
      throw failed("ended with exit code " + answer.get(GONE).asInt());
    }
    return answer;
  }

  void order(String line) throws IOException {
    try {
      orders.write(line + "\n");
      orders.flush();
    } catch (IOException e) {
      throw failed("takes no orders: " + e.getMessage());
    }
  }

  private IOException failed(String what) {
    synchronized (complaints) {
      return new IOException(name + " " + what + "; " + String.join(" | ", complaints));
    }
  }

  private void readAnswers() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("{")) {
          answers.add(JSON.readTree(line));
        }
      }
      answers.add(JSON.createObjectNode().put(GONE, process.waitFor()));
    } catch (IOException e) {
      answers.add(JSON.createObjectNode().put(GONE, -1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Keeps the first words and drops the rest: the cause stands above the trace.
  private void readComplaints() {
    try (BufferedReader reader = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (complaints) {
          if (complaints.size() < WORDS && !line.startsWith("WARNING")) {
            complaints.add(line.strip());
          }
        }
      }
    } catch (IOException e) {
      // the process is gone, and what it said is here
    }
  }

  /// Ends the process: its input ends, which it obeys; if it does not, it is ended.
  @Override
  public void close() {
    try {
      orders.close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // it was gone before
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
