package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PipeVigilTest {
  private static final long LIMIT = 1000;

  private static PipeVigil.Kept gathered(long message, long bytes) {
    return new PipeVigil.Kept(message, bytes, false, false);
  }

  private static PipeVigil.Kept landing(boolean handing) {
    return new PipeVigil.Kept(0, 0, true, handing);
  }

  @Test
  void givesUpAMessageWhoseEndDoesNotCome() {
    PipeVigil.Debt debt = new PipeVigil.Debt(0);
    assertThat(debt.isOverdue(10, gathered(1, 100), 100, LIMIT)).isFalse();
    assertThat(debt.isOverdue(1010, gathered(1, 200), 200, LIMIT)).isFalse();
    assertThat(debt.isOverdue(1011, gathered(1, 300), 1 << 30, LIMIT)).isTrue();
  }

  @Test
  void waitsForAMessageThatGrows() {
    PipeVigil.Debt debt = new PipeVigil.Debt(0);
    for (int i = 1; i < 100; i++) {
      assertThat(debt.isOverdue(900L * i, gathered(1, 70_000L * i), 0, LIMIT)).isFalse();
    }
  }

  @Test
  void waitsForAPeerThatBeginsOneMessageBehindTheOther() {
    PipeVigil.Debt debt = new PipeVigil.Debt(0);
    for (int i = 1; i < 100; i++) {
      assertThat(debt.isOverdue(900L * i, gathered(i, 100), 0, LIMIT)).isFalse();
    }
  }

  @Test
  void givesUpALargePartThatDoesNotCome() {
    PipeVigil.Debt debt = new PipeVigil.Debt(0);
    assertThat(debt.isOverdue(900, landing(false), 2 << 20, LIMIT)).isFalse();
    assertThat(debt.isOverdue(1800, landing(false), 3 << 20, LIMIT)).isFalse();
    assertThat(debt.isOverdue(2801, landing(false), (4 << 20) - 1, LIMIT)).isTrue();
  }

  @Test
  void waitsWhileThePeerWaitsForUs() {
    PipeVigil.Debt debt = new PipeVigil.Debt(0);
    assertThat(debt.isOverdue(5000, landing(true), 0, LIMIT)).isFalse();
    assertThat(debt.isOverdue(6000, landing(false), 0, LIMIT)).isFalse();
    assertThat(debt.isOverdue(6001, landing(false), 0, LIMIT)).isTrue();
  }
}
