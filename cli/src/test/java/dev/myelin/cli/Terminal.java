package dev.myelin.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A shell whose output is kept and whose environment is empty unless told.
final class Terminal {
  private static final long MOMENT_MILLIS = 20;

  /// A key that draws no warning.
  static final String KEY = "0123456789abcdef0123456789abcdef";

  private final Output out = new Output();
  private final Output err = new Output();
  private final Map<String, String> environment = new HashMap<>();
  private InputStream in = InputStream.nullInputStream();

  Terminal() {}

  /// Sets a variable.
  Terminal with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /// Sets what is read from standard input.
  Terminal reading(byte[] bytes) {
    in = new ByteArrayInputStream(bytes);
    return this;
  }

  /// Sets where standard input comes from.
  Terminal reading(InputStream source) {
    in = source;
    return this;
  }

  /// Runs this whenever there is output, in the thread that prints it.
  Terminal whenPrinting(Runnable action) {
    out.action = action;
    return this;
  }

  /// Runs a command and returns its exit code.
  int run(String... args) {
    return Main.run(shell(), args);
  }

  Shell shell() {
    return new Shell(stream(out), stream(err), in, environment, false, false);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /// Returns the lines of output as JSON.
  List<JsonNode> json() {
    ObjectMapper mapper = new ObjectMapper();
    return out().lines().map(line -> read(mapper, line)).toList();
  }

  /// Returns the lines of errors that are whole already.
  List<String> wholeErrorLines() {
    String text = err();
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  /// Waits a moment for more on standard error.
  boolean awaitError() {
    return err.await();
  }

  /// Waits a moment for more output.
  boolean awaitOutput() {
    return out.await();
  }

  /// Returns the lines that are whole already, of a command that still runs.
  List<JsonNode> wholeJsonLines() {
    String text = out();
    ObjectMapper mapper = new ObjectMapper();
    return text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .map(line -> read(mapper, line))
        .toList();
  }

  private static JsonNode read(ObjectMapper mapper, String line) {
    try {
      return mapper.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /// Bytes that wake whoever waits for them.
  private static final class Output extends ByteArrayOutputStream {
    private final Semaphore written = new Semaphore(0);
    private Runnable action = () -> {};

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, length);
      written.release();
      action.run();
    }

    boolean await() {
      try {
        return written.tryAcquire(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
