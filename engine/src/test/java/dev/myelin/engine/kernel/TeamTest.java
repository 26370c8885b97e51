package dev.myelin.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TeamTest {
  @Test
  void doesEveryItemOnce() {
    try (Team team = Team.of(4)) {
      for (int items = 0; items < 300; items++) {
        AtomicIntegerArray done = new AtomicIntegerArray(300);
        team.run(items, (_, item) -> done.incrementAndGet(item));
        for (int i = 0; i < 300; i++) {
          assertThat(done.get(i)).isEqualTo(i < items ? 1 : 0);
        }
      }
    }
  }

  @Test
  void throwsWhatAnItemThrowsAndGoesOn() {
    try (Team team = Team.of(3)) {
      assertThatThrownBy(
              () ->
                  team.run(
                      20,
                      (_, item) -> {
                        if (item == 7) {
                          throw new IllegalArgumentException("seven");
                        }
                      }))
          .hasMessage("seven");
      AtomicIntegerArray done = new AtomicIntegerArray(20);
      team.run(20, (_, item) -> done.incrementAndGet(item));
      assertThat(done.get(19)).isEqualTo(1);
    }
  }

  @Test
  void sleepsWhenThereIsNothingToDoAndWakesForWork() {
    try (Team team = Team.of(3)) {
      for (int round = 0; round < 3; round++) {
        // Ends in time or not at all.
        while (!team.threads().stream().allMatch(TeamTest::sleeps)) {
          Thread.onSpinWait();
        }
        Set<Integer> members = ConcurrentHashMap.newKeySet();
        while (members.size() < 3) {
          team.run(
              64,
              (member, _) -> {
                members.add(member);
                Thread.onSpinWait();
              });
        }
      }
    }
  }

  private static boolean sleeps(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }

  @Test
  void worksWithoutItsThreads() {
    Team team = Team.of(2);
    team.close();
    AtomicIntegerArray done = new AtomicIntegerArray(9);
    team.run(9, (_, item) -> done.incrementAndGet(item));
    assertThat(done.get(8)).isEqualTo(1);
  }
}
