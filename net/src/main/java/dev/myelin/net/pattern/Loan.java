package dev.myelin.net.pattern;

import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/// The sending of memory that stays the caller's.
final class Loan {
  private Loan() {}

  /// Sends a message and waits, also if that failed, until nobody needs its memory any more.
  ///
  /// The second wait heeds no interrupt: until then the memory is being read.
  static void send(Parts borrowed, TensorParts.Sending sending)
      throws IOException, InterruptedException {
    CountDownLatch back = new CountDownLatch(1);
    try {
      sending.send(borrowed.lend(back::countDown));
    } finally {
      awaitCalmly(back);
    }
  }

  private static void awaitCalmly(CountDownLatch back) {
    boolean interrupted = false;
    while (back.getCount() > 0) {
      try {
        back.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
