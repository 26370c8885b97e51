package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Subscribing;
import dev.myelin.wire.PeerException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.zeromq.ZContext;

/// Crosses our sockets with those of libzmq and of JeroMQ: every pattern, each side foreign, each
/// side binding, small and large messages, and a peer that is gone for a while.
@Timeout(60)
class ZmqInteropIT {
  private static final Duration MOMENT = Duration.ofMillis(20);
  private static final List<List<Integer>> LOADS =
      List.of(
          List.of(1024),
          List.of(0),
          List.of(255, 256, 0, 65_536),
          List.of(1 << 20),
          List.of(10, 3 << 20));
  private static final List<Integer> LARGE = List.of(64 << 20);

  /// What goes between two roles.
  enum Talk {
    /// From the first to the second.
    ONE_WAY,
    /// From the first to the second and back.
    ECHO,
    /// From each to the other.
    BOTH
  }

  /// Two roles that understand each other.
  enum Pattern {
    PUSH_PULL(Talk.ONE_WAY),
    REQ_REP(Talk.ECHO),
    REQ_ROUTER(Talk.ECHO),
    DEALER_REP(Talk.ECHO),
    DEALER_ROUTER(Talk.ECHO),
    DEALER_DEALER(Talk.BOTH),
    PUB_SUB(Talk.ONE_WAY),
    PUB_XSUB(Talk.ONE_WAY),
    XPUB_SUB(Talk.ONE_WAY),
    XPUB_XSUB(Talk.ONE_WAY),
    PAIR_PAIR(Talk.BOTH);

    final Talk talk;

    Pattern(Talk talk) {
      this.talk = talk;
    }

    String first() {
      return name().substring(0, name().indexOf('_'));
    }

    String second() {
      return name().substring(name().indexOf('_') + 1);
    }
  }

  /// Whose the other side is.
  enum Foreigner {
    LIBZMQ,
    JEROMQ
  }

  /// Which side is foreign.
  enum Side {
    FIRST,
    SECOND
  }

  /// Who binds.
  enum Host {
    WE,
    IT
  }

  private static LibzmqPeer libzmq;
  private static ZContext jeromq;
  private Messaging messaging;

  @BeforeAll
  @Timeout(300)
  static void startThem() throws Exception {
    libzmq = LibzmqPeer.start();
    jeromq = new ZContext();
  }

  @AfterAll
  static void stopThem() {
    libzmq.close();
    jeromq.close();
  }

  @BeforeEach
  void open() throws Exception {
    messaging = Messaging.open();
  }

  @AfterEach
  void close() {
    messaging.close();
  }

  static Stream<Arguments> everyCase() {
    return Stream.of(Foreigner.values())
        .flatMap(
            foreigner ->
                Stream.of(Pattern.values()).flatMap(pattern -> casesOf(foreigner, pattern)));
  }

  private static Stream<Arguments> casesOf(Foreigner foreigner, Pattern pattern) {
    boolean alike = pattern.first().equals(pattern.second());
    return Stream.of(Side.values())
        .filter(side -> side == Side.FIRST || !alike)
        .flatMap(
            side ->
                Stream.of(Host.values()).map(host -> Arguments.of(foreigner, pattern, side, host)));
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void carriesEveryLoad(Foreigner foreigner, Pattern pattern, Side foreign, Host host)
      throws Exception {
    try (OurSocket ours = OurSocket.open(messaging, role(pattern, other(foreign)));
        Party its = foreign(foreigner, role(pattern, foreign))) {
      meet(ours, its, host, "tcp://127.0.0.1:*");
      acquaint(ours, its, host);
      Party first = foreign == Side.FIRST ? its : ours;
      Party second = foreign == Side.FIRST ? ours : its;
      for (List<Integer> load : LOADS) {
        talk(pattern.talk, first, second, load);
      }
      if (host == Host.WE) {
        talk(pattern.talk, first, second, LARGE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void goesOnWithAPeerThatWasGone(Foreigner foreigner, Pattern pattern, Side foreign, Host host)
      throws Exception {
    try (OurSocket ours = OurSocket.open(messaging, role(pattern, other(foreign)))) {
      String at = "tcp://127.0.0.1:*";
      for (int life = 1; life <= 3; life++) {
        try (Party its = foreign(foreigner, role(pattern, foreign))) {
          at = meetAgain(ours, its, host, at);
          acquaint(ours, its, host);
          Party first = foreign == Side.FIRST ? its : ours;
          Party second = foreign == Side.FIRST ? ours : its;
          talk(pattern.talk, first, second, List.of(7, 1024));
        }
        assertThat(Introductions.gone(ours.socket())).isTrue();
      }
    }
  }

  /// Has the foreign side bind or connect; ours does so the first time only.
  private static String meetAgain(OurSocket ours, Party its, Host host, String before)
      throws Exception {
    boolean first = before.endsWith("*");
    if (host == Host.WE) {
      String at = first ? ours.bind(before) : before;
      its.connect(at);
      return at;
    }
    String at = its.bind(before);
    if (first) {
      ours.connect(at);
    }
    return at;
  }

  private static void meet(Party ours, Party its, Host host, String endpoint) throws Exception {
    if (host == Host.WE) {
      its.connect(ours.bind(endpoint));
    } else {
      ours.connect(its.bind(endpoint));
    }
  }

  /// A foreign publisher does not tell who has subscribed, so it publishes until something comes.
  private static void acquaint(OurSocket ours, Party its, Host host) throws Exception {
    if (host == Host.WE) {
      Introductions.awaitDialler(ours.socket(), its);
    }
    assertThat(ours.socket().awaitPeers(1, Party.SOON)).as("a peer").isTrue();
    if (!(ours.socket() instanceof Subscribing subscriber)) {
      return;
    }
    long end = System.nanoTime() + Party.SOON.toNanos();
    while (System.nanoTime() < end) {
      its.probe();
      try {
        subscriber.receive(MOMENT).close();
        return;
      } catch (PeerException.TimedOut e) {
        // the subscription is still on its way
      }
    }
    throw new AssertionError("no subscription arrived: " + subscriber.stats());
  }

  private static void talk(Talk talk, Party first, Party second, List<Integer> load)
      throws Exception {
    switch (talk) {
      case ONE_WAY -> pass(first, second, load);
      case ECHO -> {
        second.echo();
        first.send(load);
        first.ready();
        first.expect(load);
      }
      case BOTH -> {
        pass(first, second, load);
        pass(second, first, load);
      }
    }
  }

  private static void pass(Party from, Party to, List<Integer> load) throws Exception {
    to.ready();
    from.send(load);
    to.expect(load);
  }

  private static Party foreign(Foreigner foreigner, String role) throws Exception {
    return switch (foreigner) {
      case LIBZMQ -> libzmq.socket(role);
      case JEROMQ -> new JeromqPeer(jeromq, role);
    };
  }

  private static Side other(Side side) {
    return side == Side.FIRST ? Side.SECOND : Side.FIRST;
  }

  private static String role(Pattern pattern, Side side) {
    return side == Side.FIRST ? pattern.first() : pattern.second();
  }
}
