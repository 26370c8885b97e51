package dev.myelin.bench.endtoend;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// One thing that is measured.
///
/// @param size the bytes of a tensor or message; of connections and threads, how many
record Case(What what, long size) implements Comparable<Case> {
  /// Kinds of measurement.
  enum What {
    /// Tensors one way, into memory of their own.
    ONE_WAY("GB/s", true, Designs.BASE),
    /// Small messages one way.
    SMALL("M msg/s", true, Designs.BASE),
    /// There and back.
    ROUND_TRIP("us", false, Designs.BASE),
    /// A tensor there, the receiver's word that it has it back.
    HAND_OVER("us", false, Designs.BASE),
    /// There and back while large tensors fill the same connection.
    BESIDE("us", false, Designs.BASE),
    /// Many connections: what each costs, and whether all are served alike.
    CONNECTIONS("KiB each", false, Designs.BASE),
    /// As one way, for settings of ours instead of designs.
    SETTINGS("GB/s", true, Tuned.DEFAULT),
    /// Messages to a hundred subscribers, counted as they arrive.
    PUBLISH("M msg/s", true, "libzmq-pub"),
    /// Messages onto the disk, not forced.
    APPEND("GB/s", true, Disk.PLAIN),
    /// Messages that are forced onto the disk before the next; for several threads at once.
    COMMIT("thousand/s", true, Disk.PLAIN);

    private final String unit;
    private final boolean moreIsBetter;
    private final String base;

    What(String unit, boolean moreIsBetter, String base) {
      this.unit = unit;
      this.moreIsBetter = moreIsBetter;
      this.base = base;
    }

    /// Returns the name of the design that others are compared with.
    String base() {
      return base;
    }

    String unit() {
      return unit;
    }

    boolean moreIsBetter() {
      return moreIsBetter;
    }

    /// Returns whether single trips are timed.
    boolean trips() {
      return this == ROUND_TRIP || this == HAND_OVER || this == BESIDE;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final long KIB = 1024;

  /// Returns everything.
  static List<Case> full() {
    return parseAll(
        "one-way:4k,one-way:64k,one-way:1m,one-way:16m,one-way:256m,one-way:1g,small:64,"
            + "round-trip:64,round-trip:4k,hand-over:1m,hand-over:1g,beside:4k,"
            + "connections:1000,connections:10000,settings:1m,settings:16m,publish:64,publish:4k,"
            + "append:64,append:4k,append:1m,commit:1,commit:8,commit:32");
  }

  /// Returns what two minutes are enough for.
  static List<Case> quick() {
    return parseAll("one-way:64k,one-way:1m,small:64,round-trip:64");
  }

  static List<Case> parseAll(String text) {
    return Arrays.stream(text.split(",", -1)).map(Case::parse).sorted().toList();
  }

  /// Returns the case of a text such as `one-way:1m`.
  static Case parse(String text) {
    String[] parts = text.strip().split(":", -1);
    What what =
        Arrays.stream(What.values())
            .filter(each -> each.text().equals(parts[0]))
            .findFirst()
            .orElseThrow(() -> wrong(text));
    if (parts.length != 2 || !parts[1].matches("[1-9][0-9]{0,9}[kmg]?")) {
      throw wrong(text);
    }
    String digits = parts[1].replaceAll("[kmg]", "");
    int power = "kmg".indexOf(parts[1].charAt(parts[1].length() - 1)) + 1;
    return new Case(what, Long.parseLong(digits) << (10 * power));
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "case: '"
            + text
            + "' (expected: "
            + String.join(", ", Arrays.stream(What.values()).map(What::text).toList())
            + "; a colon, and a size such as 64, 4k or 1m)");
  }

  String text() {
    String size = sizeText().replace(" ", "").toLowerCase(Locale.ROOT);
    return what.text() + ":" + size.replaceAll("i?b$", "");
  }

  /// Returns the size for people.
  String sizeText() {
    if (what == What.CONNECTIONS || what == What.COMMIT) {
      return Long.toString(size);
    }
    String[] units = {"B", "KiB", "MiB", "GiB"};
    long rest = size;
    int unit = 0;
    while (unit < units.length - 1 && rest >= KIB && rest % KIB == 0) {
      rest /= KIB;
      unit++;
    }
    return rest + " " + units[unit];
  }

  @Override
  public int compareTo(Case other) {
    int kind = what.compareTo(other.what);
    return kind != 0 ? kind : Long.compare(size, other.size);
  }
}
