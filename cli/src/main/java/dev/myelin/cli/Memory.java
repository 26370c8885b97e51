package dev.myelin.cli;

import dev.myelin.engine.MemoryCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How much memory there is to be had.
///
/// @param free of the system and of what it allows this process; the most there is if it does not
///   tell
/// @param heap of this process
record Memory(long free, long heap) {
  private static final String SYSTEM = "proc/meminfo";
  private static final String AVAILABLE = "MemAvailable:";
  private static final Path OWN = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  static Memory of() {
    return of(Path.of("/"));
  }

  /// @param root of the files in which Linux tells
  static Memory of(Path root) {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    long available = told(root.resolve(SYSTEM), AVAILABLE).orElse(Long.MAX_VALUE);
    return new Memory(Math.min(available, ControlGroups.free(root)), runtime.maxMemory() - used);
  }

  /// Returns how much of the system's memory this process has now, where the system tells.
  static Optional<Long> resident() {
    return told(OWN, RESIDENT);
  }

  /// @param option that says how many tokens
  /// @throws CommandException if that is too little for an engine and one text of so many tokens
  void require(String model, MemoryCost cost, int tokens, String option) {
    long whole = cost.totalBytes(1, tokens);
    long beside = whole - cost.weightBytes();
    String context = Words.bytes(beside) + " for " + Words.count(tokens, "token");
    if (whole > free) {
      throw new CommandException(
          ExitCodes.OS,
          (model + ": needs " + Words.bytes(cost.weightBytes()) + " for weights and " + context)
              + (" (expected: <= " + Words.bytes(free) + " together, which are free);")
              + " take weights of a smaller type ('myelin models convert MODEL FILE --type q4_0')"
              + (" or fewer tokens (" + option + ")"));
    }
    if (beside > heap) {
      throw new CommandException(
          ExitCodes.OS,
          (model + ": needs " + context + " (expected: <= " + Words.bytes(heap) + " of heap);")
              + (" take fewer tokens (" + option + ")"));
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
