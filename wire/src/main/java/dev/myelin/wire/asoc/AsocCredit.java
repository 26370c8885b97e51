package dev.myelin.wire.asoc;

/// How far streams may go unasked, and how that is counted; both sides count alike.
///
/// A stream may send its first [#STREAM_WINDOW] bytes without credit. Those bytes of all streams
/// together, each stream with at least [#LEAST], stay within the window of the connection, which
/// begins at [#CONNECTION_WINDOW] and moves on as the receiver finds memory for them.
final class AsocCredit {
  static final long STREAM_WINDOW = 1L << 20;

  /// The least that a stream is granted at once.
  static final long LEAST_WINDOW = 64 << 10;

  static final long CONNECTION_WINDOW = 16L << 20;

  /// What a stream counts at least, so that the window bounds the number of small ones too.
  static final long LEAST = 16 << 10;

  private AsocCredit() {}

  /// Returns what a stream of which so many bytes were sent counts in the connection's window.
  static long cost(long bytes) {
    return Math.max(LEAST, Math.min(bytes, STREAM_WINDOW));
  }
}
