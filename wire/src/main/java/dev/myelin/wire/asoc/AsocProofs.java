package dev.myelin.wire.asoc;

import dev.myelin.wire.ApiKey;
import java.util.Arrays;
import java.util.UUID;

/// What the two sides of a handshake compute from the shared key.
///
/// One key serves everything, so every input of ours begins with a label, and none is 8, 20 or 34
/// bytes long: those lengths belong to ACCEPT, HELLO and the beacon.
final class AsocProofs {
  private static final byte[] TOKEN = AsocHash.utf8("myelin/asoc/1 accept token");
  private static final byte[] SEEN_TOKEN = AsocHash.utf8("myelin/asoc/1 seen token");
  private static final byte[] TRANSCRIPT = AsocHash.utf8("myelin/asoc/1 transcript");
  private static final byte[] DIALLER = AsocHash.utf8("myelin/asoc/1 dialler proof");
  private static final byte[] ACCEPTOR = AsocHash.utf8("myelin/asoc/1 acceptor proof");

  private AsocProofs() {}

  /// Returns the HELLO of a node with this challenge.
  static AsocFrame.Hello hello(UUID node, int challenge, ApiKey key) {
    return new AsocFrame.Hello(node, helloProof(node, challenge, key), challenge);
  }

  static boolean holds(AsocFrame.Hello hello, ApiKey key) {
    return hello.proof().equals(helloProof(hello.node(), hello.challenge(), key));
  }

  // The challenge stands behind the proof in the frame, but right behind the id in the HMAC.
  private static AsocBytes helloProof(UUID node, int challenge, ApiKey key) {
    byte[] challengeBytes = {
      (byte) (challenge >>> 24),
      (byte) (challenge >>> 16),
      (byte) (challenge >>> 8),
      (byte) challenge
    };
    byte[] hmac = AsocHash.hmac(key, AsocHash.bytes(node), challengeBytes);
    return AsocBytes.of(hmac, AsocFrame.Hello.PROOF);
  }

  /// Returns what tells this greeting from all others, for the memory of greetings.
  static long fingerprint(byte[] helloFrame) {
    return AsocHash.first64(AsocHash.sha256(payload(helloFrame)));
  }

  /// Returns what tells this token from all others, for the same memory.
  static long fingerprint(AsocBytes token) {
    return AsocHash.first64(AsocHash.sha256(SEEN_TOKEN, token.toArray()));
  }

  /// Returns the token by which a dialler sees that the acceptor answers this very HELLO.
  static AsocBytes token(byte[] helloFrame, UUID acceptor, ApiKey key) {
    byte[] hmac = AsocHash.hmac(key, TOKEN, payload(helloFrame), AsocHash.bytes(acceptor));
    return AsocBytes.of(hmac, AsocFrame.Accept.TOKEN);
  }

  /// Returns the ACCEPT that carries a token.
  static AsocFrame.Accept accept(AsocBytes token, ApiKey key) {
    return new AsocFrame.Accept(token, signature(token, key));
  }

  static boolean holds(AsocFrame.Accept accept, ApiKey key) {
    return accept.signature().equals(signature(accept.token(), key));
  }

  private static AsocBytes signature(AsocBytes token, ApiKey key) {
    return AsocBytes.of(AsocHash.hmac(key, token.toArray()), AsocFrame.Accept.SIGNATURE);
  }

  /// Returns the digest over everything both sides said before their proofs, the community, and
  /// what the carrier is bound to.
  ///
  /// @param binding empty in clear
  /// @param parts the whole HELLO, the whole ACCEPT, the OFFER's body, the covered part of PROVE's
  static byte[] transcript(String community, byte[] binding, byte[]... parts) {
    byte[][] all = new byte[parts.length + 3][];
    all[0] = TRANSCRIPT;
    System.arraycopy(parts, 0, all, 1, parts.length);
    all[parts.length + 1] = AsocHash.sha256(AsocHash.utf8(community));
    all[parts.length + 2] = binding;
    return AsocHash.sha256(all);
  }

  static AsocBytes diallerProof(byte[] transcript, ApiKey key) {
    return AsocBytes.of(AsocHash.hmac(key, DIALLER, transcript));
  }

  static AsocBytes acceptorProof(byte[] transcript, ApiKey key) {
    return AsocBytes.of(AsocHash.hmac(key, ACCEPTOR, transcript));
  }

  private static byte[] payload(byte[] frame) {
    return Arrays.copyOfRange(frame, AsocHeader.SIZE, frame.length);
  }
}
