package dev.myelin.net;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Buffers for encrypted bytes, lent to connections while bytes are moving: an idle connection
/// holds none but a small one.
///
/// A few wide ones are kept for the next borrower, the others are freed when they come back.
final class TlsBuffers implements AutoCloseable {
  /// The most plain bytes of a record (RFC 8446, section 5.1).
  static final int PLAIN_BYTES = 16 << 10;

  /// A record, with what TLS adds at most.
  static final int RECORD_BYTES = PLAIN_BYTES + 512;

  /// Several records travel in one system call.
  static final int WIDE_BYTES = 8 * RECORD_BYTES;

  /// What fits into the records of one wide buffer.
  static final int WIDE_PLAIN_BYTES = 8 * PLAIN_BYTES;

  private static final int KEPT = 16;

  /// A buffer on loan; its holder gives it back once.
  static final class Loan {
    final ByteBuffer bytes;
    private final @Nullable Arena arena;
    private final boolean wide;

    private Loan(ByteBuffer bytes, @Nullable Arena arena, boolean wide) {
      this.bytes = bytes;
      this.arena = arena;
      this.wide = wide;
    }
  }

  private final boolean direct;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Loan> kept = new ArrayDeque<>(KEPT); // guarded by lock
  private boolean closed; // guarded by lock
  private int lent; // guarded by lock

  /// @param direct whether the wide buffers are native memory
  TlsBuffers(boolean direct) {
    this.direct = direct;
  }

  /// Returns an empty buffer on the heap that nobody else will get.
  static Loan small(int bytes) {
    return new Loan(ByteBuffer.allocate(bytes), null, false);
  }

  /// Returns an empty buffer of [#WIDE_BYTES].
  Loan wide() {
    lock.lock();
    try {
      lent++;
      Loan known = kept.pollLast();
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    if (!direct) {
      return new Loan(ByteBuffer.allocate(WIDE_BYTES), null, true);
    }
    Arena arena = Arena.ofShared();
    return new Loan(arena.allocate(WIDE_BYTES, 64).asByteBuffer(), arena, true);
  }

  /// Takes a buffer back, which its holder must not use any more.
  void give(Loan loan) {
    if (!loan.wide) {
      return;
    }
    loan.bytes.clear();
    lock.lock();
    try {
      lent--;
      if (!closed && kept.size() < KEPT) {
        kept.addLast(loan);
        return;
      }
    } finally {
      lock.unlock();
    }
    free(loan);
  }

  /// Returns how many wide buffers are with borrowers.
  int lent() {
    lock.lock();
    try {
      return lent;
    } finally {
      lock.unlock();
    }
  }

  /// Frees what is kept, now, and what is lent when it comes back.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      kept.forEach(TlsBuffers::free);
      kept.clear();
    } finally {
      lock.unlock();
    }
  }

  private static void free(Loan loan) {
    if (loan.arena != null) {
      loan.arena.close();
    }
  }
}
