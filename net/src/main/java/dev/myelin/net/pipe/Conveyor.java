package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Parts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Messages on their way in one direction: bounded by number and by bytes, in order.
///
/// Any thread puts in. One thread at a time takes out; whoever owns that side guards it. What is in
/// here belongs to the conveyor, what was taken out to the taker.
///
/// Two arrays: producers fill one under the lock, the taker empties the other without it, and they
/// change places when the taker's is empty. So a busy conveyor costs the taker a lock per batch.
public final class Conveyor {
  /// The outcome of putting a message in.
  public enum Offer {
    /// It is in, behind others.
    TAKEN,
    /// It is in, and was the first: the taker may need to be told.
    FIRST,
    /// There was no room; it is the caller's still.
    FULL,
    /// Nobody takes any more; it is the caller's still.
    CLOSED
  }

  private static final int LEAST = 16;

  /// The taker says what it has left, and looks for producers to wake, once in so many messages and
  /// when its batch is empty.
  private static final int LOOK_MASK = 63;

  private final int mostMessages;
  private final long mostBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private @Nullable Parts[] filling = new Parts[LEAST]; // guarded by lock
  private int filled; // guarded by lock
  private long fillingBytes; // guarded by lock
  private long takenBytes; // guarded by lock: of the batch that is being taken
  private long acceptedMessages; // guarded by lock
  private long acceptedBytes; // guarded by lock
  private boolean closed; // guarded by lock
  private volatile boolean starved; // somebody waits for room, or was refused
  private volatile boolean fed; // set once there was room again

  /// What the taker has not taken of its batch, at most; it says so only now and then.
  private volatile int left;

  private final Taking taking = new Taking(LEAST); // of the taker alone

  /// @param mostMessages how many messages it holds, 0 for any number
  /// @param mostBytes how many bytes they may have together; one message is always taken
  public Conveyor(int mostMessages, long mostBytes) {
    this.mostMessages = mostMessages == 0 ? Integer.MAX_VALUE : mostMessages;
    this.mostBytes = mostBytes;
  }

