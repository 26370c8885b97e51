package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// The server's side of the CURVE handshake (RFC 26); names as in [ZmtpCurveClient].
///
/// Between WELCOME and INITIATE it keeps the key of the cookie alone: its secret of the connection
/// travels in the cookie.
final class ZmtpCurveServer {
  private static final long READY_COUNTER = 1;

  private final CurveKey.Pair own;
  private final RandomGenerator random;
  private final byte[] cookieKey;
  private byte[] sharedKey = {};
  private CurveKey client = CurveKey.of(new byte[CurveKey.BYTES]);
  private long theirCounter;

  ZmtpCurveServer(CurveKey.Pair own, RandomGenerator random) {
    this.own = own;
    this.random = random;
    this.cookieKey = ZmtpCurve.bytes(random, ZmtpBox.KEY);
  }

  /// Checks a HELLO and returns the data of the WELCOME to it.
  byte[] welcome(ZmtpCursor hello) throws PeerException.Malformed {
    int major = hello.u8("version");
    int minor = hello.u8("version");
    if (major != 1 || minor != 0) {
      throw hello.malformed("version: " + major + "." + minor + " (expected: 1.0)");
    }
    if (!ZmtpCurve.isZero(hello.take(ZmtpCurve.PADDING, "padding"))) {
      throw hello.malformed("padding: something (expected: 72 zeros)");
    }
    CurveKey brief = CurveKey.of(hello.take(CurveKey.BYTES, "key"));
    byte[] counter = hello.take(Long.BYTES, "counter");
    byte[] box = hello.take(ZmtpBox.TAG + ZmtpCurve.SIGNED, "box");
    hello.end();
    byte[] key = ZmtpCurve.sharedKey(own.secretKey(), brief, hello);
    byte[] text = ZmtpBox.open(key, ZmtpBox.nonce(ZmtpCurve.HELLO, counter), box);
    if (text == null || !ZmtpCurve.isZero(text)) {
      throw hello.malformed("box: not made for our key");
    }
    theirCounter = ZmtpCurve.counter(counter);
    return welcome(brief, key);
  }

  private byte[] welcome(CurveKey brief, byte[] key) {
    CurveKey.Pair ours = CurveKey.Pair.of(CurveKey.of(ZmtpCurve.bytes(random, CurveKey.BYTES)));
    byte[] behindCookie = ZmtpCurve.bytes(random, ZmtpCurve.LONG_NONCE);
    byte[] cookie =
        ZmtpBox.seal(
            cookieKey,
            ZmtpBox.nonce(ZmtpCurve.COOKIE_NONCE, behindCookie),
            ZmtpCurve.join(brief.toBytes(), ours.secretKey().toBytes()));
    byte[] behind = ZmtpCurve.bytes(random, ZmtpCurve.LONG_NONCE);
    byte[] text = ZmtpCurve.join(ours.publicKey().toBytes(), behindCookie, cookie);
    return ZmtpCurve.join(
        behind, ZmtpBox.seal(key, ZmtpBox.nonce(ZmtpCurve.WELCOME, behind), text));
  }

  /// Checks an INITIATE and returns what the client tells in it.
  ZmtpMetadata initiate(ZmtpCursor data) throws PeerException.Malformed {
    byte[] nonce = ZmtpBox.nonce(ZmtpCurve.COOKIE_NONCE, data.take(ZmtpCurve.LONG_NONCE, "cookie"));
    byte[] box = data.take(ZmtpCurve.COOKIE - ZmtpCurve.LONG_NONCE, "cookie");
    byte[] keys = ZmtpBox.open(cookieKey, nonce, box);
    Arrays.fill(cookieKey, (byte) 0); // RFC 26: a cookie is good for one INITIATE
    if (keys == null) {
      throw data.malformed("cookie: not the one of this connection");
    }
    byte[] brief = Arrays.copyOf(keys, CurveKey.BYTES);
    CurveKey secret = CurveKey.of(Arrays.copyOfRange(keys, CurveKey.BYTES, keys.length));
    sharedKey = ZmtpCurve.sharedKey(secret, CurveKey.of(brief), data);
    byte[] counter = data.take(Long.BYTES, "counter");
    if (Long.compareUnsigned(ZmtpCurve.counter(counter), theirCounter) <= 0) {
      throw data.malformed(
          "counter: "
              + Long.toUnsignedString(ZmtpCurve.counter(counter))
              + " (expected: > "
              + Long.toUnsignedString(theirCounter)
              + ")");
    }
    theirCounter = ZmtpCurve.counter(counter);
    byte[] text = ZmtpBox.open(sharedKey, ZmtpBox.nonce(ZmtpCurve.INITIATE, counter), data.rest());
    if (text == null) {
      throw data.malformed("box: not sealed by the client of this connection");
    }
    return vouched(new ZmtpCursor(text, 0, data.offset(), "INITIATE"), brief, secret);
  }

  private ZmtpMetadata vouched(ZmtpCursor inside, byte[] brief, CurveKey secret)
      throws PeerException.Malformed {
    client = CurveKey.of(inside.take(CurveKey.BYTES, "key"));
    byte[] behind = inside.take(ZmtpCurve.LONG_NONCE, "vouch");
    byte[] box = inside.take(ZmtpBox.TAG + 2L * CurveKey.BYTES, "vouch");
    byte[] text =
        ZmtpBox.open(
            ZmtpCurve.sharedKey(secret, client, inside),
            ZmtpBox.nonce(ZmtpCurve.VOUCH, behind),
            box);
    byte[] promised = ZmtpCurve.join(brief, own.publicKey().toBytes());
    if (text == null || !MessageDigest.isEqual(text, promised)) {
      throw inside.malformed(
          "vouch: not of the client whose key it is, or not for this connection");
    }
    return ZmtpMetadata.parse(inside);
  }

  /// Returns the key that the client owns for good, which its INITIATE proved.
  CurveKey clientKey() {
    return client;
  }

  byte[] ready(byte[] properties) {
    byte[] counter = ZmtpCurve.counter(READY_COUNTER);
    return ZmtpCurve.join(
        counter, ZmtpBox.seal(sharedKey, ZmtpBox.nonce(ZmtpCurve.READY, counter), properties));
  }

  ZmtpSealer sealer() {
    return new ZmtpSealer(sharedKey, ZmtpCurve.FROM_SERVER, READY_COUNTER);
  }

  ZmtpOpener opener() {
    return new ZmtpOpener(sharedKey, ZmtpCurve.FROM_CLIENT, theirCounter);
  }
}
