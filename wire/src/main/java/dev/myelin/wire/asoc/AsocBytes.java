package dev.myelin.wire.asoc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;

/// A few fixed bytes as a value: a proof, a nonce, a digest. Compared in a time that does not tell
/// where two of them differ, never printed.
final class AsocBytes {
  private static final AsocBytes NONE = new AsocBytes(new byte[0]);

  private final byte[] bytes;

  private AsocBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  static AsocBytes of(byte[] bytes) {
    return new AsocBytes(bytes.clone());
  }

  static AsocBytes of(byte[] bytes, int length) {
    return new AsocBytes(Arrays.copyOf(bytes, length));
  }

  static AsocBytes of(MemorySegment source, long offset, long length) {
    return length == 0
        ? NONE
        : new AsocBytes(source.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
  }

  int length() {
    return bytes.length;
  }

  byte[] toArray() {
    return bytes.clone();
  }

  void put(MemorySegment target, long offset) {
    MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, bytes.length);
  }

  String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AsocBytes that && AsocHash.same(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