  /// Puts a message in if there is room; never waits.
  public Offer offer(Parts message) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (isStarving()) {
        return Offer.FULL;
      }
      return append(message);
    } finally {
      lock.unlock();
    }
  }

  /// Puts the first `count` messages in, in order, waiting for room as long as it takes; [#close]
  /// and an interrupt end that. What is not in when this says closed or throws is the caller's
  /// still; what is in was taken out of the array.
  ///
  /// @param first is run when the conveyor was empty, before any wait: the taker may need to be
  ///   told
  public Offer put(@Nullable Parts[] messages, int count, Runnable first)
      throws InterruptedException {
    int done = 0;
    while (done < count) {
      boolean wake = false;
      lock.lock();
      try {
        while (!closed && isStarving()) {
          room.await();
        }
        if (closed) {
          return Offer.CLOSED;
        }
        for (; done < count && !isFull(); done++) {
          wake |= append(Objects.requireNonNull(messages[done])) == Offer.FIRST;
          messages[done] = null;
        }
      } finally {
        lock.unlock();
      }
      if (wake) {
        first.run();
      }
    }
    return Offer.TAKEN;
  }

  /// Puts in what is left of the first `count` messages, though there may be no room and though it
  /// may be closed: the last words of a peer that is gone. They are taken out of the array; returns
  /// how many bytes they have.
  public long putLast(@Nullable Parts[] messages, int count) {
    long bytes = 0;
    lock.lock();
    try {
      for (int i = 0; i < count; i++) {
        Parts message = messages[i];
        if (message != null) {
          bytes += message.totalBytes();
          Offer _ = append(message);
          messages[i] = null;
        }
      }
    } finally {
      lock.unlock();
    }
    return bytes;
  }

  private Offer append(Parts message) {
    if (filled == filling.length) {
      filling = Arrays.copyOf(filling, filled * 2);
    }
    filling[filled++] = message;
    long bytes = message.totalBytes();
    fillingBytes += bytes;
    acceptedMessages++;
    acceptedBytes += bytes;
    return filled == 1 && left == 0 ? Offer.FIRST : Offer.TAKEN;
  }

  /// Returns whether there is no room, having said so where there is none.
  ///
  /// Said first, and then looked again: the taker first says what it has left and then looks who is
  /// starved, so that one of the two sees the other.
  private boolean isStarving() {
    if (!isFull()) {
      return false;
    }
    starved = true;
    return isFull();
  }

  private boolean isFull() {
    int count = filled + left;
    return count >= mostMessages || (count > 0 && fillingBytes + takenBytes >= mostBytes);
  }

  /// Takes the next message; null if there is none.
  public @Nullable Parts poll() {
    Taking mine = taking;
    if (mine.next == mine.end && !swap()) {
      return null;
    }
    Parts message = mine.batch[mine.next];
    mine.batch[mine.next++] = null;
    int rest = mine.end - mine.next;
    if ((rest & LOOK_MASK) == 0) {
      left = rest;
      if (starved) {
        feed();
      }
    }
    return message;
  }

  private boolean swap() {
    lock.lock();
    try {
      takenBytes = fillingBytes;
      fillingBytes = 0;
      if (filled == 0) {
        return false;
      }
      @Nullable Parts[] empty = taking.batch;
      taking.batch = filling;
      filling = empty;
      taking.next = 0;
      taking.end = filled;
      filled = 0;
      left = taking.end;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Wakes who waits for room, once half of it is free, so that it does not wake for every message.
  private void feed() {
    lock.lock();
    try {
      if (left == 0) {
        takenBytes = 0;
      }
      int count = filled + left;
      if (count <= mostMessages / 2 && (count == 0 || fillingBytes + takenBytes <= mostBytes / 2)) {
        starved = false;
        fed = true;
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Returns, once, that there is room again after somebody was refused; called by the taker.
  public boolean isFedAgain() {
    if (!fed) {
      return false;
    }
    fed = false;
    return true;
  }

  /// Returns whether nothing is in; of a conveyor in use, true a moment ago.
  public boolean isEmpty() {
    if (left > 0) {
      return false;
    }
    lock.lock();
    try {
      return filled == 0 && left == 0;
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether another message would be taken now.
  public boolean hasRoom() {
    lock.lock();
    try {
      return !closed && !isStarving();
    } finally {
      lock.unlock();
    }
  }

  /// Returns how many messages are in.
  public int size() {
    lock.lock();
    try {
      return filled + left;
    } finally {
      lock.unlock();
    }
  }

  /// Messages and their bytes.
  public record Tally(long messages, long bytes) {}

  /// Returns what was put in since it was made.
  public Tally accepted() {
    lock.lock();
    try {
      return new Tally(acceptedMessages, acceptedBytes);
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more and ends every wait for room; what is in stays for the taker.
  public void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Returns whether [#close] was called.
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// Takes out all that is in; called by the taker.
  public List<Parts> drain() {
    List<Parts> all = new ArrayList<>();
    for (Parts each = poll(); each != null; each = poll()) {
      all.add(each);
    }
    return all;
  }

  /// Room that keeps the fields of two cores off one cache line.
  @SuppressWarnings({"unused", "UnusedVariable"})
  private abstract static class Padding {
    private long p0;
    private long p1;
    private long p2;
    private long p3;
    private long p4;
    private long p5;
    private long p6;
    private long p7;
  }

  /// The batch that is being taken.
  private abstract static class Batch extends Padding {
    @Nullable Parts[] batch;
    int next;
    int end;

    Batch(int capacity) {
      batch = new Parts[capacity];
    }
  }

  /// What the taker works on, away from the cache lines of those who put in: between two cores,
  /// each shared line would cost more than the message.
  ///
  /// Superclasses come first in memory, so the padding stays around the fields.
  @SuppressWarnings({"unused", "UnusedVariable"})
  private static final class Taking extends Batch {
    private long p0;
    private long p1;
    private long p2;
    private long p3;
    private long p4;
    private long p5;
    private long p6;
    private long p7;

    Taking(int capacity) {
      super(capacity);
    }
  }
}
