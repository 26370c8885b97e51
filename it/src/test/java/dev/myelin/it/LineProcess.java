package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// A process of ours that obeys JSON lines on its input and reports events as JSON lines on its
/// output.
final class LineProcess implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Writer commands;
  private final List<JsonNode> events = new ArrayList<>(); // guarded by lock
  private final List<String> noise = new ArrayList<>(); // guarded by lock
  private boolean ended; // guarded by lock
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition heard = lock.newCondition();

  private LineProcess(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /// Starts the command; fails if there is no such program.
  static LineProcess start(List<String> command) throws IOException {
    LineProcess started =
        new LineProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread.ofVirtual().name("lines-of-" + started.process.pid()).start(started::listen);
    return started;
  }

  long pid() {
    return process.pid();
  }

  void command(Map<String, ?> command) throws IOException {
    commands.write(JSON.writeValueAsString(command) + "\n");
    commands.flush();
  }

  /// Waits for an event of that name that passes the test, past ones included.
  JsonNode await(String event, Predicate<JsonNode> test, Duration limit)
      throws InterruptedException {
    return await(0, event, test, limit);
  }

  JsonNode await(String event, Duration limit) throws InterruptedException {
    return await(event, _ -> true, limit);
  }

  /// Waits for an event of any name that passes the test, past ones included.
  JsonNode awaitAny(Predicate<JsonNode> test, Duration limit) throws InterruptedException {
    return await(0, "", test, limit);
  }

  /// Waits for an event among those after the first `skipped`; no name stands for any.
  JsonNode await(int skipped, String event, Predicate<JsonNode> test, Duration limit)
      throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      int next = skipped;
      Optional<JsonNode> found = find(next, event, test);
      while (found.isEmpty()) {
        next = events.size();
        if (left <= 0 || ended) {
          throw new AssertionError("no " + event + " within " + limit + "; " + story());
        }
        left = heard.awaitNanos(left);
        found = find(next, event, test);
      }
      return found.get();
    } finally {
      lock.unlock();
    }
  }

  private Optional<JsonNode> find(int from, String event, Predicate<JsonNode> test) {
    return events.subList(from, events.size()).stream()
        .filter(each -> event.isEmpty() || each.path("event").asText().equals(event))
        .filter(test)
        .findFirst();
  }

  /// Waits until it has ended by itself and everything it said was heard.
  void awaitEnd(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (!ended) {
        if (left <= 0) {
          throw new AssertionError("it goes on after " + limit + "; " + story());
        }
        left = heard.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Watches that long, and fails as soon as an event of that name comes after the first `skipped`.
  void expectNone(int skipped, String event, Duration limit) throws InterruptedException {
    JsonNode found = null;
    try {
      found = await(skipped, event, _ -> true, limit);
    } catch (AssertionError none) {
      // As hoped.
    }
    if (found != null) {
      throw new AssertionError("an event that should not come: " + found);
    }
  }

  /// Returns the number of events so far.
  int heardSoFar() {
    lock.lock();
    try {
      return events.size();
    } finally {
      lock.unlock();
    }
  }

  /// Returns the events of that name so far.
  List<JsonNode> heard(String event) {
    lock.lock();
    try {
      return events.stream().filter(each -> each.path("event").asText().equals(event)).toList();
    } finally {
      lock.unlock();
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " " + pid() + " failed");
    }
  }

  /// Kills the process as `kill -9` does and waits until it is gone.
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
      commands.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // What was not written to a dead process is of no use to it.
    }
  }

  private String story() {
    String last =
        events.stream()
            .skip(Math.max(0, events.size() - 12))
            .map(JsonNode::toString)
            .collect(Collectors.joining("\n  "));
    return "ended: " + ended + "\n  " + last + "\n" + String.join("\n", noise);
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
      }
    } catch (IOException e) {
      // The process is gone.
    } finally {
      lock.lock();
      try {
        ended = true;
        heard.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void take(String line) throws IOException {
    lock.lock();
    try {
      if (line.startsWith("{")) {
        events.add(JSON.readTree(line));
        heard.signalAll();
      } else if (noise.size() < 200) {
        noise.add(line);
      }
    } finally {
      lock.unlock();
    }
  }
}
