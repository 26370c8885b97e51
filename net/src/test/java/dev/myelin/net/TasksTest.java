package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TasksTest {
  @Test
  void closesWhileMembersAreStillBeingStarted() throws Exception {
    for (int round = 0; round < 2_000; round++) {
      Tasks tasks = new Tasks();
      AtomicInteger running = new AtomicInteger();
      CountDownLatch begun = new CountDownLatch(1);
      Thread starter =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      tasks.fork("member", () -> stay(running));
                      begun.countDown();
                    }
                  });
      begun.await();
      tasks.close();
      starter.join();
      assertThat(running).hasValue(0);
    }
  }

  private static void stay(AtomicInteger running) throws InterruptedException {
    running.incrementAndGet();
    try {
      new CountDownLatch(1).await();
    } finally {
      running.decrementAndGet();
    }
  }

  @Test
  void startsNothingOnceClosed() {
    Tasks tasks = new Tasks();
    tasks.close();
    Thread late = tasks.fork("late", () -> {});
    assertThat(late.getState()).isEqualTo(Thread.State.NEW);
  }
}
