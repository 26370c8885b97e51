package dev.myelin.net.pattern;

import java.util.Arrays;

/// Bytes as a key: a topic, or a prefix of some.
final class Topic {
  private final byte[] bytes;
  private final int hash;

  private Topic(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /// Returns the topic of these bytes, which must not be changed any more.
  static Topic of(byte[] bytes) {
    return new Topic(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Topic that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
