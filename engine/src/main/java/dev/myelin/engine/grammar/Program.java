package dev.myelin.engine.grammar;

import java.util.Arrays;
import java.util.List;

/// A grammar as steps over the bytes of UTF-8 text; a text matches if some way through it does.
///
/// | step | does |
/// |---|---|
/// | `BYTE` | takes a byte of the set `first`, goes on at `second` |
/// | `SPLIT` | goes on at `first` and at `second` |
/// | `CALL` | runs the rule that begins at `first`, then goes on at `second` |
/// | `GO` | goes on at `first` |
/// | `RETURN` | goes back to the caller; the text may end where there is none |
///
/// Bytes that no set tells apart are of one class.
record Program(List<Step> steps, List<ByteSet> sets, int start) {
  enum Kind {
    BYTE,
    SPLIT,
    CALL,
    GO,
    RETURN
  }

  record Step(Kind kind, int first, int second) {}

  /// Bytes as bits.
  record ByteSet(long low, long midLow, long midHigh, long high) {
    static ByteSet of(int from, int to) {
      long[] words = new long[4];
      for (int i = from; i <= to; i++) {
        words[i >> 6] |= 1L << i;
      }
      return new ByteSet(words[0], words[1], words[2], words[3]);
    }

    ByteSet and(ByteSet other) {
      return new ByteSet(
          low | other.low, midLow | other.midLow, midHigh | other.midHigh, high | other.high);
    }

    boolean contains(int value) {
      long word =
          switch (value >> 6) {
            case 0 -> low;
            case 1 -> midLow;
            case 2 -> midHigh;
            default -> high;
          };
      return (word >>> value & 1) != 0;
    }
  }

  Program {
    steps = List.copyOf(steps);
    sets = List.copyOf(sets);
  }

  /// Returns the class of each byte, numbered from 0.
  byte[] classes() {
    int[] classes = new int[256];
    int count = 1;
    for (ByteSet set : sets) {
      int[] split = new int[count];
      int before = count;
      Arrays.fill(split, -1);
      int[] inside = new int[before];
      int[] outside = new int[before];
      for (int i = 0; i < 256; i++) {
        (set.contains(i) ? inside : outside)[classes[i]]++;
      }
      for (int i = 0; i < 256; i++) {
        int old = classes[i];
        if (set.contains(i) && outside[old] > 0 && inside[old] > 0) {
          split[old] = split[old] < 0 ? count++ : split[old];
          classes[i] = split[old];
        }
      }
    }
    byte[] found = new byte[256];
    for (int i = 0; i < 256; i++) {
      found[i] = (byte) classes[i];
    }
    return found;
  }
}
