package dev.myelin.net.discovery;

import java.io.IOException;
import java.util.function.Consumer;

/// A source of claims that a peer was seen.
public interface Discovery {
  /// Returns a short name for logs and tables: `broadcast`, `mdns`, `file`.
  String name();

  /// Reports every sighting until the thread is interrupted; `seen` returns at once.
  ///
  /// @throws IOException if this source cannot work here; the message says what failed and what to
  ///   do
  void watch(Consumer<Sighting> seen) throws IOException, InterruptedException;
}
