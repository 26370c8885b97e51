package dev.myelin.engine.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Characters, as ranges of code points in order that do not touch.
record CharacterSet(List<Range> ranges) {
  static final CharacterSet ALL = of(0, Character.MAX_CODE_POINT);

  record Range(int low, int high) {}

  CharacterSet {
    List<Range> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingInt(Range::low));
    List<Range> joined = new ArrayList<>();
    for (Range range : sorted) {
      Range last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && range.low <= last.high + 1) {
        joined.set(joined.size() - 1, new Range(last.low, Math.max(last.high, range.high)));
      } else {
        joined.add(range);
      }
    }
    ranges = List.copyOf(joined);
  }

  static CharacterSet of(int low, int high) {
    return new CharacterSet(List.of(new Range(low, high)));
  }

  static CharacterSet of(String characters) {
    return new CharacterSet(characters.codePoints().mapToObj(c -> new Range(c, c)).toList());
  }

  CharacterSet and(CharacterSet other) {
    List<Range> both = new ArrayList<>(ranges);
    both.addAll(other.ranges);
    return new CharacterSet(both);
  }

  CharacterSet without(CharacterSet other) {
    return other.others().meeting(this);
  }

  /// Returns the characters that are not of this set.
  CharacterSet others() {
    List<Range> found = new ArrayList<>();
    int from = 0;
    for (Range range : ranges) {
      if (range.low > from) {
        found.add(new Range(from, range.low - 1));
      }
      from = range.high + 1;
    }
    if (from <= Character.MAX_CODE_POINT) {
      found.add(new Range(from, Character.MAX_CODE_POINT));
    }
    return new CharacterSet(found);
  }

  CharacterSet meeting(CharacterSet other) {
    List<Range> found = new ArrayList<>();
    for (Range one : ranges) {
      for (Range two : other.ranges) {
        int low = Math.max(one.low, two.low);
        int high = Math.min(one.high, two.high);
        if (low <= high) {
          found.add(new Range(low, high));
        }
      }
    }
    return new CharacterSet(found);
  }

  boolean contains(int character) {
    return ranges.stream().anyMatch(r -> r.low <= character && character <= r.high);
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /// Returns whether each character is one byte in UTF-8.
  boolean isAscii() {
    return ranges.isEmpty() || ranges.getLast().high < 0x80;
  }
}
