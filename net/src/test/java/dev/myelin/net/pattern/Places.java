package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Endpoints to bind at, by the name of a transport.
final class Places {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private Places() {}

  static String at(String transport, Path folder) {
    return switch (transport) {
      case "tcp" -> "tcp://127.0.0.1:*";
      case "ipc" -> "ipc://" + folder.resolve("socket");
      default -> "inproc://place";
    };
  }

  /// Waits until something is so, and fails if it is not in time.
  static void eventually(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - begin).as("nanoseconds").isLessThan(LIMIT_NANOS);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
