package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.PeerStats;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.testkit.LeakCheck;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Pipes between two nodes of one machine pass through memory that both share.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class NearPipeTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String AT = "myelin://near";

  private Node asking;
  private Node offering;

  @BeforeEach
  void meet() throws Exception {
    asking = Node.start(Lab.everyday());
    offering = Node.start(Lab.everyday());
    assertThat(asking.connect(offering.endpoint(), SOON).proven()).isTrue();
  }

  @AfterEach
  void part() throws Exception {
    asking.close();
    offering.close();
  }

  private static void awaitMemory(PatternSocket... sockets) {
    for (PatternSocket each : sockets) {
      Lab.eventually(
          "messages pass through memory",
          () ->
              !each.peerStats().isEmpty()
                  && each.peerStats().stream()
                      .map(PeerStats::medium)
                      .allMatch("shared memory"::equals));
    }
  }

  @Test
  void workPassesThroughMemoryByItself() throws Exception {
    try (Pusher pusher = asking.messaging().pusher();
        Puller puller = offering.messaging().puller()) {
      puller.bind(AT);
      pusher.connect(AT);
      awaitMemory(pusher, puller);
      for (byte i = 0; i < 100; i++) {
        pusher.push(new byte[] {i});
      }
      for (byte i = 0; i < 100; i++) {
        assertThat(puller.pull(SOON).bytes()).containsExactly(i);
      }
    }
  }
}
