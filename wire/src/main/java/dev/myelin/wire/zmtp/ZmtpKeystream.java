package dev.myelin.wire.zmtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/// What both directions of an encrypted connection have in common: a key, and a nonce that only
/// counts.
///
/// The nonce's prefix never changes, so what it does to the key is done once.
final class ZmtpKeystream {
  private final KeyParameter key;
  private final Salsa20Engine stream = new Salsa20Engine();
  private final Poly1305 mac = new Poly1305();

  /// @param prefix the first 16 characters of the nonce
  ZmtpKeystream(byte[] sharedKey, String prefix) {
    byte[] ascii = prefix.getBytes(StandardCharsets.US_ASCII);
    key = new KeyParameter(ZmtpBox.subkey(sharedKey, ascii, 0));
  }

  /// Begins the box of that number.
  void begin(long counter) {
    byte[] nonce = ByteBuffer.allocate(Long.BYTES).putLong(counter).array();
    stream.init(true, new ParametersWithIV(key, nonce));
    ZmtpBox.begin(stream, mac);
  }

  /// Encrypts or decrypts; both are the same.
  void process(byte[] from, int at, int length, byte[] to, int toAt) {
    stream.processBytes(from, at, length, to, toAt);
  }

  /// Adds encrypted bytes to the tag.
  void authenticate(byte[] bytes, int at, int length) {
    mac.update(bytes, at, length);
  }

  void tag(byte[] target, int at) {
    mac.doFinal(target, at);
  }
}
