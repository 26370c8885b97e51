package dev.myelin.net;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Lets one log line per subject and minute through, so that a flood of strangers does not flood
/// the log.
final class LogPace {
  private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int MOST_SUBJECTS = 1024;

  private final Map<String, Long> last =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_SUBJECTS;
        }
      };

  synchronized boolean allows(String subject) {
    long now = System.nanoTime();
    Long before = last.get(subject);
    if (before != null && now - before < EVERY_NANOS) {
      return false;
    }
    last.put(subject, now);
    return true;
  }
}
