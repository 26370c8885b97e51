package dev.myelin.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How many files and sockets this process may have open.
final class Descriptors {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String NAME = "Max open files";

  private Descriptors() {}

  /// Returns the limit that holds now; a very large number where there is none or nobody tells.
  static int most() {
    try {
      return Files.isReadable(LIMITS) ? most(Files.readAllLines(LIMITS)) : Integer.MAX_VALUE;
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
  }

  /// Returns the soft limit out of the lines of `/proc/PID/limits` (proc_pid_limits(5)).
  static int most(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(NAME)) {
        return number(line.substring(NAME.length()).strip().split("\\s+", 2)[0]);
      }
    }
    return Integer.MAX_VALUE;
  }

  private static int number(String text) {
    try {
      return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Integer.MAX_VALUE; // unlimited
    }
  }
}
