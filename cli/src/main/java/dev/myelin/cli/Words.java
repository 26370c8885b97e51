package dev.myelin.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Numbers as people read them.
final class Words {
  private Words() {}

  /// Returns the text without control characters, those of eight bits included, but line ends and
  /// tabs: names come from peers, and a terminal obeys what it is sent.
  static String plain(String text) {
    return text.replaceAll("[\\p{Cc}&&[^\n\t]]", "?");
  }

  /// Returns `1.5 MB`, in powers of 1000.
  static String bytes(long bytes) {
    if (bytes < 1_000) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 999.95 && unit < 5) {
      value /= 1_000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %cB", value, " kMGTP".charAt(unit));
  }

  /// Returns `850 MB/s`.
  static String rate(long bytes, Duration time) {
    double seconds = Math.max(time.toNanos(), 1) / 1e9;
    return bytes(Math.round(bytes / seconds)) + "/s";
  }

  /// Returns `12 ms`, `3.42 s` or `2 min 5 s`.
  static String time(Duration time) {
    long nanos = time.toNanos();
    if (nanos < 1_000_000) {
      return nanos / 1_000 + " us";
    }
    if (nanos < 1_000_000_000L) {
      return nanos / 1_000_000 + " ms";
    }
    if (nanos < 60_000_000_000L) {
      return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
    return time.toMinutes() + " min " + time.toSecondsPart() + " s";
  }

  /// Returns `1 tensor` or `3 tensors`.
  static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  /// Returns rows with their columns aligned to the left, two spaces between them.
  static String table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n"));
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i));
      if (i < row.size() - 1) {
        line.append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
    }
    return line.toString();
  }
}
