package dev.myelin.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/// The first bytes by which a dialect is known.
public final class Prefix {
  /// What the bytes seen so far say.
  public enum Match {
    /// It is another dialect, whatever follows.
    NO,
    /// It may be this one.
    MORE,
    /// It is this one.
    YES
  }

  private final byte[] bytes;

  private Prefix(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Returns the prefix of these bytes, each 0 to 255.
  public static Prefix of(int... unsigned) {
    byte[] bytes = new byte[unsigned.length];
    for (int i = 0; i < bytes.length; i++) {
      if (unsigned[i] < 0 || unsigned[i] > 255) {
        throw new IllegalArgumentException(
            "byte " + i + ": " + unsigned[i] + " (expected: 0..255)");
      }
      bytes[i] = (byte) unsigned[i];
    }
    if (bytes.length == 0) {
      throw new IllegalArgumentException("prefix: empty (expected: at least one byte)");
    }
    return new Prefix(bytes);
  }

  /// Returns the number of bytes that decide.
  public int length() {
    return bytes.length;
  }

  /// Returns what the bytes seen so far say; once [Match#NO], never [Match#YES].
  public Match match(MemorySegment seen) {
    long shared = Math.min(seen.byteSize(), bytes.length);
    for (int i = 0; i < shared; i++) {
      if (seen.get(ValueLayout.JAVA_BYTE, i) != bytes[i]) {
        return Match.NO;
      }
    }
    return shared == bytes.length ? Match.YES : Match.MORE;
  }

  /// Returns whether some input would match both.
  public boolean overlaps(Prefix other) {
    int shared = Math.min(bytes.length, other.bytes.length);
    for (int i = 0; i < shared; i++) {
      if (bytes[i] != other.bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /// Returns the bytes in hex.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
