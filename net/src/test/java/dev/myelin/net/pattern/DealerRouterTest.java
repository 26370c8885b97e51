package dev.myelin.net.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.RoutingId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class DealerRouterTest extends PatternScene {
  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void answersEachPeerByItsId(String transport) throws Exception {
    SocketOptions named = SocketOptions.defaults().routingId(RoutingId.of("worker-1"));
    try (Router router = messaging.router();
        Dealer one = messaging.dealer(named);
        Dealer other = messaging.dealer()) {
      String at = router.bind(Places.at(transport, folder));
      one.connect(at);
      other.connect(at);
      one.send("from one");
      other.send("from other");
      for (int i = 0; i < 2; i++) {
        Router.Letter letter = router.receive(LONG);
        if (letter.message().text(0).equals("from one")) {
          assertThat(letter.peer()).isEqualTo(RoutingId.of("worker-1"));
        } else {
          assertThat(letter.peer().size()).isEqualTo(5);
          assertThat(letter.peer().toBytes()[0]).isZero();
        }
        router.send(letter.peer(), letter.message());
      }
      assertThat(one.receive(LONG).text(0)).isEqualTo("from one");
      assertThat(other.receive(LONG).text(0)).isEqualTo("from other");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inproc", "tcp", "ipc"})
  void speaksToRequestersAndRepliers(String transport) throws Exception {
    try (Router router = messaging.router();
        Requester requester = messaging.requester()) {
      requester.connect(router.bind(Places.at(transport, folder)));
      requester.send(Parts.of("question"));
      Router.Letter letter = router.receive(LONG);
      assertThat(letter.message().count()).isEqualTo(2);
      assertThat(letter.message().size(0)).isZero();
      router.send(letter.peer(), Parts.of("", "answer"));
      assertThat(requester.receive(LONG).text(0)).isEqualTo("answer");
    }
  }

  @Test
  void dropsToNobodyUnlessToldToRefuse() throws Exception {
    Router.Manners strict = new Router.Manners(Router.Undeliverable.REFUSE, Router.Namesake.REFUSE);
    try (Router router = messaging.router();
        Router mandatory = messaging.router(SocketOptions.defaults(), strict)) {
      router.send(RoutingId.of("nobody"), Parts.of("x"));
      assertThat(router.stats().dropped()).isEqualTo(1);
      assertThatThrownBy(() -> mandatory.send(RoutingId.of("nobody"), Parts.of("x")))
          .isInstanceOf(PeerException.Unreachable.class)
          .hasMessageContaining("nobody");
    }
  }

  @Test
  void waitsForRoomWhereItMustNotDrop() throws Exception {
    Router.Manners strict = new Router.Manners(Router.Undeliverable.REFUSE, Router.Namesake.REFUSE);
    SocketOptions two = SocketOptions.defaults().highWater(1, 1).routingId(RoutingId.of("slow"));
    try (Router router = messaging.router(two, strict);
        Dealer slow = messaging.dealer(two)) {
      slow.connect(router.bind("inproc://x"));
      router.send(RoutingId.of("slow"), Parts.of("1"));
      router.send(RoutingId.of("slow"), Parts.of("2"));
      assertThatThrownBy(() -> router.send(RoutingId.of("slow"), Parts.of("3"), SHORT))
          .isInstanceOf(PeerException.TimedOut.class);
      assertThat(slow.receive(LONG).text(0)).isEqualTo("1");
      assertThat(slow.receive(LONG).text(0)).isEqualTo("2");
      router.send(RoutingId.of("slow"), Parts.of("4"), LONG);
      assertThat(slow.receive(LONG).text(0)).isEqualTo("4");
    }
  }

  @Test
  void turnsANamesakeAway() throws Exception {
    SocketOptions same = SocketOptions.defaults().routingId(RoutingId.of("twin"));
    try (Router router = messaging.router();
        Dealer first = messaging.dealer(same);
        Dealer second = messaging.dealer(same)) {
      String at = router.bind("inproc://x");
      first.connect(at);
      second.connect(at);
      assertThat(router.peers()).isEqualTo(1);
      assertThat(second.peers()).isZero();
      first.disconnect(at);
      assertThat(router.knows(RoutingId.of("twin"))).isFalse();
      second.disconnect(at);
      second.connect(at);
      second.send("now");
      assertThat(router.receive(LONG).peer()).isEqualTo(RoutingId.of("twin"));
    }
  }

  @Test
  void letsANamesakeTakeOverWhereToldSo() throws Exception {
    SocketOptions same = SocketOptions.defaults().routingId(RoutingId.of("twin"));
    Router.Manners handover =
        new Router.Manners(Router.Undeliverable.DROP, Router.Namesake.REPLACE);
    try (Router router = messaging.router(SocketOptions.defaults(), handover);
        Dealer first = messaging.dealer(same);
        Dealer second = messaging.dealer(same)) {
      String at = router.bind("inproc://x");
      first.connect(at);
      second.connect(at);
      assertThat(first.peers()).isZero();
      router.send(RoutingId.of("twin"), Parts.of("to the second"));
      assertThat(second.receive(LONG).text(0)).isEqualTo("to the second");
    }
  }

  @Test
  void survivesTwoDealersThatFillEachOther() throws Exception {
    SocketOptions few = SocketOptions.defaults().highWater(2, 2);
    int count = 20_000;
    try (Dealer one = messaging.dealer(few);
        Dealer other = messaging.dealer(few)) {
      other.connect(one.bind("inproc://x"));
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = new CopyOnWriteArrayList<>();
      for (Dealer each : List.of(one, other)) {
        threads.add(start(count, failures, () -> each.send(new byte[8])));
        threads.add(start(count, failures, () -> each.receive(LONG).close()));
      }
      for (Thread each : threads) {
        each.join();
      }
      assertThat(failures).isEmpty();
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static Thread start(int count, List<Throwable> failures, Step step) {
    return Thread.ofPlatform().start(() -> repeat(count, failures, step));
  }

  private static void repeat(int count, List<Throwable> failures, Step step) {
    try {
      for (int i = 0; i < count; i++) {
        step.run();
      }
    } catch (Exception e) {
      failures.add(e);
    }
  }
}
