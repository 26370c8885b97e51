package dev.myelin.cli;

import dev.myelin.net.log.LogException;
import dev.myelin.net.log.LogView;
import dev.myelin.net.log.Reading;
import dev.myelin.net.log.TopicReader;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Takes messages out of a log one by one, and tells of those that are there no more.
final class Replay {
  private final RootCommand root;
  private final LogView log;
  private final TopicReader reader;
  private final Duration limit;

  Replay(RootCommand root, LogView log, TopicReader reader, Duration limit) {
    this.root = root;
    this.log = log;
    this.reader = reader;
    this.limit = limit;
  }

  /// Returns the next message, which the caller closes.
  ///
  /// @throws PeerException.TimedOut if nothing new came within the limit
  Reading.Kept next() throws IOException, InterruptedException {
    while (true) {
      switch (nextOrDamage()) {
        case null ->
            throw new PeerException.TimedOut(
                "log "
                    + log.name()
                    + ": nothing new at offset "
                    + reader.position()
                    + " within "
                    + Words.time(limit));
        case Reading.Kept kept -> {
          return kept;
        }
        case Reading.Lost lost -> tell(lost);
      }
    }
  }

  private @Nullable Reading nextOrDamage() throws IOException, InterruptedException {
    try {
      return reader.next(limit);
    } catch (LogException.Corrupt e) {
      root.note(String.valueOf(e.getMessage()));
      Reading.Lost lost = reader.passDamage();
      if (lost == null) {
        throw e;
      }
      return lost;
    }
  }

  private void tell(Reading.Lost lost) {
    String cause = lost.cause().name().toLowerCase(Locale.ROOT);
    if (root.json()) {
      root.shell()
          .err()
          .println(
              Json.line(
                  NodeEvents.event(
                      "lost", "offset", lost.from(), "count", lost.count(), "cause", cause)));
    } else {
      root.note(
          Words.count(lost.count(), "message")
              + " gone from offset "
              + lost.from()
              + " on, by "
              + cause);
    }
  }
}
