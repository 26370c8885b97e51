package dev.myelin.wire;

import java.util.Objects;

/// What a handshake runs on: bytes in clear, or an encrypted session that a proof can be bound to,
/// so that it holds nowhere else.
public final class Carrier {
  private static final Carrier PLAIN = new Carrier(false, new byte[0]);
  private static final Carrier IN_CLEAR = new Carrier(true, new byte[0]);

  private final boolean canEncrypt;
  private final byte[] binding;

  private Carrier(boolean canEncrypt, byte[] binding) {
    this.canEncrypt = canEncrypt;
    this.binding = binding;
  }

  /// Returns the carrier of a node that never encrypts.
  public static Carrier plain() {
    return PLAIN;
  }

  /// Returns a carrier in clear of a node that could encrypt.
  public static Carrier inClear() {
    return IN_CLEAR;
  }

  /// Returns an encrypted carrier.
  ///
  /// @param binding bytes that the two ends of this very session share, and nobody else
  public static Carrier encrypted(byte[] binding) {
    if (Objects.requireNonNull(binding, "binding").length < 32) {
      throw new IllegalArgumentException("binding: " + binding.length + " bytes (expected: >= 32)");
    }
    return new Carrier(true, binding.clone());
  }

  /// Returns whether this node could encrypt, here or on another connection.
  public boolean canEncrypt() {
    return canEncrypt;
  }

  /// Returns whether this carrier is encrypted.
  public boolean encrypted() {
    return binding.length > 0;
  }

  /// Returns what a proof is bound to; empty in clear.
  public byte[] binding() {
    return binding.clone();
  }

  @Override
  public String toString() {
    return encrypted() ? "encrypted" : "in clear";
  }
}
