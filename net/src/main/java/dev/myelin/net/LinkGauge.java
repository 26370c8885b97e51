package dev.myelin.net;

import dev.myelin.wire.pack.PackCodec;

/// How many bytes a second a connection has lately taken, what finding out about codecs has cost,
/// and what was decided. For many senders.
///
/// What the kernel swallows at once after a pause says nothing about the link and is left out; the
/// writes of several senders at the same time are counted as one. Compressed bytes say nothing
/// either: they may be slow because the receiver unpacks them, and fast because the link had time
/// to empty its buffers while they were packed.
final class LinkGauge {
  /// What two kernels take in before a sender feels the link.
  private static final long SWALLOWED = 4 << 20;

  private static final long PAUSE_NANOS = 250_000_000;

  /// How long a connection must have been sending before a trial.
  private static final long LEAST_NANOS = 100_000_000;

  /// What came to nothing may take one of so many parts of the time.
  private static final long PARTS = 50;

  /// So many trials are for the compiler and the caches too: what they and the tensors behind them
  /// lose does not tell what later ones will.
  private static final int WARM_UPS = 2;

  private static final long WARM_UP_NANOS = 20_000_000;

  /// What an old connection may lose at once, however much it has sent.
  private static final long MOST_WASTED_NANOS = 50_000_000;

  /// Behind a packed tensor that was over later than a plain one, so many go as they are: the more
  /// the oftener it happened, for once may be by chance.
  private static final int LEAST_PENALTY = 2;

  private static final int PENALTY = 64;

  /// Behind so many tensors that were packed, one goes as it is; sooner at first, when little is
  /// known of the link and the program is not warm.
  private static final int TURN = 16;

  private final Flow raw = new Flow(); // guarded by this
  private final Flow whole = new Flow(); // guarded by this; what receivers confirmed
  private long swallowed; // guarded by this
  private boolean wroteBefore; // guarded by this
  private long lastNanos; // guarded by this
  private long sendingNanos; // guarded by this
  private long wastedNanos; // guarded by this
  private PackCodec codec = PackCodec.RAW; // guarded by this
  private int plainNext; // guarded by this; so many tensors go as they are
  private int penalty = LEAST_PENALTY; // guarded by this
  private int warmUps; // guarded by this
  private int turn; // guarded by this
  private int turnOfPlain = 1; // guarded by this

  /// The bytes and the time of the last of what was sent.
  private static final class Flow {
    private static final double NANOS = 1e9;
    private static final long LEAST_BYTES = 2 << 20;
    private static final long MEMORY_BYTES = 32 << 20;

    private long bytes;
    private long nanos;

    private void add(long count, long took) {
      bytes += count;
      nanos += Math.max(0, took);
      while (bytes > MEMORY_BYTES) {
        bytes /= 2;
        nanos /= 2;
      }
    }

    private double bytesPerSecond() {
      return bytes < LEAST_BYTES ? 0 : bytes * NANOS / Math.max(1, nanos);
    }
  }

  /// Notes that so many bytes were written between two times.
  synchronized void wrote(PackCodec with, long count, long fromNanos, long toNanos) {
    if (!wroteBefore || fromNanos - lastNanos > PAUSE_NANOS) {
      swallowed = 0;
    }
    long from = wroteBefore && fromNanos - lastNanos < 0 ? lastNanos : fromNanos;
    wroteBefore = true;
    lastNanos = Math.max(from, toNanos);
    sendingNanos += lastNanos - from;
    if (swallowed < SWALLOWED) {
      swallowed += count;
    } else if (with == PackCodec.RAW) {
      raw.add(count, lastNanos - from);
    }
  }

  /// Notes that a receiver had so many bytes that long after the first left; none of them was
  /// compressed.
  synchronized void confirmed(long count, long tookNanos) {
    raw.add(count, tookNanos);
    whole.add(count, tookNanos);
    sendingNanos += Math.max(0, tookNanos);
  }

  /// Notes that a receiver had a tensor of which chunks were compressed that long after the first
  /// byte left. Only now is it known whether that was sooner: before, nobody has heard what it
  /// costs to unpack it, and what the processor had to leave undone meanwhile.
  ///
  /// @param plainBytes what all its chunks would have been
  synchronized void packed(long plainBytes, long tookNanos) {
    double plain = whole.bytesPerSecond();
    if (plain > 0) {
      boolean sooner = tookNanos <= plainBytes * Flow.NANOS / plain;
      plainNext = sooner ? 0 : penalty;
      penalty = sooner ? Math.max(LEAST_PENALTY, penalty / 2) : Math.min(PENALTY, 2 * penalty);
    }
  }

  /// Returns whether the next tensor goes as it is: because packing did not pay lately, or to see
  /// whether the link has changed.
  synchronized boolean isTurnOfPlain() {
    if (plainNext > 0) {
      plainNext--;
      return true;
    }
    turn = codec == PackCodec.RAW ? 0 : turn + 1;
    if (turn < turnOfPlain) {
      return false;
    }
    turn = 0;
    turnOfPlain = Math.min(TURN, 2 * turnOfPlain);
    return true;
  }

  /// Returns the bytes a second; zero while too little is known. What was written lately says too
  /// much where buffers took it, and what was confirmed too little where receivers were slow, so it
  /// is the lower one: whoever packs for a link that is faster hears of that by [#packed].
  synchronized double bytesPerSecond() {
    double lately = raw.bytesPerSecond();
    double confirmed = whole.bytesPerSecond();
    return confirmed > 0 ? Math.min(lately, confirmed) : lately;
  }

  /// Returns whether there was enough sending for the trials so far.
  synchronized boolean affordsTrial() {
    if (sendingNanos < LEAST_NANOS) {
      return false;
    }
    wastedNanos = Math.max(wastedNanos, sendingNanos / PARTS - MOST_WASTED_NANOS);
    return wastedNanos * PARTS <= sendingNanos;
  }

  /// Notes what came to nothing.
  synchronized void wasted(long nanos) {
    wastedNanos += warmUps <= WARM_UPS ? Math.min(nanos, WARM_UP_NANOS) : nanos;
  }

  /// Returns false the first times.
  synchronized boolean warmed() {
    warmUps++;
    return warmUps > WARM_UPS;
  }

  /// Notes what the last chunk was sent with.
  synchronized void chose(PackCodec last) {
    codec = last;
  }

  synchronized PackCodec codec() {
    return codec;
  }
}
