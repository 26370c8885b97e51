package dev.myelin.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// The threads of ours, virtual ones too, that were there at one moment; ours are those whose names
/// start with `my-`.
public final class ThreadWatch {
  private static final String OURS = "my-";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private final Set<Long> before;

  private ThreadWatch(Set<Long> before) {
    this.before = before;
  }

  static ThreadWatch start() {
    return new ThreadWatch(ours().keySet());
  }

  /// Waits until no new thread of ours runs, at most to the deadline.
  void requireGone(long deadlineNanos) {
    joinPlatformThreads(deadlineNanos);
    Map<Long, String> left = left();
    while (!left.isEmpty() && deadlineNanos - System.nanoTime() > 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      left = left();
    }
    if (!left.isEmpty()) {
      throw new AssertionError("threads still running: " + left.values() + " (expected: none)");
    }
  }

  private void joinPlatformThreads(long deadlineNanos) {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      long nanos = deadlineNanos - System.nanoTime();
      if (thread.getName().startsWith(OURS) && !before.contains(thread.threadId()) && nanos > 0) {
        join(thread, nanos);
      }
    }
  }

  private static void join(Thread thread, long nanos) {
    try {
      thread.join(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<Long, String> left() {
    Map<Long, String> now = ours();
    now.keySet().removeAll(before);
    return now;
  }

  /// Returns the names of the threads of ours there are now, by number.
  public static Map<Long, String> ours() {
    // Virtual threads are seen by a thread dump only.
    Map<Long, String> found = new TreeMap<>();
    for (JsonNode container : dump().path("threadDump").path("threadContainers")) {
      for (JsonNode thread : container.path("threads")) {
        String name = thread.path("name").asText();
        if (name.startsWith(OURS)) {
          found.put(thread.path("tid").asLong(), name);
        }
      }
    }
    return found;
  }

  private static JsonNode dump() {
    try {
      Path folder = Files.createTempDirectory("my-threads");
      Path file = folder.resolve("dump.json");
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
        return JSON.readTree(file.toFile());
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
