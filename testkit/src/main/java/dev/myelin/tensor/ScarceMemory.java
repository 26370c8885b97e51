package dev.myelin.tensor;

import java.util.concurrent.atomic.AtomicInteger;

/// Makes one allocation from a pool fail as if there were no memory left.
public final class ScarceMemory {
  private final int failing;
  private final AtomicInteger asked = new AtomicInteger();

  /// @param failing the number of the allocation that fails, counted from one over all pools this
  ///   is laid on
  public ScarceMemory(int failing) {
    this.failing = failing;
  }

  /// Counts the allocations from that pool, and from all of its tree, from now on.
  public void layOn(TensorPool pool) {
    pool.toll(this::ask);
  }

  /// Returns whether it has failed.
  public boolean happened() {
    return asked.get() >= failing;
  }

  private void ask(long bytes) {
    if (asked.incrementAndGet() == failing) {
      throw new PoolExhaustedException(
          "allocation " + failing + " of " + bytes + " bytes fails in this test");
    }
  }
}
