package dev.myelin.net.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.parts.Parts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
    @Nullable Parts[] batch = {message(2)};
    Thread putting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (conveyor.put(batch, 1, () -> {}) == Conveyor.Offer.CLOSED) {
                      ended.countDown();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    conveyor.close();
    ended.await();
    putting.join();
    assertThat(batch[0]).isNotNull();
  }

  /// Many producers, in batches and alone, and a taker that only looks when it is told.
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 1000})
  void losesAndDoublesNothingAndWakesItsTaker(int most) throws Exception {
    Conveyor conveyor = new Conveyor(most, 1 << 20);
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
    @Nullable Parts[] batch = new Parts[50];
    try {
      for (int i = 0; i < count; i += batch.length) {
        for (int k = 0; k < batch.length; k++) {
          batch[k] = message(base + i + k);
        }
        to.put(batch, batch.length, told::release);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what is missing then is noticed
    }
  }
}
