package dev.myelin.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Somebody on the path who only listens, and keeps what went by.
final class Tap extends Between {
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  static Tap open(Endpoint target) throws IOException {
    Tap tap = new Tap(target);
    tap.begin();
    return tap;
  }

  private Tap(Endpoint target) throws IOException {
    super(target);
  }

  /// Returns every byte that went by, one per character.
  String seen() {
    return seen.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  void carry(Link link, boolean fromDialler, ByteBuffer bytes) throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    seen.writeBytes(copy);
    super.carry(link, fromDialler, bytes);
  }
}
