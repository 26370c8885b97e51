package dev.myelin.bench.endtoend;

import java.util.Locale;

/// What both processes of a pair are told to do once.
///
/// @param size the bytes of a tensor or message; of those that a crowd sends too
/// @param count how many of them; of a crowd, how many connections
/// @param span the bytes of memory they come from, and of other memory they go to, again from the
///   start when it is full
record Task(Kind kind, long size, long count, long span) {
  /// What is done with messages.
  enum Kind {
    /// One way.
    FLOW,
    /// There and back.
    TRIP,
    /// One at a time, each with the receiver's word.
    HAND,
    /// There and back, while large tensors fill the same connection.
    BESIDE,
    /// There and back over many connections at once, after these were idle.
    HOLD,
    /// Onto the disk.
    APPEND,
    /// Onto the disk, and forced; the size is a number of threads.
    COMMIT
  }

  /// The most bytes that a design puts into one message.
  static final long PIECE = 1L << 20;

  /// How many subscribers a publication has.
  static final int SUBSCRIBERS = 100;

  private static final long SPREAD = 64L << 20;
  private static final long SMALL_SPREAD = 16_384;

  /// Returns the task for a case: spans are larger than caches, or a small target would flatter.
  static Task of(Case what, long count) {
    if (what.what() == Case.What.CONNECTIONS) {
      return new Task(Kind.HOLD, 64, what.size(), 64);
    }
    long size = what.size();
    long span = what.what().trips() ? size : Math.max(size, Math.min(SPREAD, size * SMALL_SPREAD));
    return new Task(kind(what.what()), size, count, span);
  }

  private static Kind kind(Case.What what) {
    return switch (what) {
      case ONE_WAY, SMALL, SETTINGS, PUBLISH -> Kind.FLOW;
      case ROUND_TRIP -> Kind.TRIP;
      case HAND_OVER -> Kind.HAND;
      case BESIDE -> Kind.BESIDE;
      case CONNECTIONS -> Kind.HOLD;
      case APPEND -> Kind.APPEND;
      case COMMIT -> Kind.COMMIT;
    };
  }

  /// Returns the flow of one tensor of this task.
  Task single() {
    return new Task(Kind.FLOW, size, 1, span);
  }

  /// Returns the bytes of a message of designs that cut tensors.
  int piece() {
    return (int) Math.min(size, PIECE);
  }

  /// Returns how many such messages the task has.
  long pieces() {
    return count * ((size + PIECE - 1) / PIECE);
  }

  boolean trip() {
    return kind == Kind.TRIP;
  }

  long bytes() {
    return size * count;
  }

  /// Returns the order line, which the C program reads too.
  String order() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + size + " " + count + " " + span;
  }

  static Task parse(String order) {
    String[] words = order.split(" ", -1);
    if (words.length != 4) {
      throw new IllegalArgumentException(
          "order: '" + order + "' (expected: flow|trip|hold SIZE COUNT SPAN)");
    }
    return new Task(
        Kind.valueOf(words[0].toUpperCase(Locale.ROOT)),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]));
  }
}
