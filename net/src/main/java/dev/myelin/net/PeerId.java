package dev.myelin.net;

import java.util.Objects;
import java.util.UUID;

/// Who a node is, as the text its dialect uses; a UUID for ASoc.
public record PeerId(String text) {
  public PeerId {
    Objects.requireNonNull(text, "text");
    if (text.isBlank()) {
      throw new IllegalArgumentException("peer id: blank (expected: an id)");
    }
  }

  /// Returns the id of that UUID.
  public static PeerId of(UUID uuid) {
    return new PeerId(uuid.toString());
  }

  /// Returns the first eight characters, for logs and tables.
  public String brief() {
    return text.length() <= 8 ? text : text.substring(0, 8);
  }

  @Override
  public String toString() {
    return text;
  }
}
