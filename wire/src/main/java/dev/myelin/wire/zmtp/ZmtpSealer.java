package dev.myelin.wire.zmtp;

import dev.myelin.wire.parts.Outlet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// The sending direction of an encrypted connection: each part becomes a MESSAGE.
///
/// ```
///   0        8         16      32      33
///  +--------+---------+-------+-------+--------
///  |07 MESSA|counter  |  tag  | flags | part         from flags on encrypted
///  +--------+---------+-------+-------+--------
/// ```
///
/// It stands in an ordinary frame, as libzmq writes and reads it; RFC 37 says a command.
final class ZmtpSealer {
  /// Of the flags inside, a command; more parts are [ZmtpHeader#MORE].
  static final int COMMAND = 2;

  static final byte[] NAME = "\7MESSAGE".getBytes(StandardCharsets.US_ASCII);

  private static final int TAG_AT = NAME.length + Long.BYTES;
  private static final int TEXT_AT = TAG_AT + ZmtpBox.TAG;

  /// The largest part: what fits an array together with all that comes before it.
  private static final long MOST = Integer.MAX_VALUE - 64L;

  private static final int CHUNK = 16 << 10;

  private final ZmtpKeystream keystream;
  private final byte[] flagsByte = new byte[1];
  private long counter;

  /// @param counter the last that this side used in the handshake
  ZmtpSealer(byte[] sharedKey, String prefix, long counter) {
    this.keystream = new ZmtpKeystream(sharedKey, prefix);
    this.counter = counter;
  }

  /// Appends a frame.
  ///
  /// @param flags as in a frame in clear
  /// @throws IllegalArgumentException if the part is too large to be encrypted in one piece
  void seal(int flags, MemorySegment part, Outlet out) {
    if (part.byteSize() > MOST) {
      throw new IllegalArgumentException(
          "part: " + part.byteSize() + " bytes (expected: <= " + MOST + " under CURVE)");
    }
    int length = ZmtpOpener.OVERHEAD + (int) part.byteSize();
    int size = ZmtpHeader.sizeFor(length) + length;
    if (length <= Outlet.COPIED_BYTES) {
      int at = out.claim(size);
      put(flags, part, length, out.page(), at);
    } else {
      byte[] frame = new byte[size];
      put(flags, part, length, frame, 0);
      out.refer(MemorySegment.ofArray(frame), null);
    }
  }

  private void put(int flags, MemorySegment part, int length, byte[] target, int start) {
    int at = ZmtpHeader.put(target, start, 0, length);
    System.arraycopy(NAME, 0, target, at, NAME.length);
    counter++;
    if (counter == 0) {
      throw new IllegalStateException("counter: used up (expected: < 2^64, RFC 26)");
    }
    for (int i = 0; i < Long.BYTES; i++) {
      target[at + NAME.length + i] = (byte) (counter >>> (8 * (Long.BYTES - 1 - i)));
    }
    keystream.begin(counter);
    boolean command = (flags & ZmtpHeader.COMMAND) != 0;
    flagsByte[0] = (byte) ((flags & ZmtpHeader.MORE) | (command ? COMMAND : 0));
    int text = at + TEXT_AT;
    keystream.process(flagsByte, 0, 1, target, text);
    int left = (int) part.byteSize();
    for (int done = 0; done < left; done += CHUNK) {
      int count = Math.min(CHUNK, left - done);
      int to = text + 1 + done;
      MemorySegment.copy(part, ValueLayout.JAVA_BYTE, done, target, to, count);
      keystream.process(target, to, count, target, to);
    }
    keystream.authenticate(target, text, 1 + left);
    keystream.tag(target, at + TAG_AT);
  }
}
