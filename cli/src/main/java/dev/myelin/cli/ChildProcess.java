package dev.myelin.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Another process of this command, spoken with in JSON lines: its output is events, its input is
/// orders.
final class ChildProcess implements AutoCloseable {
  private static final String GONE = "gone";
  private static final int STDERR_LINES = 40;
  private static final long END_SECONDS = 5;

  private final String name;
  private final Process process;
  private final Writer orders;
  private final LinkedBlockingQueue<Map<String, Object>> events = new LinkedBlockingQueue<>();
  private final List<String> complaints = new ArrayList<>();

  private ChildProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("my-" + name + "-out").start(this::readEvents);
    Thread.ofPlatform().daemon().name("my-" + name + "-err").start(this::readComplaints);
  }

  /// Starts this command again, with the same Java and the same flags.
  ///
  /// @param environment variables added to ours, from which settings are taken out
  static ChildProcess start(String name, List<String> args, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>(java());
    command.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(command);
    // What the user's shell says about nodes is not meant for these.
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("MYELIN_") || key.startsWith("ASOC_"));
    builder.environment().putAll(environment);
    return new ChildProcess(name, builder.start());
  }

  /// Starts any program that prints JSON lines.
  static ChildProcess startProgram(String name, List<String> command) throws IOException {
    return new ChildProcess(name, new ProcessBuilder(command).start());
  }

  /// Returns the next event.
  ///
  /// @throws CommandException if the child ended or said nothing within the limit; quotes what it
  ///   complained of
  Map<String, Object> next(Duration limit) throws InterruptedException {
    Map<String, Object> event = events.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (event == null) {
      throw failed("said nothing for " + Words.time(limit));
    }
    if (event.containsKey(GONE)) {
      events.add(event);
      throw failed("ended with exit code " + event.get(GONE));
    }
    return event;
  }

  /// Returns the next event of that name, passing over others.
  Map<String, Object> await(String event, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Map<String, Object> next =
          next(Duration.ofNanos(Math.max(end - System.nanoTime(), 1_000_000)));
      if (event.equals(next.get("event"))) {
        return next;
      }
    }
  }

  /// Sends one order.
  void order(Object order) throws IOException {
    try {
      orders.write(Json.line(order));
      orders.write('\n');
      orders.flush();
    } catch (IOException e) {
      throw failed("takes no orders: " + e.getMessage());
    }
  }

  /// Waits until the child has ended by itself.
  void join(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failed("did not end within " + Words.time(limit));
    }
  }

  /// Returns its process id.
  long pid() {
    return process.pid();
  }

  /// Ends the child: its input closes, which it obeys; if it does not, it is ended.
  @Override
  public void close() {
    try {
      orders.close();
    } catch (IOException e) {
      // it is gone already
    }
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private CommandException failed(String what) {
    String words;
    synchronized (complaints) {
      words =
          complaints.isEmpty()
              ? "it printed no error"
              : "it printed:\n    " + String.join("\n    ", complaints);
    }
    return new CommandException(ExitCodes.SOFTWARE, "process " + name + " " + what + "; " + words);
  }

  private void readEvents() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("{")) {
          events.add(Json.parse(line));
        }
      }
    } catch (IOException e) {
      synchronized (complaints) {
        complaints.add("(its output broke: " + e.getMessage() + ")");
      }
    }
    try {
      events.add(Json.object(GONE, process.waitFor()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readComplaints() {
    try (BufferedReader reader = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (complaints) {
          if (complaints.size() < STDERR_LINES) {
            complaints.add(line);
          }
        }
      }
    } catch (IOException e) {
      // the process is gone, and what it said is here
    }
  }

  /// Returns the command that started this process up to its main class; where the system does not
  /// tell, one that does the same.
  private static List<String> java() {
    ProcessHandle.Info own = ProcessHandle.current().info();
    String[] arguments = own.arguments().orElse(new String[0]);
    List<String> command = new ArrayList<>();
    command.add(
        own.command().orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    for (String argument : arguments) {
      command.add(argument);
      if (argument.equals(Main.class.getName()) || argument.endsWith("/" + Main.class.getName())) {
        return command;
      }
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }
}
