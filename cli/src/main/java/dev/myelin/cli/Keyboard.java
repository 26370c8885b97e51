package dev.myelin.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// What comes from a keyboard, or from a pipe in its place, one thing after the other.
///
/// Neither hears an interrupt, so that a thread of its own reads, some lines ahead, and may be left
/// behind.
final class Keyboard {
  private static final int AHEAD = 1024;

  /// One thing that came.
  sealed interface Event {}

  /// A line, without its end.
  record Line(String text) implements Event {}

  /// Ctrl-C.
  record Press() implements Event {}

  /// The last thing.
  ///
  /// @param failure of the reading, if that ended it
  record End(@Nullable Throwable failure) implements Event {}

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(AHEAD);

  private Keyboard() {}

  /// Begins to read; the stream is borrowed.
  static Keyboard listen(InputStream in) {
    Keyboard keyboard = new Keyboard();
    Thread.ofPlatform().daemon().name("my-keyboard").start(() -> keyboard.read(in));
    return keyboard;
  }

  /// Waits for the next thing; an interrupt ends the wait.
  Event take() throws InterruptedException {
    return events.take();
  }

  /// Waits for the next line, empty at the end; an interrupt ends the wait.
  ///
  /// @throws IOException if the reading failed
  Optional<String> line() throws IOException, InterruptedException {
    while (true) {
      switch (take()) {
        case Line(String text) -> {
          return Optional.of(text);
        }
        case Press _ -> {}
        case End(Throwable failure) -> {
          if (failure != null) {
            throw Input.failure(failure);
          }
          return Optional.empty();
        }
      }
    }
  }

  /// Tells that Ctrl-C was pressed. Nobody waits for it while many lines do.
  void press() {
    boolean _ = events.offer(new Press());
  }

  private void read(InputStream in) {
    Throwable failure = null;
    try {
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        events.put(new Line(line));
      }
    } catch (Throwable e) {
      failure = e; // Whoever waits is told.
    }
    try {
      events.put(new End(failure));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
