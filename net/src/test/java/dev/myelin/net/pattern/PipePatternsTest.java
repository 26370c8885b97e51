package dev.myelin.net.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Patterns over pipes whose other end is the test.
@Timeout(30)
class PipePatternsTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  /// The test's end of a pipe.
  private static final class End {
    final Conveyor toPattern = new Conveyor(100, 1 << 20);
    final Conveyor fromPattern = new Conveyor(100, 1 << 20);
    final Pipe pipe;

    End(SocketRole role) {
      pipe = Nowhere.pipe(role, toPattern, fromPattern);
    }

    void say(PipeOwner owner, Parts message) {
      assertThat(toPattern.offer(message)).isNotEqualTo(Conveyor.Offer.CLOSED);
      owner.readable(pipe);
    }
  }

  private static Parts numbered(int number, String text) {
    return Parts.of(new byte[] {0, 0, 0, (byte) number}, new byte[0], text.getBytes(UTF_8));
  }

  private static Parts poll(End end) throws InterruptedException {
    Places.eventually(() -> !end.fromPattern.isEmpty());
    return Objects.requireNonNull(end.fromPattern.poll(), "a message");
  }

  @Test
  void forgetsASubscriberWhoseWordComesAfterItLeft() throws Exception {
    Fanout fanout =
        new Fanout(
            SocketRole.PUB,
            new Nowhere(),
            SocketOptions.defaults(),
            Publishing.LastValues.NONE,
            (prefix, wanted) -> {});
    End ghost = new End(SocketRole.SUB);
    PipeOwner owner = fanout.hub();
    assertThat(owner.attached(ghost.pipe)).isTrue();
    owner.subscription(ghost.pipe, new byte[] {1}, true);
    assertThat(fanout.awaitSubscribers(1, Duration.ZERO)).isTrue();
    owner.detached(ghost.pipe, List.of(), new IOException("left"));
    owner.subscription(ghost.pipe, new byte[] {2}, true);
    assertThat(fanout.awaitSubscribers(1, Duration.ZERO)).isFalse();
    assertThat(fanout.publish(Parts.of(new byte[] {2}))).isZero();
    assertThat(fanout.hub().outflow().dropped()).isZero();
  }

  @Test
  void takesAReplyOnlyFromThePeerThatWasAsked() throws Exception {
    NumberedAsking asking =
        new NumberedAsking(new Nowhere(), SocketOptions.defaults(), new RoundTrips());
    End asked = new End(SocketRole.REP);
    End other = new End(SocketRole.REP);
    assertThat(asking.hub().attached(asked.pipe)).isTrue();
    asking.send(Parts.of("who are you?"), LONG);
    assertThat(poll(asked).text(2)).isEqualTo("who are you?");
    assertThat(asking.hub().attached(other.pipe)).isTrue();
    other.say(asking.hub(), numbered(0, "an impostor"));
    asked.say(asking.hub(), numbered(0, "the one you asked"));
    assertThat(asking.receive(LONG).text(0)).isEqualTo("the one you asked");
    assertThat(asking.hub().stats().dropped()).isEqualTo(1);
  }

  @Test
  void givesBackAReplyThatNobodyReceives() throws Exception {
    NumberedAsking asking =
        new NumberedAsking(new Nowhere(), SocketOptions.defaults(), new RoundTrips());
    End asked = new End(SocketRole.REP);
    assertThat(asking.hub().attached(asked.pipe)).isTrue();
    asking.send(Parts.of("first"), LONG);
    assertThat(poll(asked).text(2)).isEqualTo("first");
    CountDownLatch returned = new CountDownLatch(1);
    Parts reply = numbered(0, "kept").lend(returned::countDown);
    asked.say(asking.hub(), reply);
    assertThatThrownBy(
            () ->
                asking.request(
                    Parts.of("second"), Requester.Patience.numbered(1, Duration.ofMillis(1)), LONG))
        .isInstanceOf(PeerException.TimedOut.class); // whoever waits files the replies of all
    assertThat(returned.getCount()).isOne();
    asking.hub().close();
    asking.end();
    assertThat(returned.getCount()).isZero();
  }
}
