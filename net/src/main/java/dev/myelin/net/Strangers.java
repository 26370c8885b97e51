package dev.myelin.net;

import dev.myelin.wire.Limits;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Limits before identity: how many connections there may be, how many of them unproven, and which
/// addresses have to pause after failing too often.
///
/// When there is no room for one more unproven connection, the oldest makes room: an honest peer
/// proves itself within milliseconds, so that a flood of half-open connections only ever pushes
/// itself out.
final class Strangers {
  /// The outcome of knocking.
  enum Answer {
    WELCOME,
    FULL,
    PAUSED
  }

  /// One admitted connection, from its first byte to its end.
  static final class Guest {
    private final InetAddress address;
    private final Runnable evict;
    private boolean proven;

    private Guest(InetAddress address, Runnable evict) {
      this.address = address;
      this.evict = evict;
    }
  }

  private static final class Tally {
    private int unproven;
    private int proven;
    private int failures;
    private long failedNanos;

    private boolean idle(long now, long pauseNanos) {
      return unproven == 0 && proven == 0 && now - failedNanos > pauseNanos;
    }
  }

  private static final int MOST_ADDRESSES = 65_536;

  private final Limits.Strangers limits;
  private final Counters counters;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Guest, Guest> unproven = new LinkedHashMap<>(); // guarded by lock, oldest first
  private final Map<InetAddress, Tally> tallies = new HashMap<>(); // guarded by lock
  private int guests; // guarded by lock

  Strangers(Limits.Strangers limits, Counters counters) {
    this.limits = limits;
    this.counters = counters;
  }

  /// Returns why that address may not come in now.
  Answer knock(InetAddress address) {
    lock.lock();
    try {
      Tally tally = tallies.get(address);
      if (tally != null && paused(tally)) {
        return Answer.PAUSED;
      }
      boolean full = guests >= limits.connections() && unproven.isEmpty();
      return full ? Answer.FULL : Answer.WELCOME;
    } finally {
      lock.unlock();
    }
  }

  /// Lets one in; `evict` closes it when its place is needed before it has proven itself.
  Guest admit(InetAddress address, Runnable evict) {
    Guest guest = new Guest(address, evict);
    Guest oldest;
    lock.lock();
    try {
      oldest = makeRoom(address);
      guests++;
      unproven.put(guest, guest);
      tally(address).unproven++;
    } finally {
      lock.unlock();
    }
    if (oldest != null) {
      counters.add(Counters.Counter.EVICTED_UNPROVEN);
      oldest.evict.run();
    }
    return guest;
  }

  /// Notes that a guest proved itself.
  void proven(Guest guest) {
    lock.lock();
    try {
      if (unproven.remove(guest) != null) {
        Tally tally = tally(guest.address);
        tally.unproven--;
        tally.proven++;
        tally.failures = 0;
        guest.proven = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Notes that a guest failed to prove itself; it still has to leave.
  void failed(Guest guest) {
    lock.lock();
    try {
      Tally tally = tally(guest.address);
      long now = System.nanoTime();
      if (now - tally.failedNanos > limits.pause().toNanos()) {
        tally.failures = 0;
      }
      tally.failures++;
      tally.failedNanos = now;
    } finally {
      lock.unlock();
    }
  }

  /// Notes that a guest is gone.
  void left(Guest guest) {
    lock.lock();
    try {
      guests--;
      Tally tally = tally(guest.address);
      if (unproven.remove(guest) != null) {
        tally.unproven--;
      } else if (guest.proven) {
        tally.proven--;
      }
      if (tally.idle(System.nanoTime(), limits.pause().toNanos())) {
        tallies.remove(guest.address);
      }
    } finally {
      lock.unlock();
    }
  }

  /// An address with a proven connection is never paused: neighbours behind one address would shut
  /// it out.
  private boolean paused(Tally tally) {
    if (tally.failures < limits.failures() || tally.proven > 0) {
      return false;
    }
    if (System.nanoTime() - tally.failedNanos > limits.pause().toNanos()) {
      tally.failures = 0;
      return false;
    }
    return true;
  }

  private @Nullable Guest makeRoom(InetAddress address) {
    Guest oldest = null;
    if (tally(address).unproven >= limits.unprovenPerAddress()) {
      oldest = oldest(address);
    } else if (unproven.size() >= limits.unproven() || guests >= limits.connections()) {
      oldest = oldest(null);
    }
    if (oldest != null) {
      unproven.remove(oldest);
      tally(oldest.address).unproven--;
    }
    return oldest;
  }

  private @Nullable Guest oldest(@Nullable InetAddress address) {
    for (Guest guest : unproven.values()) {
      if (address == null || guest.address.equals(address)) {
        return guest;
      }
    }
    return null;
  }

  private Tally tally(InetAddress address) {
    if (tallies.size() >= MOST_ADDRESSES && !tallies.containsKey(address)) {
      forgetIdle();
    }
    return tallies.computeIfAbsent(address, _ -> new Tally());
  }

  private void forgetIdle() {
    long now = System.nanoTime();
    for (Iterator<Tally> all = tallies.values().iterator(); all.hasNext(); ) {
      if (all.next().idle(now, limits.pause().toNanos())) {
        all.remove();
      }
    }
  }
}
