package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One tensor on its way out: its sender watches it, the reader of its connection ends it.
final class Sending implements Progress {
  private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final String name;
  private final Progress watcher;
  private final SendOptions.Shortage shortage;
  private final Duration deadline;
  private final long begunNanos;
  private boolean withheld; // of the sending thread alone
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private Message.@Nullable Held held; // guarded by lock
  private @Nullable Receipt receipt; // guarded by lock
  private volatile @Nullable PeerException fault; // written under lock

  /// @param begunNanos from when on the deadline counts
  Sending(String name, Progress watcher, SendOptions.Pace pace, long begunNanos) {
    this.name = name;
    this.begunNanos = begunNanos;
    this.watcher = watcher;
    this.shortage = pace.shortage();
    this.deadline = pace.deadline().orElse(FOREVER);
  }

  @Override
  public void sent(long sentBytes, long totalBytes) throws IOException {
    PeerException known = fault;
    if (known != null) {
      throw known;
    }
    leftNanos();
    watcher.sent(sentBytes, totalBytes);
  }

  @Override
  public long starved(boolean begun) throws IOException {
    PeerException known = fault;
    if (known != null) {
      throw known;
    }
    if (!begun && shortage != SendOptions.Shortage.BLOCK) {
      withheld = true;
      throw new PeerException.Overloaded(
          "tensor %s: its receiver has no room now (expected: credit)".formatted(name), null);
    }
    return leftNanos();
  }

  /// Returns whether nothing was sent because the receiver had no room, as was asked for.
  boolean dropped() {
    return withheld && shortage == SendOptions.Shortage.DROP;
  }

  /// Returns how much of the deadline is left.
  private long leftNanos() throws PeerException.TimedOut {
    long left = deadline.toNanos() - (System.nanoTime() - begunNanos);
    if (left <= 0) {
      throw new PeerException.TimedOut(
          "tensor %s: not done within %d ms, its deadline".formatted(name, deadline.toMillis()));
    }
    return left;
  }

  /// Notes how much the receiver has already.
  void held(Message.Held part) {
    lock.lock();
    try {
      held = part;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the receiver has told how much it has; the deadline and the end of the connection
  /// bound that.
  Message.Held awaitHeld() throws PeerException, InterruptedException {
    lock.lock();
    try {
      while (held == null && fault == null) {
        ended.awaitNanos(leftNanos());
      }
      if (fault != null) {
        throw fault;
      }
      return Objects.requireNonNull(held);
    } finally {
      lock.unlock();
    }
  }

  /// Notes the receiver's word.
  void answered(int code, long bytes, String text) {
    if (code == FaultCode.OK.code()) {
      end(new Receipt(bytes, true), null);
    } else {
      failed(
          new PeerException.Faulted(
              code, "tensor " + name + ": " + text + " (" + codeName(code) + ")"));
    }
  }

  /// Notes that no word will come.
  void failed(PeerException cause) {
    end(null, cause);
  }

  private void end(@Nullable Receipt word, @Nullable PeerException cause) {
    lock.lock();
    try {
      if (receipt == null && fault == null) {
        receipt = word;
        fault = cause;
        ended.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits at most `limit`, and not beyond the deadline, for the receiver's word.
  Receipt await(Duration limit) throws PeerException, InterruptedException {
    long left = Math.min(limit.toNanos(), leftNanos());
    lock.lock();
    try {
      while (receipt == null && fault == null) {
        if (left <= 0) {
          throw new PeerException.TimedOut(
              "tensor "
                  + name
                  + ": no receipt within "
                  + Math.min(limit.toMillis(), deadline.toMillis())
                  + " ms (expected: the receiver's word)");
        }
        left = ended.awaitNanos(left);
      }
      if (fault != null) {
        throw fault;
      }
      return Objects.requireNonNull(receipt);
    } finally {
      lock.unlock();
    }
  }

  private static String codeName(int code) {
    return FaultCode.of(code).map(FaultCode::name).orElse("code " + code);
  }
}
