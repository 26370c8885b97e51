package dev.myelin.cli;

import dev.myelin.net.discovery.DiscoveryProbe;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/// What the doctor learns by announcing and listening, and by looking names up.
final class DiscoveryChecks {
  private DiscoveryChecks() {}

  /// Tries each means of discovery that a node with these settings would use.
  static List<Finding> findings(Settings settings, Duration wait) throws InterruptedException {
    return DiscoveryProbe.of(NodeOptions.finding(settings), wait, new SecureRandom())
        .examine()
        .stream()
        .map(DiscoveryChecks::translate)
        .toList();
  }

  private static Finding translate(DiscoveryProbe.Finding found) {
    Finding.Level level =
        switch (found.level()) {
          case OK -> Finding.Level.OK;
          case WARN -> Finding.Level.WARN;
          case FAIL -> Finding.Level.FAIL;
        };
    return new Finding(level, "discovery", found.name() + ": " + found.tried(), found.advice());
  }
}
