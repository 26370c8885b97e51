package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packer;
import dev.myelin.wire.pack.Packing;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/// Packs the chunks of one tensor where that brings it over the link sooner, and looks again as it
/// goes.
///
/// Once the link is known to be slow enough, the next chunks are packed for trial, two with each
/// codec; what came of them is sent. From then on every packed chunk tells. Packing that brings the
/// tensor over no sooner than the link took plain bytes ends, whoever is to blame. Now and then
/// some chunks go as they are, to see whether the link has changed. A trial without a codec that
/// pays takes at most a fiftieth of the time of a connection; behind a tensor that was over later
/// than plain ones, some go as they are.
final class AdaptivePacking implements Packing {
  private static final double NANOS = 1e9;

  /// Less than this much sending is not worth a trial.
  private static final double LEAST_SECONDS = 0.04;

  /// No codec keeps up with a link of that many bytes a second.
  private static final double FASTEST_LINK = 5e8;

  /// After so many bytes that were packed it is asked whether they came over sooner.
  private static final long PROBATION = 8 << 20;

  /// After so many that were packed, some go as they are.
  private static final long LAP = 64 << 20;

  private static final int CHUNKS_TO_LOOK = 5;

  /// The least that must have been sent before the time to its receipt says something of the link.
  private static final long LEAST_CONFIRMED = 2 << 20;

  private final LinkGauge gauge;
  private final Packs packs;
  private final DType wire;
  private final LongSupplier clock;
  private final boolean plain;
  private final List<PackingChoice.Trial> trials = new ArrayList<>();
  private final Deque<PackCodec> toTry = new ArrayDeque<>();
  private PackCodec chosen = PackCodec.RAW;
  private PackCodec present = PackCodec.RAW;
  private boolean trying;
  private boolean cold;
  private long onProbation;
  private long probationNanos;
  private boolean failed;
  private long lap;
  private int looking;
  private long startedNanos;
  private long beganNanos;
  private long packedNanos;
  private int sending;
  private long plainBytes;
  private long trialNanos;
  private boolean allRaw = true;

  /// Counts what is packed.
  interface Packs {
    void packed(long plainBytes, long sentBytes);
  }

  /// @param wire what the elements are on the way
  AdaptivePacking(LinkGauge gauge, Packs packs, DType wire, LongSupplier clock) {
    this.gauge = gauge;
    this.packs = packs;
    this.wire = wire;
    this.clock = clock;
    this.plain = gauge.isTurnOfPlain();
  }

  @Override
  public DType wire() {
    return wire;
  }

  @Override
  public PackCodec next(Packer packer, MemorySegment tensor, long at, int length) {
    double link = gauge.bytesPerSecond();
    if (isTrialDue(link, tensor.byteSize() - at)) {
      beginTrial();
    }
    PackCodec tried = toTry.poll();
    if (tried == null) {
      decide(link);
    }
    trying = tried != null;
    present = trying ? tried : isLooking() ? PackCodec.RAW : chosen;
    beganNanos = clock.getAsLong();
    if (plainBytes == 0) {
      startedNanos = beganNanos;
    }
    return present;
  }

  private void decide(double link) {
    PackCodec before = chosen;
    chosen = failed ? PackCodec.RAW : PackingChoice.choose(link, chosen, trials);
    if (chosen == PackCodec.RAW && before != PackCodec.RAW) {
      gauge.wasted(Math.max(0, probationNanos - (long) (onProbation * NANOS / link)));
    }
    if (chosen == PackCodec.RAW && trying) {
      gauge.wasted(trialNanos);
    }
    if (chosen != before) {
      onProbation = 0;
      probationNanos = 0;
    }
    gauge.chose(chosen);
  }

  private boolean isLooking() {
    if (lap >= LAP) {
      lap = 0;
      looking = CHUNKS_TO_LOOK;
    }
    looking = Math.max(0, looking - 1);
    return looking > 0;
  }

  private boolean isTrialDue(double link, long left) {
    return !plain
        && chosen == PackCodec.RAW
        && toTry.isEmpty()
        && !trying
        && gauge.affordsTrial()
        && link > 0
        && link < FASTEST_LINK
        && left / link >= LEAST_SECONDS;
  }

  private void beginTrial() {
    trials.clear();
    trialNanos = 0;
    failed = false;
    // The fastest of two counts, for whoever shares the processor may have come between.
    cold = !gauge.warmed();
    int times = cold ? 3 : 2;
    for (PackCodec codec : PackCodec.values()) {
      for (int i = 0; i < times && codec != PackCodec.RAW && codec.isAvailable(); i++) {
        toTry.add(codec);
      }
    }
  }

  @Override
  public void packed(int plain, int bytes) {
    packedNanos = clock.getAsLong();
    sending = bytes;
    plainBytes += plain;
    if (present == PackCodec.RAW) {
      return;
    }
    allRaw = false;
    if (bytes < plain) {
      packs.packed(plain, bytes);
    }
    double ratio = Math.min(1, (double) bytes / plain);
    double speed = plain * NANOS / Math.max(1, packedNanos - beganNanos);
    if (trying) {
      tried(ratio, speed);
    } else {
      onProbation += plain;
      lap += plain;
      learn(ratio, speed);
    }
  }

  private void tried(double ratio, double speed) {
    if (!cold) {
      trialNanos += packedNanos - beganNanos;
    }
    double fastest = speed;
    for (PackingChoice.Trial before : trials) {
      fastest = before.codec() == present ? Math.max(speed, before.bytesPerSecond()) : fastest;
    }
    trials.removeIf(trial -> trial.codec() == present);
    trials.add(new PackingChoice.Trial(present, ratio, fastest));
  }

  /// Where the data turns out harder or easier than in the trial, it is so for every codec.
  private void learn(double newestRatio, double newestSpeed) {
    PackingChoice.Trial known =
        trials.stream().filter(trial -> trial.codec() == present).findFirst().orElseThrow();
    double ratio = (known.ratio() + newestRatio) / 2;
    double speed = (known.bytesPerSecond() + newestSpeed) / 2;
    double change = ratio / known.ratio();
    trials.replaceAll(
        trial ->
            trial.codec() == present
                ? new PackingChoice.Trial(present, ratio, speed)
                : new PackingChoice.Trial(
                    trial.codec(), Math.min(1, trial.ratio() * change), trial.bytesPerSecond()));
  }

  @Override
  public void written() {
    long now = clock.getAsLong();
    gauge.wrote(present, sending, packedNanos, now);
    if (present == PackCodec.RAW || trying) {
      return;
    }
    probationNanos += now - beganNanos;
    if (onProbation >= PROBATION) {
      failed = onProbation * NANOS / Math.max(1, probationNanos) < gauge.bytesPerSecond();
      if (!failed) {
        onProbation = 0;
        probationNanos = 0;
      }
    }
  }

  /// Notes that the receiver has all of it now.
  void confirmed() {
    long took = clock.getAsLong() - startedNanos;
    if (plainBytes < LEAST_CONFIRMED) {
      return;
    }
    if (allRaw) {
      gauge.confirmed(plainBytes, took);
    } else {
      gauge.packed(plainBytes, took);
    }
  }
}
