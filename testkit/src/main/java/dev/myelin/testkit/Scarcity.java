package dev.myelin.testkit;

import dev.myelin.tensor.ScarceMemory;
import dev.myelin.tensor.TensorPool;

/// Makes the Nth allocation from some pools fail, for tests that live in modules.
public final class Scarcity {
  private final ScarceMemory memory;

  /// @param failing the number of the allocation that fails, counted from one
  public Scarcity(int failing) {
    this.memory = new ScarceMemory(failing);
  }

  /// Counts the allocations from that pool, and from all of its tree, from now on.
  public void layOn(TensorPool pool) {
    memory.layOn(pool);
  }

  /// Returns whether it has failed.
  public boolean happened() {
    return memory.happened();
  }
}
