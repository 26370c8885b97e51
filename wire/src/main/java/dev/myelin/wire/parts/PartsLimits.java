package dev.myelin.wire.parts;

/// What a peer may make us hold of its messages.
///
/// @param messageBytes the largest message, all parts together
/// @param parts the most parts of one message
/// @param handshakeBytes the largest command of a handshake
/// @param subscriptions how many prefixes of one peer are kept
/// @param subscriptionBytes the longest prefix
public record PartsLimits(
    long messageBytes, int parts, int handshakeBytes, int subscriptions, int subscriptionBytes) {
  public PartsLimits {
    atLeast("messageBytes", messageBytes, 1);
    atLeast("parts", parts, 1);
    atLeast("handshakeBytes", handshakeBytes, 512);
    atLeast("subscriptions", subscriptions, 1);
    atLeast("subscriptionBytes", subscriptionBytes, 1);
  }

  /// Returns 1 TiB, which only memory bounds, 4096 parts, 8 KiB, 65 536 prefixes of 4 KiB.
  public static PartsLimits defaults() {
    return new PartsLimits(1L << 40, 4096, 8 << 10, 65_536, 4 << 10);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
