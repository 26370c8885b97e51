package dev.myelin.net.log;

import dev.myelin.wire.parts.Parts;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The head of a record, all numbers with the high byte first:
///
/// ```
///  0        4        8        16       24       32       40      44     48
///  +--------+--------+--------+--------+--------+--------+-------+------+-------+-------+------+
///  | MYR1   | head's | length | offset | time   | forced | parts | body | sizes | topic | body |
///  |        | CRC    |        |        |        |        |       | CRC  | 8 × n |       |      |
///  +--------+--------+--------+--------+--------+--------+-------+------+-------+-------+------+
/// ```
///
/// `length` is that of the record with its head, `time` is in nanoseconds since 1970, `forced` says
/// up to which byte the file was known to be on the device when this was written. `topic` is the
/// first part, or its first 1024 bytes; `body` is the rest of the first part and all others. Both
/// checksums are CRC-32C: the head's of bytes 8 up to the end of the topic, combined by exclusive
/// or with the segment's salt, so that no message can hold bytes that pass for a record of the
/// segment it lies in; the body's of the body.
final class RecordHead {
  static final int FIXED_BYTES = 48;
  static final int TOPIC_BYTES = 1024;
  static final int MOST_PARTS = 16_384;
  static final int MOST_BYTES = FIXED_BYTES + MOST_PARTS * Long.BYTES + TOPIC_BYTES;
  static final int MAGIC = 0x4D595231;

  private static final int CRC_AT = 4;
  private static final int LENGTH_AT = 8;
  private static final int OFFSET_AT = 16;
  private static final int TIME_AT = 24;
  private static final int FORCED_AT = 32;
  private static final int PARTS_AT = 40;
  private static final int BODY_CRC_AT = 44;

  private final Stamp stamp;
  private final long length;
  private final int bodyCrc;
  private final long[] sizes;
  private final byte[] topic;

  /// What a log gives to a message.
  ///
  /// @param forced the bytes of the file that are known to be on the device
  record Stamp(long offset, long time, long forced) {}

  private RecordHead(Stamp stamp, long length, int bodyCrc, long[] sizes, byte[] topic) {
    this.stamp = stamp;
    this.length = length;
    this.bodyCrc = bodyCrc;
    this.sizes = sizes;
    this.topic = topic;
  }

  /// Returns the size of the head of a message.
  static int bytes(Parts message) {
    return FIXED_BYTES + message.count() * Long.BYTES + topicBytes(message.size(0));
  }

  /// Returns the size of the record of a message.
  static long recordBytes(Parts message) {
    long fixed = FIXED_BYTES + message.count() * (long) Long.BYTES;
    return Math.addExact(fixed, message.totalBytes());
  }

  /// Returns how much of a first part of that size belongs to the head.
  static int topicBytes(long firstSize) {
    return (int) Math.min(firstSize, TOPIC_BYTES);
  }

  /// Writes a head at the buffer's position.
  static void put(ByteBuffer out, Stamp stamp, Parts message, int bodyCrc, int salt) {
    int start = out.position();
    out.putInt(MAGIC).putInt(0).putLong(recordBytes(message));
    out.putLong(stamp.offset()).putLong(stamp.time()).putLong(stamp.forced());
    out.putInt(message.count()).putInt(bodyCrc);
    for (int i = 0; i < message.count(); i++) {
      out.putLong(message.size(i));
    }
    int topicBytes = topicBytes(message.size(0));
    if (message.onHeap(0)) {
      out.put(message.bytes(0), 0, topicBytes);
    } else {
      MemorySegment target = MemorySegment.ofBuffer(out);
      MemorySegment.copy(message.segment(0), 0, target, 0, topicBytes);
      out.position(out.position() + topicBytes);
    }
    out.putInt(start + CRC_AT, crc(out, start, out.position()) ^ salt);
  }

  /// Returns the size of the head that begins at that index, of which the fixed bytes are there; -1
  /// if none does.
  ///
  /// @param room how many bytes the record may have
  static int measure(ByteBuffer in, int at, long room) {
    int parts = in.getInt(at + PARTS_AT);
    long length = in.getLong(at + LENGTH_AT);
    if (in.getInt(at) != MAGIC || parts < 1 || parts > MOST_PARTS || length > room) {
      return -1;
    }
    long body = length - FIXED_BYTES - parts * (long) Long.BYTES;
    return body < 0 ? -1 : (int) (length - body + Math.min(body, TOPIC_BYTES));
  }

  /// Returns the head that begins at that index, which [#measure] found to end within the buffer;
  /// null if its bytes are not those that were written.
  static @Nullable RecordHead get(ByteBuffer in, int at, int measured, int salt) {
    int parts = in.getInt(at + PARTS_AT);
    int sizesEnd = at + FIXED_BYTES + parts * Long.BYTES;
    long firstSize = in.getLong(at + FIXED_BYTES);
    int topicBytes = topicBytes(firstSize);
    int end = sizesEnd + topicBytes;
    boolean whole = firstSize >= 0 && end <= at + measured;
    if (!whole || (crc(in, at, end) ^ salt) != in.getInt(at + CRC_AT)) {
      return null;
    }
    long[] sizes = new long[parts];
    long left = in.getLong(at + LENGTH_AT) - (sizesEnd - at);
    for (int i = 0; i < parts; i++) {
      sizes[i] = in.getLong(at + FIXED_BYTES + i * Long.BYTES);
      if (sizes[i] < 0 || sizes[i] > left) {
        return null;
      }
      left -= sizes[i];
    }
    byte[] topic = new byte[topicBytes];
    in.get(sizesEnd, topic);
    Stamp stamp =
        new Stamp(in.getLong(at + OFFSET_AT), in.getLong(at + TIME_AT), in.getLong(at + FORCED_AT));
    int bodyCrc = in.getInt(at + BODY_CRC_AT);
    return left == 0
        ? new RecordHead(stamp, in.getLong(at + LENGTH_AT), bodyCrc, sizes, topic)
        : null;
  }

  private static int crc(ByteBuffer bytes, int start, int end) {
    int position = bytes.position();
    int limit = bytes.limit();
    CRC32C crc = new CRC32C();
    crc.update(bytes.limit(end).position(start + LENGTH_AT));
    bytes.limit(limit).position(position);
    return (int) crc.getValue();
  }

  long offset() {
    return stamp.offset();
  }

  long time() {
    return stamp.time();
  }

  long forced() {
    return stamp.forced();
  }

  /// Returns the size of the record.
  long length() {
    return length;
  }

  int bodyCrc() {
    return bodyCrc;
  }

  int parts() {
    return sizes.length;
  }

  long size(int part) {
    return sizes[part];
  }

  /// Returns the first part, or as much of it as belongs to the head.
  byte[] topic() {
    return topic;
  }

  /// Returns where the body begins, counted from the head.
  int bodyAt() {
    return FIXED_BYTES + sizes.length * Long.BYTES + topic.length;
  }
}
