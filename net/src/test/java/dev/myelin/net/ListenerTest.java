package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class ListenerTest {
  @Test
  void losesNoSocketOfThoseWhoKnockWhileItCloses() throws Exception {
    for (int i = 0; i < 40; i++) {
      try (Transport transport = Transport.open(Lab.config())) {
        Listener listener = transport.listen(Lab.LOOPBACK, Connection::release);
        FutureTask<Integer> knocking = Lab.aside(() -> knockUntilClosed(listener.endpoint()));
        RawPeer.socket(listener.endpoint()).close();
        listener.close();
        assertThat(knocking.get()).isNotNegative();
      }
    }
  }

  private static int knockUntilClosed(Endpoint at) {
    int knocks = 0;
    while (true) {
      try (SocketChannel knock = RawPeer.socket(at)) {
        RawPeer.write(knock, (byte) 1);
        knocks++;
      } catch (IOException e) {
        return knocks;
      }
    }
  }
}
