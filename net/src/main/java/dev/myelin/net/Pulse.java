package dev.myelin.net;

import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// The signs of life of one connection: ours are sent when it is quiet, the peer's are missed when
/// it is silent.
///
/// A peer of the extended handshake promises a sign every [Limits.Waits#alive]. A stock peer
/// promises nothing, but closes a link on which it hears nothing for 30 seconds, and must not stop
/// inside a frame for longer: the memory for it is held meanwhile.
final class Pulse implements Watchdog.Watched {
  private static final long PROBE_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long STOCK_STALL_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long STOCK_ALIVE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Link link;
  private final Courier courier;
  private final boolean promised;
  private final Consumer<PeerException.TimedOut> dead;
  private long probedNanos; // of the watchdog alone
  private volatile long roundTripNanos;
  private volatile long leastRoundTripNanos; // written by the reader alone

  /// @param promised whether the peer promised signs of life
  /// @param dead told once the peer was silent for too long
  Pulse(Link link, Courier courier, boolean promised, Consumer<PeerException.TimedOut> dead) {
    this.link = link;
    this.courier = courier;
    this.promised = promised;
    this.dead = dead;
  }

  /// Notes the answer to a probe, whose token is the time it was asked.
  void answered(long token) {
    long nanos = Math.max(1, System.nanoTime() - token);
    long least = leastRoundTripNanos;
    roundTripNanos = nanos;
    leastRoundTripNanos = least == 0 ? nanos : Math.min(least, nanos);
  }

  /// Returns the least of all round trips; 0 before the first.
  long leastRoundTripNanos() {
    return leastRoundTripNanos;
  }

  Optional<Duration> roundTrip() {
    long nanos = roundTripNanos;
    return nanos == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
  }

  @Override
  public void look(long nowNanos, boolean slept) {
    if (slept) {
      link.source().forgive(nowNanos);
    }
    if (!isSilent(nowNanos)) {
      sayAlive(nowNanos);
    }
  }

  private boolean isSilent(long nowNanos) {
    long limit = promised ? waits().silence().toNanos() : STOCK_STALL_NANOS;
    long silent = link.source().silentNanos(nowNanos);
    if (silent <= limit || (!promised && !link.source().inside())) {
      return false;
    }
    link.transport().counting().add(Counters.Counter.TIMED_OUT_SILENCE);
    String text =
        "peer at %s was silent for %d ms%s (expected: a sign of life within %d ms)"
            .formatted(
                link.remote(),
                silent / 1_000_000,
                promised ? "" : " inside a frame",
                limit / 1_000_000);
    dead.accept(new PeerException.TimedOut(text));
    return true;
  }

  private void sayAlive(long nowNanos) {
    long every = promised ? waits().alive().toNanos() : STOCK_ALIVE_NANOS;
    if (nowNanos - link.sink().sentNanos() >= every && !link.sink().busy()) {
      courier.offerAlive();
    }
    if (promised && nowNanos - probedNanos > PROBE_NANOS) {
      probedNanos = nowNanos;
      courier.offer(new Message.Ping(nowNanos));
    }
  }

  private Limits.Waits waits() {
    return link.transport().limits().waits();
  }
}
