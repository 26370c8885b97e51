package dev.myelin.net.discovery;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The rhythm of announcements: a burst at the start, then a steady beat, and at once when somebody
/// new is heard.
final class AnnouncementLoop {
  private static final long[] BURST_NANOS = millis(100, 300, 1_000);
  private static final long BEAT_NANOS = Duration.ofSeconds(3).toNanos();
  // Between two announcements, however many strangers are heard.
  private static final long GAP_NANOS = Duration.ofMillis(200).toNanos();
  private static final long TELL_NANOS = Duration.ofSeconds(10).toNanos();

  private final String name;
  private final Beacons beacons;
  private final AnnouncementFilter filter;
  private final Complaints complaints;
  private final Consumer<Sighting> seen;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean stranger; // Guarded by lock.
  private final Map<Refusal, Long> told = new EnumMap<>(Refusal.class); // Guarded by lock.

  AnnouncementLoop(
      String name,
      Beacons beacons,
      AnnouncementFilter filter,
      Complaints complaints,
      Consumer<Sighting> seen) {
    this.name = name;
    this.beacons = beacons;
    this.filter = filter;
    this.complaints = complaints;
    this.seen = seen;
  }

  /// Announces until interrupted; closes nothing.
  void run(Carrier carrier) throws IOException, InterruptedException {
    try {
      long start = System.nanoTime();
      for (int beat = 0; ; beat++) {
        long now = System.nanoTime();
        carrier.refresh();
        carrier.send(beacons.next());
        long next = beat < BURST_NANOS.length ? start + BURST_NANOS[beat] : now + BEAT_NANOS;
        await(next, now + GAP_NANOS);
      }
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      InterruptedException interrupted = new InterruptedException("interrupted while sending");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  /// Takes a datagram from any thread.
  void heard(ByteBuffer datagram, InetSocketAddress from) {
    switch (filter.judge(MemorySegment.ofBuffer(datagram), from.getAddress(), name)) {
      case AnnouncementFilter.Verdict.Believed believed -> {
        seen.accept(believed.sighting());
        if (believed.unknown()) {
          hurry();
        }
      }
      case AnnouncementFilter.Verdict.Refused refused -> tell(refused, from);
    }
  }

  private void hurry() {
    lock.lock();
    try {
      stranger = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void await(long next, long soonest) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        long until = stranger && soonest - next < 0 ? soonest : next;
        long left = until - System.nanoTime();
        if (left <= 0) {
          stranger = false;
          return;
        }
        long _ = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  // What a user can do something about; not often, since anybody can send anything.
  private void tell(AnnouncementFilter.Verdict.Refused refused, InetSocketAddress from) {
    switch (refused.reason()) {
      case SOURCE, SIZE, COMMUNITY, OWN, REPEATED -> {
        return;
      }
      case RATE, SIGNATURE, PORT, TIME, FULL -> {}
    }
    long now = System.nanoTime();
    lock.lock();
    try {
      Long before = told.get(refused.reason());
      if (before != null && now - before < TELL_NANOS) {
        return;
      }
      told.put(refused.reason(), now);
    } finally {
      lock.unlock();
    }
    String address = from.getAddress().getHostAddress();
    complaints.tell(refused.reason() + " " + address, refused.text() + ", from " + address);
  }

  private static long[] millis(long... values) {
    long[] nanos = values.clone();
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = Duration.ofMillis(values[i]).toNanos();
    }
    return nanos;
  }
}
