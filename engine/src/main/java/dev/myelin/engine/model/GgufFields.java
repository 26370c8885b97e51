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
    byte[] bytes = new byte[4];
    little(bytes).putInt((int) value);
    put(key, GgufValue.UINT32, bytes);
  }

  void number(String key, double value) {
    byte[] bytes = new byte[4];
    little(bytes).putFloat((float) value);
    put(key, GgufValue.FLOAT32, bytes);
  }

  void truth(String key, boolean value) {
    put(key, GgufValue.BOOL, new byte[] {(byte) (value ? 1 : 0)});
  }

  void texts(String key, List<String> values) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(list(GgufValue.STRING, values.size()));
    values.forEach(each -> all.writeBytes(bytes(each)));
    put(key, GgufValue.LIST, all.toByteArray());
  }

  void wholes(String key, int[] values) {
    byte[] bytes = new byte[12 + 4 * values.length];
    ByteBuffer all = little(bytes);
    all.put(list(GgufValue.INT32, values.length));
    for (int each : values) {
      all.putInt(each);
    }
    put(key, GgufValue.LIST, bytes);
  }

  void numbers(String key, float[] values) {
    byte[] bytes = new byte[12 + 4 * values.length];
    ByteBuffer all = little(bytes);
    all.put(list(GgufValue.FLOAT32, values.length));
    for (float each : values) {
      all.putFloat(each);
    }
    put(key, GgufValue.LIST, bytes);
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
    byte[] all = new byte[8 + utf8.length];
    little(all).putLong(utf8.length).put(utf8);
    return all;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] list(GgufValue type, int count) {
    byte[] head = new byte[12];
    little(head).putInt(type.number()).putLong(count);
    return head;
  }

  private void put(String key, GgufValue type, byte[] value) {
    byte[] name = bytes(key);
    byte[] all = new byte[name.length + 4 + value.length];
    little(all).put(name).putInt(type.number()).put(value);
    fields.put(key, all);
  }
}
