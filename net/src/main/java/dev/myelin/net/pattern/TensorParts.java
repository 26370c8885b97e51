package dev.myelin.net.pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/// Tensors as messages: one part that describes, as JSON, and one of raw data, little-endian and
/// row-major. Neither side copies the data.
///
/// | name | is | needed |
/// |---|---|---|
/// | `myelin` | the version of this form, 1 | no |
/// | `name` | what the sender calls the tensor | no |
/// | `dtype` | the type as [DType] names it, or as NumPy does (`float32`) | this or `descr` |
/// | `descr` | the type as NumPy's `dtype.str` (`<f4`), if it has one | this or `dtype` |
/// | `shape` | the extents, outermost first | yes |
/// | `bytes` | the size of the data | no |
/// | `crc32c` | the CRC-32C of the data, as a number | no |
///
/// What is told is checked, all of it, before the data is used. A peer with NumPy reads a tensor
/// with `np.frombuffer(data, meta["descr"]).reshape(meta["shape"])`.
public final class TensorParts {
  private static final int MOST_DESCRIBING = 64 << 10;
  private static final String DIALECT = "tensor parts";

  private static final Map<DType, String> DESCR =
      Map.ofEntries(
          Map.entry(DType.F64, "<f8"),
          Map.entry(DType.F32, "<f4"),
          Map.entry(DType.F16, "<f2"),
          Map.entry(DType.BF16, "<u2"), // NumPy has none: the bits
          Map.entry(DType.I64, "<i8"),
          Map.entry(DType.I32, "<i4"),
          Map.entry(DType.I16, "<i2"),
          Map.entry(DType.I8, "|i1"),
          Map.entry(DType.U64, "<u8"),
          Map.entry(DType.U32, "<u4"),
          Map.entry(DType.U16, "<u2"),
          Map.entry(DType.U8, "|u1"),
          Map.entry(DType.BOOL, "|b1"));

  private static final Map<String, DType> BY_DESCR =
      Map.ofEntries(
          Map.entry("f8", DType.F64),
          Map.entry("f4", DType.F32),
          Map.entry("f2", DType.F16),
          Map.entry("i8", DType.I64),
          Map.entry("i4", DType.I32),
          Map.entry("i2", DType.I16),
          Map.entry("i1", DType.I8),
          Map.entry("u8", DType.U64),
          Map.entry("u4", DType.U32),
          Map.entry("u2", DType.U16),
          Map.entry("u1", DType.U8),
          Map.entry("b1", DType.BOOL));

  private static final Map<String, DType> BY_NUMPY_NAME =
      Map.ofEntries(
          Map.entry("float64", DType.F64),
          Map.entry("float32", DType.F32),
          Map.entry("float16", DType.F16),
          Map.entry("bfloat16", DType.BF16),
          Map.entry("int64", DType.I64),
          Map.entry("int32", DType.I32),
          Map.entry("int16", DType.I16),
          Map.entry("int8", DType.I8),
          Map.entry("uint64", DType.U64),
          Map.entry("uint32", DType.U32),
          Map.entry("uint16", DType.U16),
          Map.entry("uint8", DType.U8),
          Map.entry("bool", DType.BOOL));

  /// Whether the data carries a checksum.
  public enum Checksum {
    /// It does not.
    NONE,
    /// CRC-32C, which costs a pass over the data on both sides.
    CRC32C
  }

  /// A tensor that came, with what its sender calls it; closing it gives its memory back.
  ///
  /// @param name empty if the sender gave none
  public record Named(String name, Tensor tensor) implements AutoCloseable {
    @Override
    public void close() {
      tensor.close();
    }
  }

  /// Sends a message, which is the socket's from then on, also if this throws.
  @FunctionalInterface
  public interface Sending {
    /// Sends it.
    void send(Parts message) throws IOException, InterruptedException;
  }

  private TensorParts() {}

  /// Has a tensor sent that stays the caller's. Waits, also if that failed, until nobody reads it
  /// any more; this wait has no bound of its own and heeds no interrupt.
  public static void lend(String name, Tensor tensor, Sending sending)
      throws IOException, InterruptedException {
    Loan.send(of(name, tensor), sending);
  }

  /// Returns a message of a tensor, which it owns, without a checksum.
  public static Parts of(String name, Tensor tensor) {
    return of(name, tensor, Checksum.NONE);
  }

  /// Returns a message of a tensor, which it owns.
  public static Parts of(String name, Tensor tensor, Checksum checksum) {
    return Parts.of(describe(name, tensor, checksum)).plus(tensor);
  }

