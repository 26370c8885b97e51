package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsLimits;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// What one subscriber wants, each prefix as often as it asked (RFC 37, publish-subscribe).
///
/// libzmq asks twice where its user asks twice and cancels only once, at the last; it then gets
/// more than it wants and drops that itself. A cancel of what nobody asked for is passed over.
final class ZmtpSubscriptions {
  private final PartsLimits limits;
  private final Map<String, Integer> counts = new HashMap<>();

  ZmtpSubscriptions(PartsLimits limits) {
    this.limits = limits;
  }

  /// Counts one more; returns whether it is the first of its prefix.
  boolean add(byte[] prefix, long offset) throws PeerException.Malformed {
    checkLength(prefix.length, limits, offset);
    String key = new String(prefix, StandardCharsets.ISO_8859_1);
    Integer before = counts.get(key);
    if (before == null && counts.size() >= limits.subscriptions()) {
      throw ZmtpCodec.malformed(
          offset,
          "subscriptions: %d (expected: <= %d)",
          counts.size() + 1L,
          limits.subscriptions());
    }
    counts.put(key, before == null ? 1 : Math.max(before, before + 1));
    return before == null;
  }

  /// Counts one less; returns whether it was the last of its prefix.
  boolean remove(byte[] prefix) {
    String key = new String(prefix, StandardCharsets.ISO_8859_1);
    Integer before = counts.get(key);
    if (before == null) {
      return false;
    }
    if (before == 1) {
      counts.remove(key);
      return true;
    }
    counts.put(key, before - 1);
    return false;
  }

  static void checkLength(long length, PartsLimits limits, long offset)
      throws PeerException.Malformed {
    if (length > limits.subscriptionBytes()) {
      throw ZmtpCodec.malformed(
          offset, "subscription: %d bytes (expected: <= %d)", length, limits.subscriptionBytes());
    }
  }
}
