package dev.myelin.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The leases of one pool, linked so that adding and removing one costs nothing. Not thread-safe.
final class Leases {
  private @Nullable Lease first;

  boolean isEmpty() {
    return first == null;
  }

  void add(Lease lease) {
    lease.next = first;
    if (first != null) {
      first.previous = lease;
    }
    first = lease;
  }

  void remove(Lease lease) {
    if (lease.next != null) {
      lease.next.previous = lease.previous;
    }
    if (lease.previous != null) {
      lease.previous.next = lease.next;
    } else {
      first = lease.next;
    }
    lease.next = null;
    lease.previous = null;
  }

  void copyTo(List<Lease> target) {
    for (Lease each = first; each != null; each = each.next) {
      target.add(each);
    }
  }
}
