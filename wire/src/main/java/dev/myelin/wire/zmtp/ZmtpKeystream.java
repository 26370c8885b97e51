package dev.myelin.wire.zmtp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;

/// What both directions of an encrypted connection have in common: a key, and a nonce that only
/// counts.
///
/// The nonce's prefix never changes, so what it does to the key is done once. Blocks come from the
/// library's core, and are laid over the text eight bytes at a time.
final class ZmtpKeystream {
  private static final int ROUNDS = 20;
  private static final int BLOCK = 64;

  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Where words of nonce and counter of blocks stand in the state of Salsa20.
  private static final int NONCE = 6;

  private static final int COUNTER = 8;

  private final int[] state;
  private final int[] block = new int[BLOCK / Integer.BYTES];
  private final Poly1305 mac = new Poly1305();
  private int used;

  /// @param prefix the first 16 characters of the nonce
  ZmtpKeystream(byte[] sharedKey, String prefix) {
    byte[] ascii = prefix.getBytes(StandardCharsets.US_ASCII);
    state = ZmtpBox.state(ZmtpBox.subkey(sharedKey, ascii, 0), new byte[16], 0);
  }

  /// Begins the box of that number.
  void begin(long counter) {
    // The nonce is read little-endian, and the counter in it is written big-endian.
    state[NONCE] = Integer.reverseBytes((int) (counter >>> 32));
    state[NONCE + 1] = Integer.reverseBytes((int) counter);
    state[COUNTER] = 0;
    state[COUNTER + 1] = 0;
    nextBlock();
    byte[] key = new byte[ZmtpBox.KEY];
    for (int i = 0; i < key.length; i++) {
      key[i] = next();
    }
    mac.init(new KeyParameter(key));
  }

  /// Encrypts or decrypts; both are the same.
  void process(byte[] from, int at, int length, byte[] to, int toAt) {
    int done = 0;
    while (done < length) {
      if (used == BLOCK) {
        nextBlock();
      }
      if (used == 0 && length - done >= BLOCK) {
        cover(from, at + done, to, toAt + done);
        done += BLOCK;
      } else {
        to[toAt + done] = (byte) (from[at + done] ^ next());
        done++;
      }
    }
  }

  /// Lays a whole block over the text.
  private void cover(byte[] from, int at, byte[] to, int toAt) {
    for (int i = 0; i < BLOCK / Long.BYTES; i++) {
      long words = (block[2 * i] & 0xFFFF_FFFFL) | (long) block[2 * i + 1] << 32;
      int offset = Long.BYTES * i;
      U64.set(to, toAt + offset, (long) U64.get(from, at + offset) ^ words);
    }
    used = BLOCK;
  }

  private byte next() {
    byte next = (byte) (block[used >>> 2] >>> (8 * (used & 3)));
    used++;
    return next;
  }

  private void nextBlock() {
    Salsa20Engine.salsaCore(ROUNDS, state, block);
    if (++state[COUNTER] == 0) {
      state[COUNTER + 1]++;
    }
    used = 0;
  }

  /// Adds encrypted bytes to the tag.
  void authenticate(byte[] bytes, int at, int length) {
    mac.update(bytes, at, length);
  }

  void tag(byte[] target, int at) {
    mac.doFinal(target, at);
  }
}
