package dev.myelin.wire.parts;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The name by which a router knows a peer: up to 255 bytes, empty where the peer chose none.
public final class RoutingId {
  /// The id of a peer that chose none.
  public static final RoutingId NONE = new RoutingId(new byte[0]);

  /// The longest id.
  public static final int MOST_BYTES = 255;

  private final byte[] bytes;

  private RoutingId(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Returns the id of these bytes, which are copied.
  ///
  /// @throws IllegalArgumentException above 255 bytes
  public static RoutingId of(byte[] bytes) {
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "routing id: " + bytes.length + " bytes (expected: <= " + MOST_BYTES + ")");
    }
    return bytes.length == 0 ? NONE : new RoutingId(bytes.clone());
  }

  /// Returns the id of a text in UTF-8; otherwise as [#of(byte[])].
  public static RoutingId of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Returns a copy of its bytes.
  public byte[] toBytes() {
    return bytes.clone();
  }

  /// Returns how many bytes it has.
  public int size() {
    return bytes.length;
  }

  /// Returns whether the peer chose none.
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RoutingId that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// Returns its text where all of it is visible ASCII, else its hex digits.
  @Override
  public String toString() {
    for (byte each : bytes) {
      if (each <= ' ' || each > '~') {
        return HexFormat.of().formatHex(bytes);
      }
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
