package dev.myelin.engine.decoder;

import java.util.concurrent.atomic.AtomicInteger;

/// Keys and values of some tokens in one layer, laid out as the products want them.
///
/// Keys stand as `[block of positions][head][element][position]`, values as `[head][block of
/// elements][position][element]`, blocks being groups of rows: what is multiplied with queries and
/// with shares are panels then.
final class Page {
  /// How many tokens a page has room for; a multiple of every group.
  static final int TOKENS = 128;

  final float[] keys;
  final float[] values;

  // How many sequences remember it; more than one, and none may write.
  private final AtomicInteger owners = new AtomicInteger(1);

  private Page(float[] keys, float[] values) {
    this.keys = keys;
    this.values = values;
  }

  static Page empty(Layout layout) {
    return new Page(new float[layout.keyNumbers()], new float[layout.valueNumbers()]);
  }

  Page share() {
    owners.incrementAndGet();
    return this;
  }

  /// Returns whether nobody remembers it any more.
  boolean release() {
    return owners.decrementAndGet() == 0;
  }

  /// Returns whether one sequence alone remembers it, which may write then.
  boolean isOwned() {
    return owners.get() == 1;
  }

  /// Takes a page that nobody remembers into use again.
  Page again() {
    owners.set(1);
    return this;
  }

  /// Takes over what stands in another.
  Page copyOf(Page other) {
    System.arraycopy(other.keys, 0, keys, 0, keys.length);
    System.arraycopy(other.values, 0, values, 0, values.length);
    return this;
  }

  /// Where the numbers of a page stand.
  ///
  /// @param group how many rows a panel has
  /// @param heads how many keys and values a token has
  /// @param head the width of each
  record Layout(int group, int heads, int head) {
    /// Returns the width of a value filled up to whole groups.
    int padded() {
      return Math.ceilDiv(head, group) * group;
    }

    int keyNumbers() {
      return TOKENS * heads * head;
    }

    int valueNumbers() {
      return TOKENS * heads * padded();
    }

    /// Returns where the panel of a block of positions starts.
    int keys(int block, int of) {
      return (block * heads + of) * head * group;
    }

    /// Returns where the panel of a block of elements starts.
    int values(int block, int of) {
      return (of * (padded() / group) + block) * TOKENS * group;
    }
  }
}
