package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.CurveKey;
import dev.myelin.wire.parts.PartsSecurity;
import java.io.ByteArrayOutputStream;
import java.util.random.RandomGenerator;

/// The client's side of the CURVE handshake (RFC 26). In its notation C and S are the keys that
/// stay, C′ and S′ those of this connection.
final class ZmtpCurveClient {
  private static final long HELLO_COUNTER = 1;
  private static final long INITIATE_COUNTER = 2;

  private final CurveKey server;
  private final CurveKey.Pair own;
  private final CurveKey.Pair brief;
  private final RandomGenerator random;
  private byte[] sharedKey = {};
  private byte[] cookie = {};
  private byte[] vouch = {};
  private long theirCounter;

  ZmtpCurveClient(PartsSecurity.CurveClient client, RandomGenerator random) {
    this.server = client.server();
    this.own = client.own();
    this.random = random;
    this.brief = CurveKey.Pair.of(CurveKey.of(ZmtpCurve.bytes(random, CurveKey.BYTES)));
  }

  byte[] hello() {
    byte[] counter = ZmtpCurve.counter(HELLO_COUNTER);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.write(1);
    data.write(0);
    data.writeBytes(new byte[ZmtpCurve.PADDING]);
    data.writeBytes(brief.publicKey().toBytes());
    data.writeBytes(counter);
    data.writeBytes(
        ZmtpBox.seal(
            ZmtpBox.sharedKey(brief.secretKey(), server),
            ZmtpBox.nonce(ZmtpCurve.HELLO, counter),
            new byte[ZmtpCurve.SIGNED]));
    return data.toByteArray();
  }

  void welcome(ZmtpCursor data) throws PeerException.Malformed {
    byte[] nonce = ZmtpBox.nonce(ZmtpCurve.WELCOME, data.take(ZmtpCurve.LONG_NONCE, "nonce"));
    byte[] box = data.take(ZmtpBox.TAG + ZmtpBox.KEY + ZmtpCurve.COOKIE, "box");
    data.end();
    byte[] text = ZmtpBox.open(ZmtpBox.sharedKey(brief.secretKey(), server), nonce, box);
    if (text == null) {
      throw data.malformed("box: not sealed by the server whose key we know");
    }
    ZmtpCursor inside = new ZmtpCursor(text, 0, data.offset(), "WELCOME");
    CurveKey theirs = CurveKey.of(inside.take(CurveKey.BYTES, "key"));
    cookie = inside.take(ZmtpCurve.COOKIE, "cookie");
    sharedKey = ZmtpCurve.sharedKey(brief.secretKey(), theirs, data);
    byte[] behind = ZmtpCurve.bytes(random, ZmtpCurve.LONG_NONCE);
    vouch =
        ZmtpCurve.join(
            behind,
            ZmtpBox.seal(
                ZmtpCurve.sharedKey(own.secretKey(), theirs, data),
                ZmtpBox.nonce(ZmtpCurve.VOUCH, behind),
                ZmtpCurve.join(brief.publicKey().toBytes(), server.toBytes())));
  }

  byte[] initiate(byte[] properties) {
    byte[] counter = ZmtpCurve.counter(INITIATE_COUNTER);
    byte[] text = ZmtpCurve.join(own.publicKey().toBytes(), vouch, properties);
    byte[] box = ZmtpBox.seal(sharedKey, ZmtpBox.nonce(ZmtpCurve.INITIATE, counter), text);
    return ZmtpCurve.join(cookie, counter, box);
  }

  ZmtpMetadata ready(ZmtpCursor data) throws PeerException.Malformed {
    byte[] counter = data.take(Long.BYTES, "counter");
    byte[] nonce = ZmtpBox.nonce(ZmtpCurve.READY, counter);
    byte[] text = ZmtpBox.open(sharedKey, nonce, data.rest());
    if (text == null) {
      throw data.malformed("box: not sealed by the server of this connection");
    }
    theirCounter = ZmtpCurve.counter(counter);
    return ZmtpMetadata.parse(new ZmtpCursor(text, 0, data.offset(), "READY"));
  }

  ZmtpSealer sealer() {
    return new ZmtpSealer(sharedKey, ZmtpCurve.FROM_CLIENT, INITIATE_COUNTER);
  }

  ZmtpOpener opener() {
    return new ZmtpOpener(sharedKey, ZmtpCurve.FROM_SERVER, theirCounter);
  }
}
