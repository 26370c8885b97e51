package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import java.security.MessageDigest;
import java.util.Arrays;

/// The receiving direction of an encrypted connection; see [ZmtpSealer] for the layout.
///
/// A small box is opened in one go, a large one piece by piece: then nothing of it may be used
/// before [#finish].
final class ZmtpOpener {
  /// How much longer than its part a MESSAGE is: name, counter, tag, flags.
  static final int OVERHEAD = ZmtpSealer.NAME.length + Long.BYTES + ZmtpBox.TAG + 1;

  private static final int COUNTER_AT = ZmtpSealer.NAME.length;
  private static final int TAG_AT = COUNTER_AT + Long.BYTES;
  private static final int TEXT_AT = TAG_AT + ZmtpBox.TAG;

  /// Of the flags inside, those that nobody uses. RFC 26 has MORE only; libzmq writes bit 1 for a
  /// command, and ZMTP itself has bit 2.
  private static final int UNUSED = ~(ZmtpHeader.MORE | ZmtpSealer.COMMAND | ZmtpHeader.COMMAND);

  private final ZmtpKeystream keystream;
  private final byte[] flagsByte = new byte[1];
  private final byte[] tag = new byte[ZmtpBox.TAG];
  private final byte[] made = new byte[ZmtpBox.TAG];
  private long counter;

  /// @param counter the last that the peer used in the handshake
  ZmtpOpener(byte[] sharedKey, String prefix, long counter) {
    this.keystream = new ZmtpKeystream(sharedKey, prefix);
    this.counter = counter;
  }

  /// Returns the part in a whole MESSAGE.
  byte[] open(byte[] frame, int at, int length, long offset) throws PeerException.Malformed {
    start(frame, at, offset);
    int text = at + TEXT_AT;
    keystream.authenticate(frame, text, length - TEXT_AT);
    checkTag(offset);
    keystream.process(frame, text, 1, flagsByte, 0);
    checkFlags(offset);
    byte[] part = new byte[length - OVERHEAD];
    keystream.process(frame, text + 1, part.length, part, 0);
    return part;
  }

  /// Begins with a MESSAGE of which the first [#OVERHEAD] bytes are there.
  void begin(byte[] frame, int at, long offset) throws PeerException.Malformed {
    start(frame, at, offset);
    keystream.authenticate(frame, at + TEXT_AT, 1);
    keystream.process(frame, at + TEXT_AT, 1, flagsByte, 0);
  }

  /// Decrypts the next bytes where they are.
  void more(byte[] bytes, int at, int length) {
    keystream.authenticate(bytes, at, length);
    keystream.process(bytes, at, length, bytes, at);
  }

  /// Says that all was given, and that it is what the peer sealed.
  void finish(long offset) throws PeerException.Malformed {
    checkTag(offset);
    checkFlags(offset);
  }

  boolean isMore() {
    return (flagsByte[0] & ZmtpHeader.MORE) != 0;
  }

  boolean isCommand() {
    return (flagsByte[0] & (ZmtpSealer.COMMAND | ZmtpHeader.COMMAND)) != 0;
  }

  private void start(byte[] frame, int at, long offset) throws PeerException.Malformed {
    int nameEnd = at + COUNTER_AT;
    if (!Arrays.equals(frame, at, nameEnd, ZmtpSealer.NAME, 0, COUNTER_AT)) {
      throw ZmtpCodec.malformed(offset, "frame: in clear (expected: MESSAGE)");
    }
    long next = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      next = next << 8 | (frame[nameEnd + i] & 0xFF);
    }
    // RFC 26: a counter that comes again is a replay.
    if (Long.compareUnsigned(next, counter) <= 0) {
      throw ZmtpCodec.malformed(
          offset,
          "counter: %s (expected: > %s) of MESSAGE",
          Long.toUnsignedString(next),
          Long.toUnsignedString(counter));
    }
    counter = next;
    System.arraycopy(frame, at + TAG_AT, tag, 0, ZmtpBox.TAG);
    keystream.begin(next);
  }

  private void checkTag(long offset) throws PeerException.Malformed {
    keystream.tag(made, 0);
    if (!MessageDigest.isEqual(made, tag)) {
      throw ZmtpCodec.malformed(offset, "box: not sealed by the peer, or changed, of MESSAGE");
    }
  }

  private void checkFlags(long offset) throws PeerException.Malformed {
    if ((flagsByte[0] & UNUSED) != 0) {
      throw ZmtpCodec.malformed(
          offset, "flags: 0x%02x (expected: bits 3 to 7 zero) of MESSAGE", flagsByte[0] & 0xFF);
    }
  }
}
