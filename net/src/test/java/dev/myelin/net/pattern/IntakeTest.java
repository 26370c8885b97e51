package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What comes of one pipe that has many brief messages, so that some are taken ahead.
@Timeout(30)
class IntakeTest {
  private static final int COUNT = 1000;
  private static final int DIGITS = 6;

  /// A pipe says only once in some messages what was taken of it.
  private static final int SELDOM = 200;

  /// After so many some are in the hand.
  private static final int SOME = 40;

  private final Hub hub =
      new Hub(SocketRole.PULL, SocketOptions.defaults(), new Nowhere(), new Hub.Rules() {});
  private final Conveyor in = Conveyor.gathering(0, 1 << 20);
  private final Pipe pipe = Nowhere.pipe(SocketRole.PUSH, in, new Conveyor(1, 1));

  private void sends(int first, int count) {
    for (int i = first; i < first + count; i++) {
      assertThat(in.offer(Parts.of(("%0" + DIGITS + "d").formatted(i))))
          .isIn(Conveyor.Offer.FIRST, Conveyor.Offer.TAKEN);
    }
    hub.readable(pipe);
  }

  private void leaves() {
    hub.detached(pipe, List.of(), new PeerException.Closed("gone", false, null));
  }

  private int next() {
    Intake.Arrival next = hub.intake().tryReceive();
    return next == null ? -1 : Integer.parseInt(next.message().text(0));
  }

  private List<Integer> rest() {
    List<Integer> all = new ArrayList<>();
    for (int each = next(); each >= 0; each = next()) {
      all.add(each);
    }
    return all;
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Test
  void givesAllInOrderAndCountsEachWhenItIsReceived() {
    assertThat(hub.attached(pipe)).isTrue();
    sends(0, COUNT);
    for (int i = 0; i < COUNT; i++) {
      assertThat(next()).isEqualTo(i);
      int behind = COUNT - 1 - i;
      SocketStats stats = hub.stats();
      assertThat(stats.receivedMessages()).isEqualTo(i + 1);
      assertThat(stats.receivedBytes()).isEqualTo((long) DIGITS * (i + 1));
      assertThat(stats.queuedIn()).isBetween(behind, behind + SELDOM);
      assertThat(hub.intake().hasMessage()).isEqualTo(behind > 0);
    }
    assertThat(next()).isEqualTo(-1);
    assertThat(hub.stats().queuedIn()).isZero();
  }

  @Test
  void losesNothingOfAPipeThatEndsWhileSomeWereTakenAhead() {
    assertThat(hub.attached(pipe)).isTrue();
    sends(0, COUNT);
    for (int i = 0; i < SOME; i++) {
      assertThat(next()).isEqualTo(i);
    }
    leaves();
    assertThat(Seat.of(pipe).words).hasSizeLessThan(COUNT - SOME); // the others are in the hand
    assertThat(rest()).isEqualTo(numbers(SOME, COUNT));
    assertThat(hub.stats().dropped()).isZero();
    assertThat(hub.stats().receivedMessages()).isEqualTo(COUNT);
    assertThat(hub.intake().hasMessage()).isFalse();
  }

  @Test
  void countsWhatWasTakenAheadAsDroppedWhereNobodyTakesIt() {
    assertThat(hub.attached(pipe)).isTrue();
    sends(0, COUNT);
    for (int i = 0; i < SOME; i++) {
      assertThat(next()).isEqualTo(i);
    }
    hub.close();
    assertThat(hub.stats().dropped()).isEqualTo(COUNT - SOME);
    assertThat(hub.stats().receivedMessages()).isEqualTo(SOME);
    assertThat(hub.stats().receivedBytes()).isEqualTo(DIGITS * SOME);
  }

  @Test
  void givesTwoThreadsEachMessageOnceAndEachOfThemInOrder() throws Exception {
    assertThat(hub.attached(pipe)).isTrue();
    int rounds = 50;
    AtomicInteger got = new AtomicInteger();
    List<FutureTask<List<Integer>>> takers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      FutureTask<List<Integer>> taker = new FutureTask<>(() -> taken(got, rounds * COUNT));
      takers.add(taker);
      Thread.ofPlatform().start(taker);
    }
    for (int round = 0; round < rounds; round++) {
      sends(round * COUNT, COUNT);
    }
    List<Integer> all = new ArrayList<>();
    for (FutureTask<List<Integer>> taker : takers) {
      assertThat(taker.get()).isSorted();
      all.addAll(taker.get());
    }
    assertThat(all.stream().sorted().toList()).isEqualTo(numbers(0, rounds * COUNT));
    assertThat(hub.stats().receivedMessages()).isEqualTo(all.size());
  }

  private List<Integer> taken(AtomicInteger got, int most) {
    List<Integer> mine = new ArrayList<>();
    while (got.get() < most) {
      int number = next();
      if (number < 0) {
        Thread.onSpinWait();
      } else {
        mine.add(number);
        got.incrementAndGet();
      }
    }
    return mine;
  }
}
