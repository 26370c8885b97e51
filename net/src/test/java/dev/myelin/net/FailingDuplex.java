package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// The bytes of a socket, of whose operations one fails when a test says so.
record FailingDuplex(Duplex inner, Check reads, Check writes) implements Duplex {
  /// Passes, or fails as a socket does.
  @FunctionalInterface
  interface Check {
    void pass() throws IOException;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    reads.pass();
    return inner.read(target);
  }

  @Override
  public int read(ByteBuffer target, Duration limit) throws IOException {
    reads.pass();
    return inner.read(target, limit);
  }

  @Override
  public void write(ByteBuffer[] parts) throws IOException {
    writes.pass();
    inner.write(parts);
  }

  @Override
  public void endOutput() throws IOException {
    writes.pass();
    inner.endOutput();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }

  @Override
  public String protection() {
    return inner.protection();
  }

  @Override
  public void widen() {
    inner.widen();
  }
}
