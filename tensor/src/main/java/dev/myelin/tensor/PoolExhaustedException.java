package dev.myelin.tensor;

/// Says that a pool cannot hold what was asked for within its limit.
public final class PoolExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Names the pool, what was asked, and what is left.
  public PoolExhaustedException(String message) {
    super(message);
  }
}
