package dev.myelin.it;

import dev.myelin.wire.parts.Parts;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// The content of messages in tests: part `i` of any size has byte `(k*k + i) % 251` at `k`, and
/// begins anew every 65521 bytes.
final class Loads {
  private static final int TILE = 65_521;

  private Loads() {}

  /// Returns the bytes of a part.
  static byte[] content(int size, int index) {
    byte[] bytes = new byte[size];
    int first = Math.min(size, TILE);
    for (int i = 0; i < first; i++) {
      bytes[i] = (byte) (((long) i * i + index) % 251);
    }
    for (int at = first; at < size; at += TILE) {
      System.arraycopy(bytes, 0, bytes, at, Math.min(TILE, size - at));
    }
    return bytes;
  }

  /// Returns a message of that load.
  static Parts message(List<Integer> load) {
    return Parts.of(all(load));
  }

  /// Returns the bytes of all parts.
  static byte[][] all(List<Integer> load) {
    byte[][] parts = new byte[load.size()][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = content(load.get(i), i);
    }
    return parts;
  }

  /// Returns size and CRC-32 of each part of a load, as text.
  static List<String> expected(List<Integer> load) {
    List<String> told = new ArrayList<>();
    for (byte[] part : all(load)) {
      told.add(told(ByteBuffer.wrap(part)));
    }
    return told;
  }

  /// Returns size and CRC-32 of each part of a message from that one on, as text.
  static List<String> seen(Parts message, int from) {
    List<String> told = new ArrayList<>();
    for (int i = from; i < message.count(); i++) {
      MemorySegment part = message.segment(i);
      told.add(told(part.asByteBuffer()));
    }
    return told;
  }

  /// Returns size and CRC-32, as text.
  static String told(ByteBuffer bytes) {
    int size = bytes.remaining();
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return size + ":" + crc.getValue();
  }
}
