package dev.myelin.engine.model;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The metadata of a GGUF file to be written, in order; a key that comes again replaces.
final class GgufFields {
  private final Map<String, byte[]> fields = new LinkedHashMap<>();

  /// Takes a key, its type and its value over as they stand in another file.
  void copy(String key, MemorySegment bytes) {
    fields.put(key, bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  void text(String key, String value) {
    put(key, GgufValue.STRING, bytes(value));
  }

  void whole(String key, long value) {
    put(key, GgufValue.UINT32, number(4).putInt((int) value));
  }

  void number(String key, double value) {
    put(key, GgufValue.FLOAT32, number(4).putFloat((float) value));
  }

  void truth(String key, boolean value) {
    put(key, GgufValue.BOOL, number(1).put((byte) (value ? 1 : 0)));
  }

  void texts(String key, List<String> values) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(list(GgufValue.STRING, values.size()));
    values.forEach(each -> all.writeBytes(bytes(each)));
    put(key, GgufValue.LIST, all.toByteArray());
  }

  void wholes(String key, int[] values) {
    ByteBuffer all = number(12 + 4 * values.length);
    all.put(list(GgufValue.INT32, values.length));
    for (int each : values) {
      all.putInt(each);
    }
    put(key, GgufValue.LIST, all);
  }

  void numbers(String key, float[] values) {
    ByteBuffer all = number(12 + 4 * values.length);
    all.put(list(GgufValue.FLOAT32, values.length));
    for (float each : values) {
      all.putFloat(each);
    }
    put(key, GgufValue.LIST, all);
  }

  void remove(String key) {
    fields.remove(key);
  }

  boolean has(String key) {
    return fields.containsKey(key);
  }

  int count() {
    return fields.size();
  }

  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    fields.values().forEach(all::writeBytes);
    return all.toByteArray();
  }

  static byte[] bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return number(8 + utf8.length).putLong(utf8.length).put(utf8).array();
  }

  static ByteBuffer number(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] list(GgufValue type, int count) {
    return number(12).putInt(type.ordinal()).putLong(count).array();
  }

  private void put(String key, GgufValue type, ByteBuffer value) {
    put(key, type, value.array());
  }

  private void put(String key, GgufValue type, byte[] value) {
    byte[] name = bytes(key);
    ByteBuffer all = number(name.length + 4 + value.length);
    fields.put(key, all.put(name).putInt(type.ordinal()).put(value).array());
  }
}
