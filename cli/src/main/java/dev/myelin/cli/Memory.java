package dev.myelin.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory there is to be had.
///
/// @param free of the system, outside of the heap; the most there is if it does not tell
/// @param heap of this process
record Memory(long free, long heap) {
  private static final Path TOLD = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";

  static Memory of() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    return new Memory(available(), runtime.maxMemory() - used);
  }

  private static long available() {
    try {
      for (String line : Files.readAllLines(TOLD)) {
        if (line.startsWith(AVAILABLE)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Another system: it will say itself when there is too little.
    }
    return Long.MAX_VALUE;
  }
}
