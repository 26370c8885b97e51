package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.TensorPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxTest {
  private static final PeerId PEER = new PeerId("peer");
  private static final int ROOM = 4;
  private static final long EVER = Long.MAX_VALUE;
  private static final Set<Thread.State> WAITS =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private final TensorPool pool = TensorPool.open("inbox", 1 << 20);
  private final Inbox inbox = new Inbox(pool, pool, Lab.memory(ROOM, 1 << 20));

  @AfterEach
  void leavesNothing() {
    inbox.close();
    pool.close();
  }

  private Delivery delivery(int number) {
    return new Delivery(
        PEER, "" + number, pool.allocate(DType.U8, Shape.of(1)), true, "", DType.U8);
  }

  private String taken() throws InterruptedException {
    try (Delivery next = inbox.take()) {
      return next.name();
    }
  }

  /// Runs in a thread of its own; returns once that waits.
  private static <T> FutureTask<T> waiting(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofVirtual().name("waiting").start(task);
    Lab.eventually("the thread waits", () -> WAITS.contains(thread.getState()));
    return task;
  }

  @Test
  void whatIsAddedIsTakenInOrder() throws Exception {
    for (int i = 0; i < 10; i++) {
      inbox.add(delivery(i));
    }
    for (int i = 0; i < 10; i++) {
      assertThat(taken()).isEqualTo("" + i);
    }
    assertThat(inbox.poll(Duration.ZERO)).isNull();
  }

  @Test
  void oneAnnouncementWakesWhoeverWaits() throws Exception {
    FutureTask<String> one = waiting(this::taken);
    FutureTask<String> other = waiting(this::taken);
    inbox.add(delivery(1));
    inbox.add(delivery(2));
    inbox.announce();
    assertThat(List.of(one.get(), other.get())).containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void noAnnouncementIsMissedByWhoeverLiesDown() throws Exception {
    int rounds = 5_000;
    Semaphore got = new Semaphore(0);
    List<FutureTask<BitSet>> takers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      takers.add(Lab.aside(() -> takeAndTell(rounds, got)));
    }
    for (int round = 0; round < rounds; round++) {
      inbox.add(delivery(2 * round));
      inbox.add(delivery(2 * round + 1));
      inbox.announce();
      got.acquire(2);
    }
    BitSet all = new BitSet();
    for (FutureTask<BitSet> taker : takers) {
      all.or(taker.get());
    }
    assertThat(all.cardinality()).isEqualTo(2 * rounds);
  }

  private BitSet takeAndTell(int count, Semaphore got) throws InterruptedException {
    BitSet numbers = new BitSet();
    for (int i = 0; i < count; i++) {
      numbers.set(Integer.parseInt(taken()));
      got.release();
    }
    return numbers;
  }

  @Test
  void aPutWaitsForRoom() throws Exception {
    for (int i = 0; i < ROOM; i++) {
      inbox.put(delivery(i));
    }
    assertThat(inbox.hasRoom(0)).isFalse();
    FutureTask<String> put =
        waiting(
            () -> {
              inbox.put(delivery(ROOM));
              return "put";
            });
    assertThat(put.isDone()).isFalse();
    for (int i = 0; i <= ROOM; i++) {
      assertThat(taken()).isEqualTo("" + i);
    }
    assertThat(put.get()).isEqualTo("put");
  }

  @Test
  void whoWaitsForHalfHearsOfItOrThatTheTimeIsOver() throws Exception {
    for (int i = 0; i < ROOM; i++) {
      inbox.add(delivery(i));
    }
    assertThat(inbox.awaitHalf(1)).isFalse();
    FutureTask<Boolean> half = waiting(() -> inbox.awaitHalf(EVER));
    for (int i = 0; i < ROOM / 2; i++) {
      assertThat(taken()).isEqualTo("" + i);
    }
    assertThat(half.get()).isTrue();
    assertThat(inbox.awaitHalf(1)).isTrue();
  }

  @Test
  void theEndClosesWhatIsThereAndWhatComesAndEndsEveryWait() throws Exception {
    FutureTask<String> taker = waiting(this::taken);
    for (int i = 0; i < ROOM + 1; i++) {
      inbox.add(delivery(i));
    }
    FutureTask<Boolean> half = waiting(() -> inbox.awaitHalf(EVER));
    inbox.close();
    inbox.add(delivery(9));
    inbox.put(delivery(10));
    assertThat(half.get()).isNotNull();
    assertThatThrownBy(
            () -> {
              assertThat(taker.get()).isEqualTo("0"); // it may have been there in time
              taken();
            })
        .hasStackTraceContaining("the inbox was closed");
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void whoIsInterruptedTakesNothing() {
    inbox.add(delivery(1));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> inbox.poll(Duration.ofSeconds(1)))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void nothingIsLostBetweenManyWhoPutAndManyWhoTake() throws Exception {
    int each = 20_000;
    int sides = 3;
    List<FutureTask<Integer>> putters = new ArrayList<>();
    List<FutureTask<BitSet>> takers = new ArrayList<>();
    for (int side = 0; side < sides; side++) {
      int first = side * each;
      putters.add(Lab.aside(() -> put(first, each)));
      takers.add(Lab.aside(() -> take(each)));
    }
    BitSet all = new BitSet();
    for (FutureTask<Integer> putter : putters) {
      assertThat(putter.get()).isEqualTo(each);
    }
    for (FutureTask<BitSet> taker : takers) {
      assertThat(taker.get().intersects(all)).isFalse();
      all.or(taker.get());
    }
    assertThat(all.cardinality()).isEqualTo(sides * each);
  }

  private int put(int first, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      inbox.put(delivery(first + i));
    }
    return count;
  }

  private BitSet take(int count) throws InterruptedException {
    BitSet numbers = new BitSet();
    for (int i = 0; i < count; i++) {
      numbers.set(Integer.parseInt(taken()));
    }
    return numbers;
  }
}
