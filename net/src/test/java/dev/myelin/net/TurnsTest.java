package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.Precedence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TurnsTest {
  private final ReentrantLock lock = new ReentrantLock();
  private final Turns turns = new Turns(lock);
  private final List<Precedence> order = Collections.synchronizedList(new ArrayList<>());

  private FutureTask<Boolean> waiter(Precedence precedence, int already) {
    FutureTask<Boolean> task =
        Lab.aside(
            () -> {
              lock.lock();
              try {
                turns.await(precedence);
                order.add(precedence);
                return turns.pass();
              } finally {
                lock.unlock();
              }
            });
    Lab.eventually("waits", () -> locked() == already + 1);
    return task;
  }

  private int locked() {
    lock.lock();
    try {
      return turns.queued();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void nobodyIsChosenWhereNobodyWaits() {
    lock.lock();
    try {
      assertThat(turns.pass()).isFalse();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void urgentOnesGoFirstButPassOthersOverEightTimesAtMost() throws Exception {
    List<FutureTask<Boolean>> tasks = new ArrayList<>();
    tasks.add(waiter(Precedence.BULK, 0));
    tasks.add(waiter(Precedence.BULK, 1));
    for (int i = 0; i < 10; i++) {
      tasks.add(waiter(Precedence.ACTIVATIONS, tasks.size()));
    }
    lock.lock();
    try {
      assertThat(turns.pass()).isTrue();
    } finally {
      lock.unlock();
    }
    for (FutureTask<Boolean> task : tasks) {
      assertThat(task.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    assertThat(order.subList(0, 8)).containsOnly(Precedence.ACTIVATIONS);
    assertThat(order.get(8)).isEqualTo(Precedence.BULK);
    assertThat(order.subList(9, 11)).containsOnly(Precedence.ACTIVATIONS);
    assertThat(order.get(11)).isEqualTo(Precedence.BULK);
  }
}
