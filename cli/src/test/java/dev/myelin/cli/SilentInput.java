package dev.myelin.cli;

import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A keyboard on which nobody types: who reads from it hears no interrupt.
final class SilentInput extends InputStream {
  private final CountDownLatch asked = new CountDownLatch(1);

  SilentInput() {}

  @Override
  public int read(byte[] bytes, int offset, int length) {
    return read();
  }

  @Override
  public int read() {
    asked.countDown();
    while (true) {
      LockSupport.park(this);
    }
  }

  /// Waits until somebody reads.
  boolean awaitReader() throws InterruptedException {
    return asked.await(20, TimeUnit.SECONDS);
  }
}
