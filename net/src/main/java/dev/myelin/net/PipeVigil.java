package dev.myelin.net;

import dev.myelin.net.pipe.SocketOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Whether the peer of a pipe lives, and brings what it has us keep memory for.
///
/// A question of ours stands behind all that was written before it, and the kernels of both sides
/// hold many bytes: while a slow link still carries those, no answer is no silence. So the time for
/// an answer begins when they would have crossed a link of [#SLOWEST_PER_SECOND], and
/// [#MOST_DRAIN_NANOS] behind the question at the latest.
final class PipeVigil {
  /// What the slowest link carries whose peers are not taken for dead with defaults.
  private static final long SLOWEST_PER_SECOND = 512 << 10;

  private static final long MOST_DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// A peer that has memory set aside for a large part must bring so much of it in the time that
  /// [dev.myelin.wire.Limits.Flow#stall] gives.
  private static final long LEAST_LANDED_BYTES = 1 << 20;

  /// The same for a message of many small parts.
  private static final long LEAST_GATHERED_BYTES = 64 << 10;

  /// What a peer has us keep at some moment.
  ///
  /// @param message which one of its messages, by any number that differs from the last one's
  /// @param gathered the bytes of it in small parts
  /// @param landing whether memory was set aside for a large part of it
  /// @param handing whether we, not the peer, are what it waits for
  record Kept(long message, long gathered, boolean landing, boolean handing) {}

  private final Link link;
  private final SocketOptions.Waits waits;
  private final boolean asks;
  private volatile long drainedNanos = System.nanoTime(); // written by whoever writes
  private volatile boolean asked; // written by whoever writes, as the two that follow
  private volatile long askedNanos; // when a question was written of which no answer came
  private volatile long arrivesNanos; // when it has crossed
  private volatile boolean awaited; // by a thread of the application, which writes itself
  private volatile long awaitedNanos; // written by whoever writes
  private volatile long peersPatienceNanos = Long.MAX_VALUE; // written by the reader

  // Of the watchdog alone.
  private long sleptNanos = System.nanoTime();
  private long wantedNanos;
  private final Debt debt = new Debt(System.nanoTime());

  /// @param asks whether the peer answers questions
  PipeVigil(Link link, SocketOptions.Waits waits, boolean asks) {
    this.link = link;
    this.waits = waits;
    this.asks = asks && !waits.heartbeat().isZero();
  }

  /// Takes that so many bytes went to the kernel.
  void wrote(long bytes) {
    long now = System.nanoTime();
    long crossing = bytes * TimeUnit.SECONDS.toNanos(1) / SLOWEST_PER_SECOND;
    long begin = Math.max(drainedNanos - now, 0);
    drainedNanos = now + Math.min(begin + crossing, MOST_DRAIN_NANOS);
    awaitedNanos = now;
  }

  /// Takes that a question is being written.
  void asked() {
    if (asked && !link.source().heardSince(askedNanos)) {
      return; // the older one counts
    }
    long now = System.nanoTime();
    arrivesNanos = now + Math.max(drainedNanos - now, 0);
    askedNanos = now;
    asked = true;
  }

  /// Takes that a thread of the application begins, or ends, to write itself.
  void awaited(boolean begins) {
    awaitedNanos = System.nanoTime();
    awaited = begins;
  }

  /// Takes what the peer said of how long its own silence may be; zero if nothing.
  void promised(Duration patience) {
    peersPatienceNanos = patience.isZero() ? Long.MAX_VALUE : nanos(patience);
  }

  /// Begins every silence anew: this process itself was asleep.
  void slept(long nowNanos) {
    sleptNanos = nowNanos;
    debt.forgive(nowNanos);
    link.source().forgive(nowNanos);
  }

  /// Returns why the peer is to be taken for dead; null if it is not.
  @Nullable String silence(long nowNanos) {
    long silent = link.source().silentNanos(nowNanos);
    if (isDead(nowNanos, silent) || silent > peersPatienceNanos) {
      return "%s was silent for %d ms (expected: a sign of life within %d ms)"
          .formatted(link.remote(), millis(silent), millis(patienceNanos()));
    }
    return null;
  }

  /// Returns whether a question was there long enough for an answer, or could not even be written.
  private boolean isDead(long nowNanos, long silent) {
    if (!asks) {
      return false;
    }
    boolean unanswered = asked && !link.source().heardSince(askedNanos);
    return unanswered
        ? Math.min(silent, nowNanos - arrivesNanos) > nanos(waits.patience())
        : Math.min(silent, nowNanos - drainedNanos) > patienceNanos();
  }

  /// Returns why a peer that lives is to be given up: for what it has us keep, or for what it keeps
  /// us from; null if it is not. What was written before may still arrive.
  @Nullable String stall(long nowNanos, Kept kept) {
    long stuck = nowNanos - Math.max(awaitedNanos, sleptNanos);
    if (awaited && !waits.patience().isZero() && stuck > nanos(waits.patience())) {
      return "%s took nothing for %d ms while a thread waited (expected: it reads within %d ms)"
          .formatted(link.remote(), millis(stuck), waits.patience().toMillis());
    }
    Duration stall = link.transport().limits().flow().stall();
    if (!debt.isOverdue(nowNanos, kept, link.source().consumed(), nanos(stall))) {
      return null;
    }
    return "%s holds memory for %s and does not bring it (expected: %d bytes within %s)"
        .formatted(
            link.remote(),
            kept.landing ? "a large part" : "a message that does not end",
            kept.landing ? LEAST_LANDED_BYTES : LEAST_GATHERED_BYTES,
            stall);
  }

  /// Since when the peer has brought too little of what it has us keep.
  static final class Debt {
    private long sinceNanos;
    private long bytes;
    private long message;

    Debt(long nowNanos) {
      sinceNanos = nowNanos;
    }

    void forgive(long nowNanos) {
      sinceNanos = nowNanos;
    }

    /// @param consumed all bytes that the peer has brought
    boolean isOverdue(long nowNanos, Kept kept, long consumed, long limitNanos) {
      long brought = kept.landing ? consumed : kept.gathered;
      long least = kept.landing ? LEAST_LANDED_BYTES : LEAST_GATHERED_BYTES;
      boolean owes = kept.landing || kept.gathered > 0;
      boolean paid = kept.message != message || Math.abs(brought - bytes) >= least;
      if (!owes || kept.handing || paid) {
        message = kept.message;
        bytes = brought;
        sinceNanos = nowNanos;
      }
      return nowNanos - sinceNanos > limitNanos;
    }
  }

  /// Returns whether it is time to ask for a sign of life, and takes it that this is done.
  ///
  /// @param handing whether nobody reads the peer's questions because our own queue is full: it
  ///   must hear that we live
  boolean mayAsk(long nowNanos, boolean handing) {
    long every = nanos(waits.heartbeat());
    boolean due =
        asks
            && (handing || link.source().silentNanos(nowNanos) >= every)
            && nowNanos - wantedNanos >= every;
    if (due) {
      wantedNanos = nowNanos;
    }
    return due;
  }

  private long patienceNanos() {
    long sum = nanos(waits.heartbeat()) + nanos(waits.patience());
    return Math.min(asks && sum >= 0 ? sum : Long.MAX_VALUE, peersPatienceNanos);
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  /// Returns the nanoseconds of any wait, also of one without a bound.
  private static long nanos(Duration wait) {
    return TimeUnit.NANOSECONDS.convert(wait);
  }
}
