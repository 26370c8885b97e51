package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Router;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.RoutingId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Router speaks to router: each side must know what the other is called.
@Timeout(90)
class ZmqRoutersInteropIT {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";
  private static final RoutingId ITS = RoutingId.of("its");

  /// Who binds.
  enum Host {
    WE,
    IT
  }

  private Messaging messaging;
  private Router ours;

  @BeforeAll
  @Timeout(300)
  static void preparePython() throws Exception {
    Python.program();
  }

  @BeforeEach
  void open() throws Exception {
    messaging = Messaging.open();
    ours = messaging.router(SocketOptions.defaults().routingId(RoutingId.of("ours")));
  }

  @AfterEach
  void close() {
    messaging.close();
  }

  private void meet(Party its, Host host) throws Exception {
    if (host == Host.WE) {
      its.connect(ours.bind(ANY_PORT));
    } else {
      ours.connect(its.bind(ANY_PORT));
    }
    assertThat(ours.awaitPeers(1, Party.SOON)).isTrue();
    assertThat(ours.knows(ITS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void crossesWithLibzmq(Host host) throws Exception {
    try (LibzmqPeer process = LibzmqPeer.start();
        LibzmqPeer.Socket its =
            process.socket("ROUTER", Map.of("options", Map.of("ROUTING_ID", "its")))) {
      meet(its, host);
      ours.send(ITS, Parts.of("what", "is", "it"));
      its.ready();
      assertThat(its.nextTexts()).containsExactly("ours", "what", "is", "it");
      its.texts("ours", "", "this");
      assertThat(next()).containsExactly("", "this");
      its.echo();
      ours.send(ITS, Loads.message(List.of(0, 300, 1 << 20)));
      try (Router.Letter letter = ours.receive(Party.SOON)) {
        assertThat(letter.peer()).isEqualTo(ITS);
        assertThat(Loads.seen(letter.message(), 0))
            .isEqualTo(Loads.expected(List.of(0, 300, 1 << 20)));
      }
      assertThat(ours.stats().dropped()).isZero();
    }
  }

  private List<String> next() throws Exception {
    try (Router.Letter letter = ours.receive(Party.SOON)) {
      assertThat(letter.peer()).isEqualTo(ITS);
      Parts message = letter.message();
      return IntStream.range(0, message.count()).mapToObj(message::text).toList();
    }
  }

  @Test
  void dropsAndCountsWhatIsForNobody() throws Exception {
    ours.send(RoutingId.of("nobody"), Parts.of("lost"));
    assertThat(ours.stats().dropped()).isOne();
  }
}
