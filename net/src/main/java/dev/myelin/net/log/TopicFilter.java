package dev.myelin.net.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Which topics a reader wants: those that begin with one of its prefixes.
public final class TopicFilter {
  /// The longest prefix in bytes.
  public static final int MOST_BYTES = 1024;

  private static final TopicFilter ALL = new TopicFilter(new byte[][] {{}});

  private final byte[][] prefixes;

  private TopicFilter(byte[][] prefixes) {
    this.prefixes = prefixes;
  }

  /// Returns the filter that wants everything.
  public static TopicFilter all() {
    return ALL;
  }

  /// Returns a filter of these prefixes, which are copied; of none, it wants nothing.
  ///
  /// @throws IllegalArgumentException if one is longer than [#MOST_BYTES]
  public static TopicFilter prefixes(byte[]... prefixes) {
    byte[][] copies = new byte[prefixes.length][];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = prefixes[i].clone();
      if (copies[i].length > MOST_BYTES) {
        throw new IllegalArgumentException(
            "prefix: " + copies[i].length + " bytes (expected: <= " + MOST_BYTES + ")");
      }
    }
    return new TopicFilter(copies);
  }

  /// Returns a filter of these prefixes in UTF-8; otherwise as [#prefixes(byte[][])].
  public static TopicFilter prefixes(String... prefixes) {
    byte[][] bytes = new byte[prefixes.length][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = prefixes[i].getBytes(StandardCharsets.UTF_8);
    }
    return new TopicFilter(bytes).checked();
  }

  private TopicFilter checked() {
    return prefixes(prefixes);
  }

  /// Returns whether it wants a topic that begins with these bytes, of which it needs no more than
  /// [#MOST_BYTES].
  public boolean wants(byte[] topic) {
    for (byte[] prefix : prefixes) {
      if (topic.length >= prefix.length
          && Arrays.equals(topic, 0, prefix.length, prefix, 0, prefix.length)) {
        return true;
      }
    }
    return false;
  }

  boolean wantsAll() {
    return Arrays.stream(prefixes).anyMatch(prefix -> prefix.length == 0);
  }
}
