package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;

/// The mechanism MYELIN: both sides prove that they hold the key of a community, the client first.
///
/// ```
///   HELLO     01, nonce of the client 32
///   WELCOME   01, nonce of the server 32
///   INITIATE  proof of the client 32, properties
///   READY     proof of the server 32, properties
/// ```
///
/// A proof is the HMAC-SHA256, under the key, of a label for the side, the lengths and bytes of
/// community and binding, and both nonces. The binding is that of the TLS session around it, so
/// that nobody can pass a proof on; without one, whoever is on the path can read and alter what
/// follows.
final class ZmtpMember {
  private static final int VERSION = 1;
  private static final int NONCE = 32;
  static final int PROOF = 32;

  /// The data of HELLO and of WELCOME.
  static final int GREETING = 1 + NONCE;

  private static final byte[] CLIENT = label("myelin/zmtp/1 client proof");
  private static final byte[] SERVER = label("myelin/zmtp/1 server proof");

  private final PartsSecurity.Member member;
  private final byte[] own = new byte[NONCE];
  private byte[] theirs = {};
  private boolean server;

  ZmtpMember(PartsSecurity.Member member, RandomGenerator random) {
    this.member = member;
    random.nextBytes(own);
  }

  private static byte[] label(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] hello() {
    return greeting();
  }

  /// Takes the client's HELLO.
  void helloed(ZmtpCursor data) throws PeerException.Malformed {
    server = true;
    take(data);
  }

  byte[] welcome() {
    return greeting();
  }

  /// Takes the server's WELCOME.
  void welcome(ZmtpCursor data) throws PeerException.Malformed {
    take(data);
  }

  private byte[] greeting() {
    byte[] bytes = new byte[GREETING];
    bytes[0] = VERSION;
    System.arraycopy(own, 0, bytes, 1, NONCE);
    return bytes;
  }

  private void take(ZmtpCursor data) throws PeerException.Malformed {
    int version = data.u8("version");
    if (version != VERSION) {
      throw data.malformed("version: " + version + " (expected: " + VERSION + ")");
    }
    theirs = data.take(NONCE, "nonce");
    data.end();
  }

  byte[] initiate(byte[] properties) {
    return behind(proof(CLIENT), properties);
  }

  /// Returns whether the client's INITIATE begins with its proof, and walks past it.
  boolean holds(ZmtpCursor data) throws PeerException.Malformed {
    return MessageDigest.isEqual(proof(CLIENT), data.take(PROOF, "proof"));
  }

  byte[] ready(byte[] properties) {
    return behind(proof(SERVER), properties);
  }

  /// Takes the server's READY.
  ///
  /// @throws PeerException.Refused if its proof does not hold
  ZmtpMetadata ready(ZmtpCursor data) throws PeerException {
    if (!MessageDigest.isEqual(proof(SERVER), data.take(PROOF, "proof"))) {
      throw new PeerException.Refused(
          "refused the peer: its proof does not hold (expected: our key)");
    }
    return ZmtpMetadata.parse(data);
  }

  private static byte[] behind(byte[] proof, byte[] properties) {
    byte[] bytes = Arrays.copyOf(proof, PROOF + properties.length);
    System.arraycopy(properties, 0, bytes, PROOF, properties.length);
    return bytes;
  }

  private byte[] proof(byte[] side) {
    Mac mac = member.key().hmac();
    mac.update(side);
    update(mac, member.community().getBytes(StandardCharsets.UTF_8));
    update(mac, member.carrier().binding());
    mac.update(server ? theirs : own);
    mac.update(server ? own : theirs);
    return mac.doFinal();
  }

  private static void update(Mac mac, byte[] bytes) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      mac.update((byte) (bytes.length >>> shift));
    }
    mac.update(bytes);
  }
}
