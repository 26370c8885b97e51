package dev.myelin.net;

import dev.myelin.wire.Introduction;

/// What both sides of a connection can do beyond their dialect.
record Features(Introduction introduction) {
  /// Returns whether the peer promised signs of life.
  boolean alive() {
    return has("alive");
  }

  /// Returns whether ends are announced.
  boolean farewell() {
    return has("farewell");
  }

  /// Returns whether the peer confirms tensors that have a digest.
  boolean confirms() {
    return has("tensors") && has("receipts");
  }

  /// Returns whether streams wait for credit, so that readers need not wait for memory.
  boolean windows() {
    return has("windows");
  }

  private boolean has(String feature) {
    return introduction.features().contains(feature);
  }
}
