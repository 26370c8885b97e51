package dev.myelin.net.communicator;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.wire.PeerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The header that Mooncake's communicator puts before its payloads; here an optional form of
/// payload for those who keep files or relays of it. All numbers are little-endian.
///
/// ```
///  0  4 magic 21 51 4D 5A      34  4 element type     only with a tensor
///  4  4 version 1              38  4 rank, at most 4
///  8  1 socket type            42 32 extents, unused 0
///  9  1 flags: 1 tensor, 2 topic   74  1 layout, 0 row-major
/// 10  8 sequence               75  7 zero
/// 18  4 topic length
/// 22  8 data length
/// 30  4 checksum               34 or 82: the topic, then the data
/// ```
///
/// Of a message the checksum is the CRC-32 of topic and data, of a tensor that of the topic alone;
/// the first generation of its makers left it zero. A second one of them is not understood by the
/// first, so who reads must know.
///
/// @param type what sent it
/// @param sequence a number that grows with each request; 0 elsewhere
/// @param topic empty if there is none
/// @param dataBytes the size of the data, which may stand elsewhere
/// @param tensor what the data is; null if it is plain bytes
public record MooncakeHeader(
    ZmqSocketType type, long sequence, String topic, long dataBytes, @Nullable Described tensor) {
  private static final int MAGIC = 0x5A4D5121;
  private static final int PLAIN_BYTES = 34;
  private static final int TENSOR_BYTES = 82;
  private static final int MOST_RANK = 4;
  private static final int MOST_TOPIC = 64 << 10;

  private static final Map<DType, Integer> NUMBERS =
      Map.of(
          DType.F16,
          1,
          DType.F32,
          2,
          DType.F64,
          3,
          DType.I8,
          4,
          DType.I16,
          5,
          DType.I32,
          6,
          DType.I64,
          7,
          DType.U8,
          8,
          DType.BOOL,
          9);

  /// What a tensor is.
  public record Described(DType dtype, Shape shape) {}

  /// Which generation's checksum is written, or asked for.
  public enum Checksum {
    /// Zero, as the first did.
    ZERO,
    /// CRC-32, as the last did.
    CRC32
  }

  /// Returns the header of plain data.
  public static MooncakeHeader of(ZmqSocketType type, long sequence, String topic, long dataBytes) {
    return new MooncakeHeader(type, sequence, topic, dataBytes, null);
  }

  /// Returns the header of a tensor.
  ///
  /// @throws IllegalArgumentException for an element type or a rank that this form has not
  public static MooncakeHeader of(
      ZmqSocketType type, long sequence, String topic, DType dtype, Shape shape) {
    if (!NUMBERS.containsKey(dtype)) {
      throw new IllegalArgumentException(
          "dtype: " + dtype + " (expected: one of " + NUMBERS.keySet() + ")");
    }
    if (shape.rank() > MOST_RANK) {
      throw new IllegalArgumentException(
          "rank: " + shape.rank() + " (expected: <= " + MOST_RANK + ")");
    }
    return new MooncakeHeader(
        type, sequence, topic, dtype.bytesFor(shape.elements()), new Described(dtype, shape));
  }

  /// Returns header and topic as bytes.
  ///
  /// @param data the plain data, for the checksum; ignored of a tensor
  /// @throws IllegalArgumentException if the data has not the size that this says
  public byte[] encode(byte[] data, Checksum checksum) {
    byte[] text = topic.getBytes(StandardCharsets.UTF_8);
    if (tensor == null && data.length != dataBytes) {
      throw new IllegalArgumentException(
          "data: " + data.length + " bytes (expected: " + dataBytes + ")");
    }
    int head = tensor == null ? PLAIN_BYTES : TENSOR_BYTES;
    ByteBuffer to = ByteBuffer.allocate(head + text.length).order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(MAGIC).putInt(1).put((byte) type.number());
    to.put((byte) ((tensor == null ? 0 : 1) | (text.length == 0 ? 0 : 2)));
    to.putLong(sequence).putInt(text.length).putLong(dataBytes);
    to.putInt(checksum == Checksum.ZERO ? 0 : (int) crc(text, data));
    if (tensor != null) {
      to.putInt(NUMBERS.getOrDefault(tensor.dtype(), 0)).putInt(tensor.shape().rank());
      for (long dim : tensor.shape().toArray()) {
        to.putLong(dim);
      }
    }
    return to.position(head).put(text).array();
  }

  private long crc(byte[] text, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(text);
    if (tensor == null) {
      crc.update(data);
    }
    return crc.getValue();
  }

  /// Returns the header at the beginning of some bytes.
  ///
  /// @param head at least the header and the topic
  /// @param data the plain data, or what it is compared with where it is a tensor
  /// @throws PeerException.Malformed if anything does not fit
  public static MooncakeHeader decode(byte[] head, byte[] data, Checksum checksum)
      throws PeerException {
    return decode(head, data, data.length, checksum);
  }

  /// Likewise, of a tensor whose data lies elsewhere.
  public static MooncakeHeader decodeTensor(byte[] head, long dataBytes, Checksum checksum)
      throws PeerException {
    MooncakeHeader header = decode(head, new byte[0], dataBytes, checksum);
    if (header.tensor == null) {
      throw malformed("flags", 9, "no tensor", "a tensor");
    }
    return header;
  }

  private static MooncakeHeader decode(byte[] head, byte[] data, long dataBytes, Checksum checksum)
      throws PeerException {
    require(head.length >= PLAIN_BYTES, "header", 0, head.length + " bytes", ">= " + PLAIN_BYTES);
    ByteBuffer from = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    int magic = from.getInt(0);
    require(magic == MAGIC, "magic", 0, Integer.toHexString(magic), Integer.toHexString(MAGIC));
    require(from.getInt(4) == 1, "version", 4, Integer.toUnsignedString(from.getInt(4)), "1");
    ZmqSocketType type = type(Byte.toUnsignedInt(from.get(8)));
    int flags = Byte.toUnsignedInt(from.get(9));
    require(flags <= 3, "flags", 9, flags, "0 to 3");
    long topicBytes = Integer.toUnsignedLong(from.getInt(18));
    require((topicBytes > 0) == ((flags & 2) != 0), "topic length", 18, topicBytes, "as flagged");
    int size = (flags & 1) == 0 ? PLAIN_BYTES : TENSOR_BYTES;
    require(
        topicBytes <= MOST_TOPIC && topicBytes == head.length - (long) size,
        "topic length",
        18,
        topicBytes,
        "what stands behind the header: " + (head.length - (long) size));
    long told = from.getLong(22);
    require(told == dataBytes, "data length", 22, told, dataBytes);
    String topic = new String(head, size, (int) topicBytes, StandardCharsets.UTF_8);
    Described tensor = size == PLAIN_BYTES ? null : tensor(from, dataBytes);
    MooncakeHeader header = new MooncakeHeader(type, from.getLong(10), topic, told, tensor);
    byte[] text = Arrays.copyOfRange(head, size, head.length);
    long wanted = checksum == Checksum.ZERO ? 0 : header.crc(text, data);
    long sum = Integer.toUnsignedLong(from.getInt(30));
    require(sum == wanted, "checksum", 30, Long.toHexString(sum), Long.toHexString(wanted));
    return header;
  }

  private static Described tensor(ByteBuffer from, long dataBytes) throws PeerException {
    int number = from.getInt(PLAIN_BYTES);
    DType dtype = null;
    for (Map.Entry<DType, Integer> each : NUMBERS.entrySet()) {
      if (each.getValue() == number) {
        dtype = each.getKey();
      }
    }
    if (dtype == null) {
      throw malformed("element type", 34, Integer.toUnsignedString(number), "1 to 9");
    }
    int rank = from.getInt(38);
    require(rank >= 0 && rank <= MOST_RANK, "rank", 38, Integer.toUnsignedString(rank), "0 to 4");
    require(from.get(74) == 0, "layout", 74, from.get(74), "0, row-major");
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = from.getLong(42 + 8 * i);
    }
    long wanted;
    Shape shape;
    try {
      shape = Shape.of(dims);
      wanted = dtype.bytesFor(shape.elements());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw malformed("shape", 42, String.valueOf(e.getMessage()), "extents >= 0");
    }
    require(wanted == dataBytes, "shape", 42, dtype + "" + shape, dataBytes + " bytes of it");
    return new Described(dtype, shape);
  }

  private static ZmqSocketType type(int number) throws PeerException {
    for (ZmqSocketType each : ZmqSocketType.values()) {
      if (each.number() == number) {
        return each;
      }
    }
    throw malformed("socket type", 8, number, "0 to 6");
  }

  private static void require(boolean holds, String field, int offset, Object was, Object expected)
      throws PeerException {
    if (!holds) {
      throw malformed(field, offset, was, expected);
    }
  }

  private static PeerException malformed(String field, int offset, Object was, Object expected) {
    return new PeerException.Malformed(
        "mooncake", offset, "%s: %s (expected: %s)".formatted(field, was, expected));
  }
}
