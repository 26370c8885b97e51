package dev.myelin.it;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/// Tensors with content for tests, and what they contain.
final class Tensors {
  private Tensors() {}

  /// Returns a vector of that many random bytes.
  static Tensor random(TensorPool pool, long bytes, long seed) {
    Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes));
    SplittableRandom random = new SplittableRandom(seed);
    for (long at = 0; at < bytes; at++) {
      tensor.segment().set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
    }
    return tensor;
  }

  /// Returns the SHA-256 of the bytes in hex.
  static String sha256(Tensor tensor) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(tensor.segment().asByteBuffer());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 (expected: in every JDK)", e);
    }
  }
}
