package dev.myelin.engine.model;

import static dev.myelin.engine.model.ModelFileException.shown;

import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.tensor.MappedFile;
import dev.myelin.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The header of a GGUF file of version 2 or 3, every length checked before it is believed.
///
/// ```
///  'GGUF'  version  weights  values   u32, u32, u64, u64
///  values     key, type, value        a text is a u64 length and its bytes
///  weights    name, rank, extents innermost first, type, offset
///  padding    up to the alignment
///  data       each weight at its offset from here
/// ```
final class Gguf {
  static final int MAGIC = 0x46554747;

  private static final int MOST = 1 << 16;
  private static final int LARGEST_NAME = 1 << 10;
  private static final int LARGEST_TEXT = 1 << 24;
  private static final int LARGEST_LIST = 1 << 24;
  private static final int LARGEST_RANK = 4;
  private static final int LARGEST_ALIGNMENT = 1 << 16;
  private static final String ALIGNMENT = "general.alignment";
  private static final int USUAL_ALIGNMENT = 32;

  private final Path path;
  private final MemorySegment file;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, MemorySegment> fields = new LinkedHashMap<>();
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long at;

  private Gguf(Path path, MemorySegment file) {
    this.path = path;
    this.file = file;
  }

  /// Reads the header of a mapped file.
  static Gguf read(Path path, MappedFile mapped) throws IOException {
    Gguf gguf = new Gguf(path, mapped.segment());
    gguf.readHeader();
    return gguf;
  }

  Metadata metadata() {
    return new Metadata(values, fields);
  }

  /// Returns the weights by name; their bytes are views of the file.
  Map<String, Weight> weights() {
    Map<String, Weight> found = new LinkedHashMap<>();
    entries.forEach(
        (name, each) ->
            found.put(
                name,
                new Weight(name, each.type, each.shape, file.asSlice(each.offset, each.bytes))));
    return found;
  }

  private void readHeader() throws IOException {
    if (int32("signature") != MAGIC) {
      throw error(Rule.SIGNATURE, 0, "signature: other bytes (expected: GGUF)");
    }
    int version = int32("version");
    if (version != 2 && version != 3) {
      throw error(
          Rule.SIGNATURE, 4, "version: " + Integer.toUnsignedString(version) + " (expected: 2, 3)");
    }
    int weights = count("weights", MOST, 24);
    int pairs = count("values", MOST, 13);
    for (int i = 0; i < pairs; i++) {
      readValue();
    }
    List<Entry> relative = new ArrayList<>();
    for (int i = 0; i < weights; i++) {
      relative.add(readEntry());
    }
    place(relative);
  }

  private void readValue() throws IOException {
    long start = at;
    String key = text("key", LARGEST_NAME);
    GgufValue type = valueType(key);
    Object value =
        switch (type) {
          case STRING -> text(shown(key), LARGEST_TEXT);
          case LIST -> list(key);
          default -> {
            require(type.bytes(), shown(key));
            at += type.bytes();
            yield type.read(file, at - type.bytes());
          }
        };
    if (values.put(key, value) != null) {
      throw error(Rule.DUPLICATE, start, shown(key) + ": twice (expected: once)");
    }
    fields.put(key, file.asSlice(start, at - start));
  }

  private GgufValue valueType(String key) throws IOException {
    int number = int32(shown(key));
    if (!GgufValue.isKnown(number)) {
      throw error(
          Rule.SYNTAX,
          at - 4,
          shown(key) + ": type " + Integer.toUnsignedString(number) + " (expected: 0..12)");
    }
    return GgufValue.of(number);
  }

  private GgufList list(String key) throws IOException {
    GgufValue type = valueType(key);
    if (type == GgufValue.LIST) {
      throw error(Rule.SYNTAX, at - 4, shown(key) + ": a list of lists (expected: of values)");
    }
    int count = count(shown(key), LARGEST_LIST, type.bytes());
    GgufList list = new GgufList(file, type, count, at);
    if (type == GgufValue.STRING) {
      for (int i = 0; i < count; i++) {
        skipText(key);
      }
    } else {
      at += (long) count * type.bytes();
    }
    return list;
  }

  private void skipText(String key) throws IOException {
    long length = length(shown(key), LARGEST_TEXT);
    at += length;
  }

  private Entry readEntry() throws IOException {
    long start = at;
    String name = text("name of a weight", LARGEST_NAME);
    int rank = int32(shown(name));
    if (rank < 1 || rank > LARGEST_RANK) {
      throw error(
          Rule.SHAPE,
          at - 4,
          (shown(name) + ": rank " + Integer.toUnsignedString(rank))
              + (" (expected: 1.." + LARGEST_RANK + ")"));
    }
    long[] dims = new long[rank];
    for (int i = rank - 1; i >= 0; i--) {
      dims[i] = int64(shown(name));
    }
    WeightType type = weightType(name);
    Shape shape = shape(name, dims, type, start);
    long offset = int64(shown(name));
    return new Entry(name, type, shape, offset, type.bytesFor(shape.elements()));
  }

