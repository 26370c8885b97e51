package dev.myelin.net.discovery;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// Tells each problem once, and again only after it has changed or was gone.
final class Complaints {
  private static final int REMEMBERED = 256;

  private final String source;
  private final Consumer<String> problems;
  // Guarded by itself.
  private final Map<String, String> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  Complaints(String source, Consumer<String> problems) {
    this.source = source;
    this.problems = problems;
  }

  /// Tells what is wrong with a subject, unless the same was told last.
  void tell(String subject, String text) {
    synchronized (told) {
      if (Objects.equals(told.put(subject, text), text)) {
        return;
      }
    }
    problems.accept(source + ": " + text);
  }

  /// Tells what an exception says of a subject.
  void tell(String subject, String doing, Exception cause) {
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    tell(subject, doing + ": " + reason);
  }

  /// Notes that a subject is well, so that its next problem is told.
  void well(String subject) {
    synchronized (told) {
      told.remove(subject);
    }
  }
}
