package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutboxTest {
  private final Outbox outbox = new Outbox();

  private List<Message> pollAll() {
    List<Message> all = new ArrayList<>();
    for (Message next = outbox.poll(); next != null; next = outbox.poll()) {
      all.add(next);
    }
    return all;
  }

  @Test
  void aPeerThatFloodsPingsIsAnsweredTheLatestAlone() {
    for (int token = 0; token < 100_000; token++) {
      assertThat(outbox.offer(new Message.Pong(token))).isTrue();
    }

    assertThat(pollAll()).containsExactly(new Message.Pong(99_999));
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void oneSignOfLifeIsEnough() {
    outbox.offer(new Message.Alive());
    outbox.offer(new Message.Alive());

    assertThat(pollAll()).containsExactly(new Message.Alive());
  }

  @Test
  void theCreditOfAStreamThatGoesFurthestStandsForTheOthers() {
    outbox.offer(new Message.Credit(1, 10));
    outbox.offer(new Message.Credit(0, 7));
    outbox.offer(new Message.Credit(1, 20));
    outbox.offer(new Message.Credit(3, 5));
    outbox.offer(new Message.Credit(1, 15)); // two threads grant, the slower one comes last

    assertThat(pollAll())
        .containsExactly(
            new Message.Credit(1, 20), new Message.Credit(0, 7), new Message.Credit(3, 5));
    assertThat(outbox.isEmpty()).isTrue();
    outbox.offer(new Message.Credit(1, 30));
    assertThat(pollAll()).containsExactly(new Message.Credit(1, 30));
  }

  @Test
  void theOthersKeepTheirOrderAndHaveABound() {
    List<Message> taken = new ArrayList<>();
    Message next = new Message.Receipt(1, 0, 0, "");
    while (outbox.offer(next)) {
      taken.add(next);
      next = new Message.Receipt(taken.size() + 1, 0, 0, "");
    }

    assertThat(taken).hasSize(4096);
    assertThat(outbox.offer(new Message.Pong(1))).as("what stands for itself alone").isTrue();
    assertThat(outbox.poll()).isEqualTo(new Message.Pong(1));
    assertThat(pollAll()).isEqualTo(taken);
  }
}
