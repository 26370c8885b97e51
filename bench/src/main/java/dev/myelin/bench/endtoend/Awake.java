package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Keeps the processors from halting while trips are timed: on a virtual machine each wake-up of a
/// halted one leaves the machine and costs ten times the trip.
///
/// Loops of the lowest priority run on every core; whoever has work takes the core from them.
final class Awake implements AutoCloseable {
  private final List<Process> loops = new ArrayList<>();

  /// Starts the loops, or ends them.
  void keep(boolean awake) throws IOException {
    if (!awake) {
      close();
    } else if (loops.isEmpty()) {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        loops.add(loop());
      }
    }
  }

  private static Process loop() throws IOException {
    String endless = "while :; do :; done";
    try {
      return new ProcessBuilder("chrt", "--idle", "0", "sh", "-c", endless).start();
    } catch (IOException e) {
      return new ProcessBuilder("nice", "-n", "19", "sh", "-c", endless).start();
    }
  }

  @Override
  public void close() {
    loops.forEach(Process::destroyForcibly);
    loops.clear();
  }
}
