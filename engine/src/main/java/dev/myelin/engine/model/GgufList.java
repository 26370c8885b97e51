package dev.myelin.engine.model;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A list in the metadata of a GGUF file, checked when the file was opened, read when asked for.
final class GgufList {
  private final MemorySegment file;
  private final GgufValue type;
  private final int count;
  private final long offset;

  GgufList(MemorySegment file, GgufValue type, int count, long offset) {
    this.file = file;
    this.type = type;
    this.count = count;
    this.offset = offset;
  }

  Optional<List<String>> texts() {
    if (type != GgufValue.STRING) {
      return Optional.empty();
    }
    List<String> found = new ArrayList<>(count);
    long at = offset;
    for (int i = 0; i < count; i++) {
      long length = file.get(GgufValue.LONG, at);
      found.add(text(file, at + Long.BYTES, length));
      at += Long.BYTES + length;
    }
    return Optional.of(found);
  }

  Optional<double[]> numbers() {
    if (type == GgufValue.STRING || type == GgufValue.LIST) {
      return Optional.empty();
    }
    double[] found = new double[count];
    for (int i = 0; i < count; i++) {
      Object value = type.read(file, offset + (long) i * type.bytes());
      found[i] =
          switch (value) {
            case Boolean truth -> truth ? 1 : 0;
            case Number number -> number.doubleValue();
            default -> throw new IllegalStateException("value: " + value.getClass());
          };
    }
    return Optional.of(found);
  }

  static String text(MemorySegment file, long at, long length) {
    byte[] bytes = new byte[(int) length];
    MemorySegment.copy(file, GgufValue.BYTE, at, bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return count + " of " + type;
  }
}
