package dev.myelin.tensor;

import java.util.List;

/// Says that a pool was closed while tensors were still out, and names them.
public final class LeakException extends IllegalStateException {
  private static final long serialVersionUID = 1L;
  private static final int NAMED = 20;

  /// Names the pool and what is still out.
  public LeakException(String message) {
    super(message);
  }

  static LeakException of(String pool, List<Lease> leases) {
    StringBuilder text = new StringBuilder("pool " + pool + ": " + leases.size());
    text.append(" tensors still out (expected: none): ");
    int named = Math.min(NAMED, leases.size());
    for (int i = 0; i < named; i++) {
      Lease lease = leases.get(i);
      text.append(i == 0 ? "" : ", ").append(lease).append(" of ").append(lease.pool.name());
    }
    if (named < leases.size()) {
      text.append(", and ").append(leases.size() - named).append(" more");
    }
    LeakException leak = new LeakException(text.toString());
    for (int i = 0; i < named; i++) {
      Throwable trace = leases.get(i).trace;
      if (trace != null) {
        leak.addSuppressed(trace);
      }
    }
    return leak;
  }
}
