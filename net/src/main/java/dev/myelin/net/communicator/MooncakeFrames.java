package dev.myelin.net.communicator;

import dev.myelin.wire.PeerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Several frames in one payload, as Mooncake's communicator writes them: their count, then each
/// frame's length and bytes; numbers of four bytes, little-endian.
public final class MooncakeFrames {
  private MooncakeFrames() {}

  /// Returns frames as one payload.
  ///
  /// @throws IllegalArgumentException if they are too large together
  public static byte[] encode(List<byte[]> frames) {
    long size = 4;
    for (byte[] each : frames) {
      size += 4L + each.length;
    }
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "frames: " + size + " bytes (expected: what fits an array)");
    }
    ByteBuffer to = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(frames.size());
    frames.forEach(each -> to.putInt(each.length).put(each));
    return to.array();
  }

  /// Returns the frames of a payload.
  ///
  /// @throws PeerException.Malformed if it is cut short, or something follows
  public static List<byte[]> decode(byte[] payload) throws PeerException {
    ByteBuffer from = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    long count = from.remaining() < 4 ? -1 : Integer.toUnsignedLong(from.getInt());
    if (count < 0 || count > from.remaining() / 4) {
      throw malformed(0, "count: " + count + " (expected: <= " + from.remaining() / 4 + ")");
    }
    List<byte[]> frames = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      int at = from.position();
      long length = from.remaining() < 4 ? -1 : Integer.toUnsignedLong(from.getInt());
      if (length < 0 || length > from.remaining()) {
        throw malformed(at, "length: " + length + " (expected: <= " + from.remaining() + ")");
      }
      byte[] frame = new byte[(int) length];
      from.get(frame);
      frames.add(frame);
    }
    if (from.hasRemaining()) {
      throw malformed(from.position(), from.remaining() + " bytes more (expected: the end)");
    }
    return frames;
  }

  private static PeerException malformed(int offset, String message) {
    return new PeerException.Malformed("mooncake", offset, message);
  }
}
