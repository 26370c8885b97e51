package dev.myelin.net;

import dev.myelin.wire.Message;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// Carries the short answers that a connection owes: signs of life, pongs, receipts, cancels. Never
/// tensors.
///
/// A reader must not block on a write, or two readers writing to each other with full buffers never
/// move again. It leaves the answer here instead. The outbox is bounded: a peer that asks without
/// reading the answers is not served.
final class Courier {
  private static final int OUTBOX_MESSAGES = 4096;

  /// How a message leaves.
  @FunctionalInterface
  interface Sender {
    void send(Message message) throws IOException;
  }

  private final BlockingQueue<Message> outbox = new ArrayBlockingQueue<>(OUTBOX_MESSAGES);
  private final AtomicBoolean aliveQueued = new AtomicBoolean();

  /// Leaves a message; returns false when the outbox is full.
  boolean offer(Message message) {
    return outbox.offer(message);
  }

  /// Leaves a sign of life unless one is waiting already.
  void offerAlive() {
    if (aliveQueued.compareAndSet(false, true) && !outbox.offer(new Message.Alive())) {
      aliveQueued.set(false);
    }
  }

  /// Carries messages until interrupted or the sender fails.
  void run(Sender sender) throws InterruptedException, IOException {
    while (true) {
      Message message = outbox.take();
      if (message instanceof Message.Alive) {
        aliveQueued.set(false);
      }
      sender.send(message);
    }
  }
}
