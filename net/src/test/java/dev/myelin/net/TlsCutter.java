package dev.myelin.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/// Somebody on the path who cuts every connection that begins with TLS.
final class TlsCutter extends Between {
  private static final byte HANDSHAKE = 0x16;

  private final AtomicInteger cuts = new AtomicInteger();

  static TlsCutter open(Endpoint target) throws IOException {
    TlsCutter cutter = new TlsCutter(target);
    cutter.begin();
    return cutter;
  }

  private TlsCutter(Endpoint target) throws IOException {
    super(target);
  }

  int cuts() {
    return cuts.get();
  }

  @Override
  boolean mayPass(ByteBuffer first) {
    boolean tls = first.hasRemaining() && first.get(0) == HANDSHAKE;
    if (tls) {
      cuts.incrementAndGet();
    }
    return !tls;
  }
}
