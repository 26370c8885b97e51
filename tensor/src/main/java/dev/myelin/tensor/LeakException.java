package dev.myelin.tensor;

/// Says that a pool was closed while tensors were still out, and names them.
public final class LeakException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// Names the pool and what is still out.
  public LeakException(String message) {
    super(message);
  }
}
