package dev.myelin.net;

import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.PartsSession;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// What a pipe has to say beside messages: answers to the peer's signs of life, a question of its
/// own, and subscriptions.
///
/// However long nothing can be written, no more waits here than says something new: one question,
/// one answer for equal questions in a row, and per prefix the last word only.
final class PipeErrands {
  /// How many different questions of a peer that reads no answers are kept.
  static final int MOST_ANSWERS = 1024;

  private final PartsSession session;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<byte[]> answers = new ArrayDeque<>(); // guarded by lock
  private final Map<ByteBuffer, Boolean> wishes = new LinkedHashMap<>(); // guarded by lock
  private boolean question; // guarded by lock
  private volatile boolean any; // written under lock

  PipeErrands(PartsSession session) {
    this.session = session;
  }

  /// Takes that the peer asked; returns false if it asks and asks and reads no answers.
  boolean answer(byte[] context) {
    lock.lock();
    try {
      if (!answers.isEmpty() && Arrays.equals(answers.getLast(), context)) {
        return true;
      }
      if (answers.size() == MOST_ANSWERS) {
        return false;
      }
      answers.add(context.clone());
      any = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Has a sign of life asked for.
  void ask() {
    lock.lock();
    try {
      question = true;
      any = true;
    } finally {
      lock.unlock();
    }
  }

  /// Has the peer told of a subscription, unless it was not told of the opposite yet.
  void wish(byte[] prefix, boolean wanted) {
    ByteBuffer key = ByteBuffer.wrap(prefix.clone());
    lock.lock();
    try {
      Boolean waiting = wishes.putIfAbsent(key, wanted);
      if (waiting != null && waiting != wanted) {
        wishes.remove(key);
      }
      any = !isEmptyNow();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return !any;
  }

  /// Encodes what there is; of subscriptions as many as one write should carry.
  ///
  /// @param asked run right before the question is encoded
  void gather(Outlet to, Runnable asked) {
    if (!any) {
      return;
    }
    lock.lock();
    try {
      for (byte[] context = answers.poll(); context != null; context = answers.poll()) {
        session.encodePong(context, to);
      }
      if (question) {
        question = false;
        asked.run();
        // Without patience of our own: whoever writes much more than it reads would seem dead.
        session.encodePing(Duration.ZERO, to);
      }
      Iterator<Map.Entry<ByteBuffer, Boolean>> each = wishes.entrySet().iterator();
      while (to.bytes() < PipeWriter.BATCH_BYTES && each.hasNext()) {
        Map.Entry<ByteBuffer, Boolean> wish = each.next();
        each.remove();
        session.encodeSubscription(wish.getKey().array(), wish.getValue(), to);
      }
      any = !isEmptyNow();
    } finally {
      lock.unlock();
    }
  }

  private boolean isEmptyNow() {
    return answers.isEmpty() && !question && wishes.isEmpty();
  }
}
