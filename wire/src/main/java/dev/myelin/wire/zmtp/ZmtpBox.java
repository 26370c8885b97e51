package dev.myelin.wire.zmtp;

import dev.myelin.wire.parts.CurveKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;

/// The boxes of CURVE: Curve25519, XSalsa20 and Poly1305, as NaCl composes them.
///
/// ```
///   0          16
///  +----------+---------------------------+
///  |   tag    |  text, under XSalsa20     |
///  +----------+---------------------------+
/// ```
///
/// The first 32 bytes of the key stream are the key of the tag, the text is under what follows.
final class ZmtpBox {
  static final int TAG = 16;
  static final int NONCE = 24;
  static final int KEY = CurveKey.BYTES;

  private static final int ROUNDS = 20;
  private static final int PREFIX = 16;
  private static final byte[] NOTHING = new byte[KEY];

  // "expand 32-byte k" in four words
  private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

  private ZmtpBox() {}

  /// Returns whether the ciphers are what they are taken for.
  ///
  /// @throws LinkageError if there is no library that has them
  static boolean works() {
    byte[] box = seal(new byte[KEY], new byte[NONCE], new byte[0]);
    return open(new byte[KEY], new byte[NONCE], box) != null;
  }

  /// Returns the key that the owner of the secret key and that of the public one share.
  ///
  /// @throws IllegalArgumentException if the public key is of small order
  static byte[] sharedKey(CurveKey secret, CurveKey other) {
    return subkey(secret.agree(other), new byte[PREFIX], 0);
  }

  /// Returns the key under which the last 8 bytes of a nonce count, by the first 16 (HSalsa20).
  static byte[] subkey(byte[] key, byte[] nonce, int at) {
    int[] input = state(key, nonce, at);
    int[] mixed = new int[16];
    Salsa20Engine.salsaCore(ROUNDS, input, mixed);
    byte[] subkey = new byte[KEY];
    for (int i = 0; i < 4; i++) {
      // The core adds its input at the end, which HSalsa20 does not.
      putWord(subkey, 4 * i, mixed[5 * i] - input[5 * i]);
      putWord(subkey, 16 + 4 * i, mixed[6 + i] - input[6 + i]);
    }
    return subkey;
  }

  /// Returns the 16 words that the core mixes: four of a constant, eight of the key, and four of
  /// the nonce or of nonce and counter.
  static int[] state(byte[] key, byte[] nonce, int at) {
    int[] state = new int[16];
    for (int i = 0; i < 4; i++) {
      state[5 * i] = SIGMA[i];
      state[1 + i] = word(key, 4 * i);
      state[11 + i] = word(key, 16 + 4 * i);
      state[6 + i] = word(nonce, at + 4 * i);
    }
    return state;
  }

  /// Returns the nonce of a prefix in ASCII and the bytes behind it.
  static byte[] nonce(String prefix, byte[] behind) {
    byte[] nonce = Arrays.copyOf(prefix.getBytes(StandardCharsets.US_ASCII), NONCE);
    System.arraycopy(behind, 0, nonce, prefix.length(), behind.length);
    return nonce;
  }

  static byte[] seal(byte[] key, byte[] nonce, byte[] text) {
    Salsa20Engine stream = stream(key, nonce);
    Poly1305 mac = mac(stream);
    byte[] box = new byte[TAG + text.length];
    stream.processBytes(text, 0, text.length, box, TAG);
    mac.update(box, TAG, text.length);
    mac.doFinal(box, 0);
    return box;
  }

  /// Returns the text in a box; null if somebody else made it, or changed it.
  static byte @Nullable [] open(byte[] key, byte[] nonce, byte[] box) {
    if (box.length < TAG) {
      return null;
    }
    Salsa20Engine stream = stream(key, nonce);
    Poly1305 mac = mac(stream);
    mac.update(box, TAG, box.length - TAG);
    byte[] tag = new byte[TAG];
    mac.doFinal(tag, 0);
    if (!MessageDigest.isEqual(tag, Arrays.copyOf(box, TAG))) {
      return null;
    }
    byte[] text = new byte[box.length - TAG];
    stream.processBytes(box, TAG, text.length, text, 0);
    return text;
  }

  private static Salsa20Engine stream(byte[] key, byte[] nonce) {
    Salsa20Engine stream = new Salsa20Engine();
    byte[] subkey = subkey(key, nonce, 0);
    byte[] counter = Arrays.copyOfRange(nonce, PREFIX, NONCE);
    stream.init(true, new ParametersWithIV(new KeyParameter(subkey), counter));
    return stream;
  }

  /// Returns the tag's maker, its key taken from the begin of the key stream.
  private static Poly1305 mac(Salsa20Engine stream) {
    byte[] key = new byte[KEY];
    stream.processBytes(NOTHING, 0, KEY, key, 0);
    Poly1305 mac = new Poly1305();
    mac.init(new KeyParameter(key));
    return mac;
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xFF)
        | (bytes[at + 1] & 0xFF) << 8
        | (bytes[at + 2] & 0xFF) << 16
        | bytes[at + 3] << 24;
  }

  private static void putWord(byte[] bytes, int at, int word) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (word >>> (8 * i));
    }
  }
}
