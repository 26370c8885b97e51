package dev.myelin.net;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Message;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;

/// The secret at the beginning of a piece of shared memory, by which two processes prove that they
/// see the same memory, without saying it.
final class SharedSecret {
  static final int BYTES = 32;

  private static final int MEET_BYTES = 8 + 4 + 1 + 4 + 4 + 8 + 8;

  /// By what proofs that are made in one dialect are told from those of another.
  enum Words {
    ASOC("myelin/asoc/1"),
    ZMTP("myelin/zmtp/1");

    private final String begin;

    Words(String begin) {
      this.begin = begin;
    }
  }

  private final byte[] secret;
  private final ApiKey key;
  private final Words words;

  private SharedSecret(byte[] secret, ApiKey key, Words words) {
    this.secret = secret;
    this.key = key;
    this.words = words;
  }

  /// Writes a fresh one.
  static void put(MemorySegment memory, RandomGenerator random) {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    MemorySegment.copy(secret, 0, memory, ValueLayout.JAVA_BYTE, 0, BYTES);
  }

  /// Copies the one out that stands there.
  static SharedSecret of(MemorySegment memory, ApiKey key, Words words) {
    return new SharedSecret(memory.asSlice(0, BYTES).toArray(ValueLayout.JAVA_BYTE), key, words);
  }

  /// Returns the proof of whoever invites.
  String meet(Message.Meet meet, String inviter) {
    return proof(" meet", meet, inviter);
  }

  /// Returns whether the invitation was made by that node, which knows this secret.
  boolean meets(Message.Meet meet, String inviter) {
    return same(meet(meet, inviter), meet.proofHex());
  }

  /// Returns the proof of whoever accepts.
  String met(Message.Meet meet, String guest) {
    return proof(" met", meet, guest);
  }

  /// Returns whether that proof is of the node that was invited.
  boolean accepts(Message.Meet meet, String guest, String proofHex) {
    return same(met(meet, guest), proofHex);
  }

  private static boolean same(String proofHex, String otherHex) {
    return MessageDigest.isEqual(
        proofHex.getBytes(StandardCharsets.US_ASCII), otherHex.getBytes(StandardCharsets.US_ASCII));
  }

  private String proof(String what, Message.Meet meet, String who) {
    Mac mac = key.hmac();
    mac.update((words.begin + what).getBytes(StandardCharsets.US_ASCII));
    mac.update(secret);
    ByteBuffer said =
        ByteBuffer.allocate(MEET_BYTES)
            .putLong(meet.boot())
            .putInt(meet.uid())
            .put((byte) (meet.bytesToo() ? 1 : 0))
            .putInt(meet.at().pid())
            .putInt(meet.at().descriptor())
            .putLong(meet.at().inode())
            .putLong(meet.at().bytes());
    mac.update(said.flip());
    mac.update(who.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(mac.doFinal());
  }
}
