package dev.myelin.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A command that runs in a thread of its own until it is stopped, as Ctrl-C does.
final class Background {
  private static final long SECONDS = 20;
  private static final Pattern LISTENING = Pattern.compile("listening.*?((?:tcp|ipc)://[^\"]+)");

  private final Terminal terminal;
  private final CompletableFuture<Integer> code = new CompletableFuture<>();
  private final Thread thread;

  private Background(Terminal terminal, String... args) {
    this.terminal = terminal;
    this.thread = Thread.ofPlatform().start(() -> code.complete(terminal.run(args)));
  }

  static Background start(Terminal terminal, String... args) {
    return new Background(terminal, args);
  }

  /// Waits until the command has printed an event of that name.
  JsonNode await(String event) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    boolean ended = false;
    while (System.nanoTime() < end && !ended) {
      ended = code.isDone();
      for (JsonNode line : terminal.wholeJsonLines()) {
        if (line.path("event").asText().equals(event)) {
          return line;
        }
      }
      ended &= !terminal.awaitOutput();
    }
    throw new AssertionError("no " + event + " in " + terminal.out() + terminal.err());
  }

  /// Waits until the command has said where it listens, and returns that.
  String listening() {
    return saying(LISTENING);
  }

  /// Waits until a line on standard error has the pattern, and returns its first group.
  String saying(String pattern) {
    return saying(Pattern.compile(pattern));
  }

  private String saying(Pattern pattern) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    boolean ended = false;
    while (System.nanoTime() < end && !ended) {
      ended = code.isDone();
      for (String line : terminal.wholeErrorLines()) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.find()) {
          return matcher.group(1);
        }
      }
      ended &= !terminal.awaitError();
    }
    throw new AssertionError("nothing like " + pattern + ": " + terminal.out() + terminal.err());
  }

  /// Waits until the command ends by itself.
  int exitCode() throws Exception {
    return code.get(SECONDS, TimeUnit.SECONDS);
  }

  /// Stops the command as Ctrl-C does.
  int interrupt() throws Exception {
    thread.interrupt();
    return exitCode();
  }
}
