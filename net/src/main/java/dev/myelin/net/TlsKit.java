package dev.myelin.net;

import java.util.concurrent.Semaphore;

/// A TLS library, with the buffers of the connections that use it and how many of those there may
/// be.
final class TlsKit implements AutoCloseable {
  private final TlsLibrary library;
  private final TlsBuffers buffers;
  private final Semaphore slots;

  /// @param most how many connections may use it at the same time
  TlsKit(TlsLibrary library, int most) {
    this.library = library;
    this.buffers = new TlsBuffers(library == TlsLibrary.CONSCRYPT);
    this.slots = new Semaphore(most);
  }

  /// Returns one for as many connections as the descriptors of this process allow.
  static TlsKit of(TlsLibrary library) {
    int extra = library.descriptors();
    return new TlsKit(library, extra == 0 ? Integer.MAX_VALUE : Descriptors.most() / (4 * extra));
  }

  TlsLibrary library() {
    return library;
  }

  TlsBuffers buffers() {
    return buffers;
  }

  /// Returns whether there is room for one more connection; it counts until [#leave].
  boolean enter() {
    return slots.tryAcquire();
  }

  void leave() {
    slots.release();
  }

  /// Frees the buffers; connections that are still open get none any more.
  @Override
  public void close() {
    buffers.close();
  }
}
