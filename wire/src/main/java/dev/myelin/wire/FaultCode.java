package dev.myelin.wire;

import java.util.Arrays;
import java.util.Optional;

/// Why a stream or a connection failed, as a number both sides know.
public enum FaultCode {
  OK(0),
  CANCELLED(1),
  TOO_LARGE(2),
  OVERLOADED(3),
  REFUSED(4),
  DIGEST_MISMATCH(5),
  UNSUPPORTED(6),
  PROTOCOL(7),
  SHUTTING_DOWN(8),
  STORAGE(9),
  INTERNAL(10);

  private final int code;

  FaultCode(int code) {
    this.code = code;
  }

  /// Returns the number on the wire.
  public int code() {
    return code;
  }

  /// Returns the constant with that number.
  public static Optional<FaultCode> of(int code) {
    return Arrays.stream(values()).filter(value -> value.code == code).findFirst();
  }
}
