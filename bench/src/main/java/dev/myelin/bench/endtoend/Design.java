package dev.myelin.bench.endtoend;

import java.io.IOException;

/// One way to move bytes between two processes: a row of every table.
interface Design {
  /// Returns its name in results.
  String name();

  /// Returns what it is, in a few words.
  String about();

  boolean measures(Case what);

  /// Starts its two processes.
  ///
  /// @throws Absent if this machine lacks what it needs
  Pair open(Workplace workplace) throws IOException, InterruptedException;

  /// Says why a design cannot be measured here.
  final class Absent extends IOException {
    private static final long serialVersionUID = 1;

    Absent(String why) {
      super(why);
    }
  }
}
