package dev.myelin.net.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ConveyorTest {
  private static Parts message(int number) {
    return Parts.of(Integer.toString(number));
  }

  private static int number(Parts message) {
    return Integer.parseInt(message.text(0));
  }

  @Test
  void keepsTheOrder() {
    Conveyor conveyor = new Conveyor(100, 1 << 20);
    for (int i = 0; i < 100; i++) {
      assertThat(conveyor.offer(message(i)))
          .isEqualTo(i == 0 ? Conveyor.Offer.FIRST : Conveyor.Offer.TAKEN);
    }
    assertThat(conveyor.drain().stream().map(ConveyorTest::number).toList())
        .isEqualTo(IntStream.range(0, 100).boxed().toList());
    assertThat(conveyor.poll()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64, 100, 1000})
  void holdsAsManyAsItMayAndTakesMoreOnceItIsEmpty(int most) {
    Conveyor conveyor = new Conveyor(most, Long.MAX_VALUE);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < most; i++) {
        assertThat(conveyor.offer(message(i))).isIn(Conveyor.Offer.FIRST, Conveyor.Offer.TAKEN);
      }
      assertThat(conveyor.offer(message(-1))).isEqualTo(Conveyor.Offer.FULL);
      assertThat(conveyor.hasRoom()).isFalse();
      assertThat(conveyor.drain()).hasSize(most);
      assertThat(conveyor.isFedAgain()).isTrue();
      assertThat(conveyor.isFedAgain()).isFalse();
      assertThat(conveyor.hasRoom()).isTrue();
    }
  }

  @Test
  void countsBytesAndTakesOneMessageInAnyCase() {
    Conveyor conveyor = new Conveyor(0, 10);
    assertThat(conveyor.offer(Parts.of(new byte[1000]))).isEqualTo(Conveyor.Offer.FIRST);
    assertThat(conveyor.offer(Parts.of(new byte[1]))).isEqualTo(Conveyor.Offer.FULL);
    assertThat(conveyor.poll()).isNotNull();
    assertThat(conveyor.offer(Parts.of(new byte[6]))).isNotEqualTo(Conveyor.Offer.FULL);
    assertThat(conveyor.offer(Parts.of(new byte[6]))).isNotEqualTo(Conveyor.Offer.FULL);
    assertThat(conveyor.offer(Parts.of(new byte[1]))).isEqualTo(Conveyor.Offer.FULL);
    assertThat(conveyor.accepted()).isEqualTo(new Conveyor.Tally(3, 1012));
  }

  @Test
  void tellsTheTakerAgainAfterItFoundNothing() {
    Conveyor conveyor = new Conveyor(10, 1 << 20);
    for (int i = 0; i < 5; i++) {
      assertThat(conveyor.offer(message(i))).isEqualTo(Conveyor.Offer.FIRST);
      assertThat(conveyor.poll()).isNotNull();
      assertThat(conveyor.poll()).isNull();
    }
  }

  @Test
  void takesNothingOnceItIsClosedAndKeepsWhatIsIn() {
    Conveyor conveyor = new Conveyor(10, 1 << 20);
    conveyor.offer(message(1));
    conveyor.close();
    assertThat(conveyor.offer(message(2))).isEqualTo(Conveyor.Offer.CLOSED);
    assertThat(conveyor.drain()).hasSize(1);
  }

  @Test
  void endsAWaitForRoomWhenItIsClosed() throws Exception {
    Conveyor conveyor = new Conveyor(1, 1 << 20);
    conveyor.offer(message(1));
    CountDownLatch ended = new CountDownLatch(1);
    Load load = load(conveyor, 2);
    Thread putting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (conveyor.put(load, () -> {}) == Conveyor.Offer.CLOSED) {
                      ended.countDown();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    conveyor.close();
    ended.await();
    putting.join();
    assertThat(load.isEmpty()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100, 1000})
  void takesOfALoadAsManyAsItMayHold(int most) throws Exception {
    Conveyor conveyor = new Conveyor(most, Long.MAX_VALUE);
    int count = 3 * most + 1;
    Load load = load(conveyor, IntStream.range(0, count).toArray());
    Semaphore told = new Semaphore(0);
    Thread putting = putting(conveyor, load, told);
    List<Integer> got = new ArrayList<>();
    while (got.size() < count) {
      told.acquire();
      assertThat(conveyor.size()).isLessThanOrEqualTo(most);
      conveyor.drain().forEach(each -> got.add(number(each)));
    }
    putting.join();
    assertThat(got).isEqualTo(IntStream.range(0, count).boxed().toList());
  }

  @Test
  void countsTheBytesOfALoadMessageByMessage() throws Exception {
    Conveyor conveyor = new Conveyor(0, 10);
    Load load = conveyor.load();
    for (int i = 0; i < 7; i++) {
      addBrief(load, new byte[4]);
    }
    Semaphore told = new Semaphore(0);
    Thread putting = putting(conveyor, load, told);
    told.acquire();
    assertThat(conveyor.size()).isEqualTo(3); // the third begins where there are 8 of 10
    for (int got = conveyor.drain().size(); got < 7; got += conveyor.drain().size()) {
      told.acquire();
    }
    putting.join();
    assertThat(conveyor.accepted()).isEqualTo(new Conveyor.Tally(7, 28));
  }

  private static Thread putting(Conveyor to, Load load, Semaphore told) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                to.put(load, told::release);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // what is missing then is noticed
              }
            });
  }

  @Test
  void poursBriefMessagesAsTheyLieAndStopsAtOthers() {
    Conveyor conveyor = Conveyor.gathering(0, 1 << 20);
    byte[] empty = {};
    byte[] longest = new byte[255];
    byte[] tooLong = new byte[256];
    for (byte[] each : List.of(new byte[] {1, 2}, empty, longest, tooLong, new byte[] {3})) {
      conveyor.offer(Parts.of(each));
    }
    conveyor.offer(Parts.of(new byte[] {4}, new byte[] {5}));
    Outlet out = new Outlet();
    assertThat(conveyor.pour(out, 5)).isPositive();
    assertThat(out.toBytes()).containsExactly(0, 2, 1, 2);
    assertThat(conveyor.size()).isEqualTo(5);
    while (conveyor.pour(out, 1000) > 0) {
      // Until it comes to the one that is too long.
    }
    assertThat(out.toBytes()).hasSize(4 + 2 + 257).startsWith(0, 2, 1, 2, 0, 0, 0, 255);
    assertThat(conveyor.poll()).extracting(Parts::totalBytes).isEqualTo(256L);
    assertThat(conveyor.pour(out, 2)).isZero();
    assertThat(conveyor.poll()).extracting(Parts::bytes).isEqualTo(new byte[] {3});
    assertThat(conveyor.pour(out, 1000)).isZero();
    assertThat(conveyor.poll()).extracting(Parts::count).isEqualTo(2);
    assertThat(conveyor.pour(out, 1000)).isZero();
    assertThat(conveyor.isEmpty()).isTrue();
    assertThat(conveyor.accepted()).isEqualTo(new Conveyor.Tally(6, 516));
  }

  @Test
  void feedsWhoWasRefusedAlsoWhenMessagesArePoured() {
    Conveyor conveyor = Conveyor.gathering(10, 1 << 20);
    for (int i = 0; i < 10; i++) {
      conveyor.offer(message(i));
    }
    assertThat(conveyor.offer(message(10))).isEqualTo(Conveyor.Offer.FULL);
    assertThat(conveyor.isFedAgain()).isFalse();
    assertThat(conveyor.pour(new Outlet(), 1000)).isPositive();
    assertThat(conveyor.isFedAgain()).isTrue();
    assertThat(conveyor.offer(message(10))).isEqualTo(Conveyor.Offer.FIRST);
  }

  @Test
  void givesMessagesBackAsObjectsThatWereGathered() {
    Conveyor conveyor = Conveyor.gathering(0, 1 << 20);
    int count = 50_000; // several strips
    for (int i = 0; i < count; i++) {
      conveyor.offer(message(i));
    }
    assertThat(conveyor.drain().stream().map(ConveyorTest::number).toList())
        .isEqualTo(IntStream.range(0, count).boxed().toList());
    conveyor.rest();
    conveyor.rest(); // lets go of the strips
    assertThat(conveyor.spareBytes()).isZero();
    conveyor.offer(message(7));
    assertThat(conveyor.drain()).hasSize(1);
  }

  @Test
  void keepsNoMoreForLaterThanItNeededLately() {
    Conveyor conveyor = Conveyor.gathering(0, 1 << 20);
    for (int i = 0; i < 50_000; i++) {
      conveyor.offer(message(i));
    }
    assertThat(conveyor.drain()).hasSize(50_000);
    long many = conveyor.spareBytes();
    assertThat(many).isGreaterThan(128 << 10);
    conveyor.rest();
    assertThat(conveyor.spareBytes()).isEqualTo(many); // all were needed
    conveyor.offer(message(7));
    assertThat(conveyor.drain()).hasSize(1);
    conveyor.rest();
    assertThat(conveyor.spareBytes()).isBetween(1L, 64L << 10);
  }

  /// Returns a load of these numbers: alternately fives of them as strips, and as objects.
  private static Load load(Conveyor to, int... numbers) {
    Load load = to.load();
    for (int i = 0; i < numbers.length; i++) {
      if (i / 5 % 2 == 0) {
        addBrief(load, message(numbers[i]).bytes());
      } else {
        load.add(message(numbers[i]));
      }
    }
    return load;
  }

  private static void addBrief(Load load, byte[] body) {
    byte[] page = new byte[3 + body.length];
    page[2] = (byte) body.length;
    System.arraycopy(body, 0, page, 3, body.length);
    load.add(page, 1, page.length, 1);
  }

  /// Many producers, in batches and alone, and a taker that only looks when it is told.
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 1000})
  void losesAndDoublesNothingAndWakesItsTaker(int most) throws Exception {
    Conveyor conveyor = Conveyor.gathering(most, 1 << 20);
    int producers = 3;
    int each = 20_000;
    Semaphore told = new Semaphore(0);
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      int base = p * each;
      threads.add(Thread.ofPlatform().start(() -> putAll(conveyor, base, each, told)));
    }
    int[] next = new int[producers];
    int count = 0;
    while (count < producers * each) {
      told.acquire();
      for (Parts got = conveyor.poll(); got != null; got = conveyor.poll()) {
        int number = number(got);
        assertThat(number % each).isEqualTo(next[number / each]++);
        count++;
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(conveyor.isEmpty()).isTrue();
    assertThat(conveyor.accepted().messages()).isEqualTo((long) producers * each);
  }

  private static void putAll(Conveyor to, int base, int count, Semaphore told) {
    int size = 50;
    try {
      for (int i = 0; i < count; i += size) {
        to.put(load(to, IntStream.range(base + i, base + i + size).toArray()), told::release);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what is missing then is noticed
    }
  }
}
