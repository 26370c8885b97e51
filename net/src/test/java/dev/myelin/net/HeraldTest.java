package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HeraldTest {
  private final Tasks tasks = new Tasks();
  private final BlockingQueue<Thread> woke = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> order = new LinkedBlockingQueue<>();

  @AfterEach
  void ends() {
    tasks.close();
  }

  private Herald herald(long lingerNanos) {
    return new Herald(tasks, NodeConfig.Threads.VIRTUAL, "herald", lingerNanos);
  }

  private List<Integer> woken(int count) throws InterruptedException {
    List<Integer> all = new ArrayList<>();
    while (all.size() < count) {
      all.add(order.take());
    }
    return all;
  }

  @Test
  void wakesEachWhoWasCalledOnceHoweverOften() throws Exception {
    Herald herald = herald(TimeUnit.SECONDS.toNanos(20));
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Herald.Called first =
        () -> {
          busy.countDown();
          while (goOn.getCount() > 0) {
            Thread.onSpinWait();
          }
          order.add(0);
        };
    Herald.Called second = () -> order.add(1);
    Herald.Called third = () -> order.add(2);
    herald.call(first);
    busy.await();
    for (int i = 0; i < 3; i++) {
      herald.call(second);
      herald.call(third);
    }
    herald.call(() -> order.add(3));
    goOn.countDown();
    assertThat(woken(4)).containsExactly(0, 1, 2, 3);
    herald.call(third);
    herald.call(() -> order.add(4));
    assertThat(woken(2)).containsExactly(2, 4);
    assertThat(order).isEmpty();
  }

  @Test
  void wakesTheOthersThoughOneFails() throws Exception {
    Herald herald = herald(TimeUnit.SECONDS.toNanos(20));
    Herald.Called fails =
        () -> {
          throw new OutOfMemoryError("as of a thread that cannot be made");
        };
    for (int i = 0; i < 3; i++) {
      int number = i;
      herald.call(fails);
      herald.call(() -> order.add(number));
      assertThat(woken(1)).containsExactly(number);
    }
  }

  @Test
  void wakesAgainAfterItsThreadWentHome() throws Exception {
    Herald herald = herald(1);
    Herald.Called called = () -> woke.add(Thread.currentThread());
    herald.call(called);
    Thread before = woke.take();
    before.join();
    herald.call(called);
    assertThat(woke.take()).isNotSameAs(before);
  }

  @Test
  void wakesAgainAfterItsThreadWasStopped() throws Exception {
    Herald herald = herald(TimeUnit.SECONDS.toNanos(20));
    Herald.Called called = () -> woke.add(Thread.currentThread());
    herald.call(called);
    Thread before = woke.take();
    before.interrupt();
    before.join();
    herald.call(called);
    assertThat(woke.take()).isNotSameAs(before);
  }
}
