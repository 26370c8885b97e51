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
  private final String name;
  private final Progress watcher;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private Message.@Nullable Held held; // guarded by lock
  private @Nullable Receipt receipt; // guarded by lock
  private volatile @Nullable PeerException fault; // written under lock

  Sending(String name, Progress watcher) {
    this.name = name;
    this.watcher = watcher;
  }

  @Override
  public void sent(long sentBytes, long totalBytes) throws IOException {
    PeerException known = fault;
    if (known != null) {
      throw known;
    }
    watcher.sent(sentBytes, totalBytes);
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

  /// Waits until the receiver has told how much it has; the end of the connection bounds that.
  Message.Held awaitHeld() throws PeerException, InterruptedException {
    lock.lock();
    try {
      while (held == null && fault == null) {
        ended.await();
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

  /// Waits at most `limit` for the receiver's word.
  Receipt await(Duration limit) throws PeerException, InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (receipt == null && fault == null) {
        if (left <= 0) {
          throw new PeerException.TimedOut(
              "tensor "
                  + name
                  + ": no receipt within "
                  + limit.toMillis()
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
