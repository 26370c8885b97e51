package dev.myelin.cli;

import dev.myelin.net.pattern.SocketStats;

/// Tells, once at the end, what a command has sent.
final class SentReport {
  private final RootCommand root;
  private final long beginNanos = System.nanoTime();
  private long messages;

  SentReport(RootCommand root) {
    this.root = root;
  }

  /// Counts a message.
  void sent() {
    messages++;
  }

  /// Tells what became of all, as the closed socket counted it.
  void tell(SocketStats stats) {
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    if (root.json()) {
      root.print(
          Json.object(
              "sent",
              messages,
              "copies",
              stats.sentMessages(),
              "bytes",
              stats.sentBytes(),
              "dropped",
              stats.dropped(),
              "seconds",
              seconds));
    } else if (stats.dropped() > 0) {
      root.note("dropped " + Words.count(stats.dropped(), "message"));
    }
  }
}
