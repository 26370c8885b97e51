package dev.myelin.cli;

import dev.myelin.engine.MemoryCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How much memory there is to be had.
///
/// @param free of the system, outside of the heap; the most there is if it does not tell
/// @param heap of this process
record Memory(long free, long heap) {
  private static final Path SYSTEM = Path.of("/proc/meminfo");
  private static final String AVAILABLE = "MemAvailable:";
  private static final Path OWN = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  static Memory of() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    return new Memory(told(SYSTEM, AVAILABLE).orElse(Long.MAX_VALUE), runtime.maxMemory() - used);
  }

  /// Returns how much of the system's memory this process has now, where the system tells.
  static Optional<Long> resident() {
    return told(OWN, RESIDENT);
  }

  /// @throws CommandException if that is too little for an engine and one text of so many tokens
  void require(String model, MemoryCost cost, int tokens) {
    long needed = cost.totalBytes(1, tokens) - cost.weightBytes();
    if (cost.weightBytes() > free || needed > heap) {
      throw new CommandException(
          ExitCodes.OS,
          model
              + (": needs " + Words.bytes(cost.weightBytes()) + " for weights and ")
              + (Words.bytes(needed) + " for " + Words.count(tokens, "token"))
              + (" (expected: <= " + Words.bytes(free) + " and <= ")
              + (Words.bytes(heap) + "); take fewer tokens (--context), or weights of a")
              + " smaller type ('myelin models convert --type q4_0')");
    }
  }

  private static Optional<Long> told(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          return Optional.of(Long.parseLong(line.replaceAll("[^0-9]", "")) << 10);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Another system: it will say itself when there is too little.
    }
    return Optional.empty();
  }
}
