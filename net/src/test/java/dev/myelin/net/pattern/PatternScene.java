package dev.myelin.net.pattern;

import dev.myelin.net.Messaging;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What a test of a pattern has: a place for sockets, and a folder for their files.
abstract class PatternScene {
  static final Duration SHORT = Duration.ofMillis(50);
  static final Duration LONG = Duration.ofSeconds(10);

  @TempDir Path folder;
  Messaging messaging;

  @BeforeEach
  void open() throws Exception {
    messaging = Messaging.open();
  }

  @AfterEach
  void close() {
    messaging.close();
  }
}