  private WeightType weightType(String name) throws IOException {
    int number = int32(shown(name));
    for (WeightType each : WeightType.values()) {
      if (each.number() == number) {
        return each;
      }
    }
    throw error(
        Rule.TYPE,
        at - 4,
        (shown(name) + ": type " + Integer.toUnsignedString(number))
            + (" (expected: one of " + Arrays.toString(WeightType.values()) + ")"));
  }

  private Shape shape(String name, long[] dims, WeightType type, long start) throws IOException {
    long room = file.byteSize();
    boolean sound = true;
    long elements = 1;
    for (long dim : dims) {
      // Two elements take a byte at least, so a sound product stays far within a long.
      sound = sound && dim > 0 && dim <= 2 * room / elements;
      elements = sound ? elements * dim : elements;
    }
    if (!sound || dims[dims.length - 1] % type.elementsPerBlock() != 0) {
      throw error(
          Rule.SHAPE,
          start,
          (shown(name) + ": extents " + Arrays.toString(dims) + " of " + type)
              + (" (expected: rows of whole blocks within " + room + " bytes)"));
    }
    return Shape.of(dims);
  }

  private void place(List<Entry> relative) throws IOException {
    long alignment = alignment();
    long data = Math.min(Math.ceilDiv(at, alignment) * alignment, file.byteSize());
    long room = file.byteSize() - data;
    long end = 0;
    relative.sort(Comparator.comparingLong(Entry::offset));
    for (Entry each : relative) {
      if (each.offset < 0 || each.offset > room || each.bytes > room - each.offset) {
        throw error(
            Rule.LAYOUT,
            data,
            (shown(each.name) + ": " + each.bytes + " bytes from ")
                + (Long.toUnsignedString(each.offset) + " (expected: within " + room + ")"));
      }
      if (each.offset < end || each.offset % alignment != 0) {
        throw error(
            Rule.LAYOUT,
            data + each.offset,
            (shown(each.name) + ": starts at " + each.offset)
                + (" (expected: >= " + end + ", a multiple of " + alignment + ")"));
      }
      end = each.offset + each.bytes;
      Entry absolute = new Entry(each.name, each.type, each.shape, data + each.offset, each.bytes);
      if (entries.put(each.name, absolute) != null) {
        throw error(
            Rule.DUPLICATE, data + each.offset, shown(each.name) + ": twice (expected: once)");
      }
    }
  }

  private long alignment() throws IOException {
    Object value = values.getOrDefault(ALIGNMENT, (long) USUAL_ALIGNMENT);
    if (!(value instanceof Long number)
        || number < 1
        || number > LARGEST_ALIGNMENT
        || Long.bitCount(number) != 1) {
      throw error(
          Rule.LAYOUT,
          at,
          (ALIGNMENT + ": " + shown(value.toString()))
              + (" (expected: a power of two up to " + LARGEST_ALIGNMENT + ")"));
    }
    return number;
  }

  private int count(String what, int most, int bytesEach) throws IOException {
    long count = int64(what);
    long fit = Math.min(most, (file.byteSize() - at) / bytesEach);
    if (count < 0 || count > fit) {
      throw error(
          Rule.LENGTH,
          at - 8,
          what + ": " + Long.toUnsignedString(count) + " (expected: <= " + fit + ")");
    }
    return (int) count;
  }

  private long length(String what, int most) throws IOException {
    long length = int64(what);
    long fit = Math.min(most, file.byteSize() - at);
    if (length < 0 || length > fit) {
      throw error(
          Rule.LENGTH,
          at - 8,
          what + ": " + Long.toUnsignedString(length) + " bytes (expected: <= " + fit + ")");
    }
    return length;
  }

  private String text(String what, int most) throws IOException {
    long length = length(what, most);
    at += length;
    return GgufList.text(file, at - length, length);
  }

  private int int32(String what) throws IOException {
    require(4, what);
    at += 4;
    return file.get(GgufValue.INT, at - 4);
  }

  private long int64(String what) throws IOException {
    require(8, what);
    at += 8;
    return file.get(GgufValue.LONG, at - 8);
  }

  private void require(int bytes, String what) throws IOException {
    if (file.byteSize() - at < bytes) {
      throw error(
          Rule.LENGTH,
          at,
          what + ": " + (file.byteSize() - at) + " bytes left (expected: >= " + bytes + ")");
    }
  }

  private ModelFileException error(Rule rule, long offset, String problem) {
    return new ModelFileException(path, rule, problem + " at offset " + offset);
  }

  /// Where one weight stands in the file.
  private record Entry(String name, WeightType type, Shape shape, long offset, long bytes) {}
}