  private static byte[] describe(String name, Tensor tensor, Checksum checksum) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("myelin", 1).put("name", name).put("dtype", tensor.dtype().name());
    String descr = DESCR.get(tensor.dtype());
    if (descr != null) {
      all.put("descr", descr);
    }
    for (long each : tensor.shape().toArray()) {
      all.withArray("shape").add(each);
    }
    if (tensor.shape().rank() == 0) {
      all.putArray("shape");
    }
    all.put("bytes", tensor.byteSize());
    if (checksum == Checksum.CRC32C) {
      all.put("crc32c", crc32c(tensor.segment()));
    }
    return JsonParts.bytes(all);
  }

  /// Returns whether a message seems to have a tensor at these parts: a description, then data.
  public static boolean isAt(Parts message, int part) {
    if (part + 1 >= message.count() || !isDescribing(message, part)) {
      return false;
    }
    byte[] text = message.bytes(part);
    return text.length > 1 && text[0] == '{' && message.text(part).contains("\"shape\"");
  }

  private static boolean isDescribing(Parts message, int part) {
    return message.size(part) <= MOST_DESCRIBING;
  }

  /// Returns the tensor of a message that is one and nothing else; otherwise as the longer form.
  public static Named open(Parts message, TensorPool pool) throws IOException {
    return open(message, 0, pool);
  }

  /// Returns the tensor of the last two parts of a message, the description being that part. It
  /// takes the message over, also if this throws.
  ///
  /// The tensor views the memory of the message, or, where that lies on the heap, copies it into
  /// the pool.
  ///
  /// @throws PeerException.Malformed if the parts are not what they say
  /// @throws dev.myelin.tensor.PoolExhaustedException if a copy finds no memory
  public static Named open(Parts message, int part, TensorPool pool) throws IOException {
    boolean done = false;
    try {
      if (part < 0 || message.count() != part + 2) {
        throw malformed("parts", message.count(), part + 2 + ", a description and data last");
      }
      Named named = view(message, part, pool);
      done = true;
      return named;
    } finally {
      if (!done) {
        message.close();
      }
    }
  }

  private static Named view(Parts message, int part, TensorPool pool) throws IOException {
    if (!isDescribing(message, part)) {
      throw malformed("description", message.size(part), "<= " + MOST_DESCRIBING + " bytes");
    }
    JsonNode meta = JsonParts.read(message, part);
    JsonNode version = meta.path("myelin");
    if (!version.isMissingNode() && version.asInt() != 1) {
      throw malformed("myelin", version, "1");
    }
    DType dtype = dtype(meta);
    Shape shape = shape(meta.path("shape"));
    checkSize(meta, dtype, shape, message.size(part + 1));
    MemorySegment data = message.segment(part + 1);
    checkSum(meta.path("crc32c"), data);
    String name = meta.path("name").asText("");
    if (!message.onHeap(part + 1)) {
      return new Named(name, Tensor.owning(dtype, shape, data, message::close));
    }
    Tensor copy = pool.allocate(dtype, shape);
    copy.segment().copyFrom(data);
    message.close();
    return new Named(name, copy);
  }

  private static void checkSize(JsonNode meta, DType dtype, Shape shape, long size)
      throws PeerException {
    long wanted;
    try {
      wanted = dtype.bytesFor(shape.elements());
    } catch (IllegalArgumentException e) {
      throw malformed("shape", shape, String.valueOf(e.getMessage()));
    }
    if (size != wanted) {
      throw malformed("data", size + " bytes", wanted + " for " + dtype + shape);
    }
    JsonNode told = meta.path("bytes");
    if (!told.isMissingNode() && (!told.isIntegralNumber() || told.asLong() != wanted)) {
      throw malformed("bytes", told, wanted + " for " + dtype + shape);
    }
  }

  private static DType dtype(JsonNode meta) throws PeerException {
    String descr = meta.path("descr").asText("");
    String name = meta.path("dtype").asText("");
    if (!name.isEmpty()) {
      DType numpy = BY_NUMPY_NAME.get(name.startsWith("torch.") ? name.substring(6) : name);
      if (numpy != null) {
        return numpy;
      }
      for (DType each : DType.values()) {
        if (each.name().equals(name.toUpperCase(Locale.ROOT))) {
          return each;
        }
      }
      if (descr.isEmpty()) {
        descr = name;
      }
    }
    boolean little = descr.startsWith("<") || (descr.startsWith("|") && descr.endsWith("1"));
    DType found = little ? BY_DESCR.get(descr.substring(1)) : null;
    if (found == null) {
      throw malformed(
          "dtype", name + " " + descr, "a type such as F32, float32 or <f4, little-endian");
    }
    return found;
  }

  private static Shape shape(JsonNode told) throws PeerException {
    if (!told.isArray()) {
      throw malformed("shape", told, "an array of numbers");
    }
    long[] dims = new long[told.size()];
    for (int i = 0; i < dims.length; i++) {
      JsonNode each = told.get(i);
      if (!each.isIntegralNumber() || !each.canConvertToLong()) {
        throw malformed("shape", each, "a number at axis " + i);
      }
      dims[i] = each.asLong();
    }
    try {
      return Shape.of(dims);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw malformed("shape", told, String.valueOf(e.getMessage()));
    }
  }

  private static void checkSum(JsonNode told, MemorySegment data) throws PeerException {
    if (!told.isMissingNode() && (!told.isIntegralNumber() || told.asLong() != crc32c(data))) {
      throw malformed("crc32c", told, "that of the data, " + crc32c(data));
    }
  }

  private static long crc32c(MemorySegment data) {
    CRC32C crc = new CRC32C();
    long window = 1 << 30;
    for (long at = 0; at < data.byteSize(); at += window) {
      ByteBuffer part = data.asSlice(at, Math.min(window, data.byteSize() - at)).asByteBuffer();
      crc.update(part);
    }
    return crc.getValue();
  }

  private static PeerException malformed(String field, Object was, String expected) {
    return new PeerException.Malformed(
        DIALECT, 0, "%s: %s (expected: %s)".formatted(field, was, expected));
  }
}
