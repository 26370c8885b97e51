package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class InprocExchangeTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  @ParameterizedTest
  @ValueSource(strings = {"inproc://work", "myelin://work"})
  void connectsAgainToWhoeverBindsAnew(String endpoint) throws Exception {
    try (Node node = Node.start(NodeTest.quiet(KEY));
        Pusher pusher = node.messaging().pusher()) {
      pusher.connect(endpoint);
      for (byte i = 0; i < 3; i++) {
        try (Puller puller = node.messaging().puller()) {
          assertThat(puller.bind(endpoint)).isEqualTo(endpoint);
          pusher.push(new byte[] {i});
          assertThat(puller.pull(SOON).bytes()).containsExactly(i);
        }
        assertThat(pusher.peers()).isZero();
      }
    }
  }

  @Test
  void letsInWhoWasTurnedAwayOnceThereIsRoom() throws Exception {
    try (Messaging messaging = Messaging.open();
        Pair one = messaging.pair();
        Pair second = messaging.pair()) {
      String at = one.bind("inproc://two");
      try (Pair first = messaging.pair()) {
        first.connect(at);
        second.connect(at);
        assertThat(first.peers()).isEqualTo(1);
        assertThat(second.peers()).isZero();
      }
      assertThat(second.awaitPeers(1, SOON)).isTrue();
      second.send("hello");
      assertThat(one.receive(SOON).text(0)).isEqualTo("hello");
    }
  }

  @Test
  void waitsForOneThatSpeaksToIt() throws Exception {
    try (Messaging messaging = Messaging.open();
        Pusher pusher = messaging.pusher()) {
      try (Publisher wrong = messaging.publisher()) {
        pusher.connect(wrong.bind("inproc://work"));
        assertThat(pusher.stats().failures()).isEqualTo(1);
      }
      try (Puller puller = messaging.puller()) {
        String at = puller.bind("inproc://work");
        assertThat(at).isEqualTo("inproc://work");
        pusher.push(new byte[] {7});
        assertThat(puller.pull(SOON).bytes()).containsExactly(7);
      }
    }
  }

  @FunctionalInterface
  private interface Act {
    void run() throws IOException;
  }

  /// A socket that does something when a pipe comes or is refused, in the thread that says so.
  private static final class Side implements PipeOwner {
    private final List<Pipe> pipes = new ArrayList<>();
    private final boolean welcomes;
    private Act onCome = () -> {};
    private Act onRefusal = () -> {};

    Side(boolean welcomes) {
      this.welcomes = welcomes;
    }

    @Override
    public boolean attached(Pipe pipe) {
      pipes.add(pipe);
      assertThatCode(() -> onCome.run()).doesNotThrowAnyException();
      return welcomes;
    }

    @Override
    public void readable(Pipe pipe) {}

    @Override
    public void writable(Pipe pipe) {}

    @Override
    public void detached(Pipe pipe, List<Parts> unsent, IOException reason) {}

    @Override
    public void failed(String endpoint, IOException reason) {
      assertThatCode(() -> onRefusal.run()).doesNotThrowAnyException();
    }
  }

  /// Terms under which nobody asks again within the time of a test.
  private static PipeTerms as(SocketRole role) {
    SocketOptions.Waits waits = SocketOptions.Waits.defaults().reconnect(Duration.ofHours(1));
    return new PipeTerms(role, SocketOptions.defaults().waits(waits));
  }

  @Test
  void bindsThoughACallerClosesMeanwhile() throws Exception {
    try (Transport transport = Transport.open(Lab.config())) {
      InprocExchange exchange = new InprocExchange(transport);
      Side first = new Side(true);
      Side second = new Side(true);
      Plumbing.Use one = exchange.connect("work", as(SocketRole.PUSH), first);
      Plumbing.Use two = exchange.connect("work", as(SocketRole.PUSH), second);
      first.onCome = two::close;
      Side binder = new Side(true);
      try (Plumbing.Use _ = exchange.bind("work", as(SocketRole.PULL), binder)) {
        assertThat(first.pipes).hasSize(1);
        assertThat(second.pipes).isEmpty();
      }
      one.close();
    }
  }

  @Test
  void missesNobodyWhoBindsWhileItIsTurnedAway() throws Exception {
    try (Transport transport = Transport.open(Lab.config())) {
      InprocExchange exchange = new InprocExchange(transport);
      Side right = new Side(true);
      List<Plumbing.Use> uses = new ArrayList<>();
      Plumbing.Use wrong = exchange.bind("work", as(SocketRole.PUB), new Side(true));
      Side caller = new Side(true);
      caller.onRefusal =
          () -> {
            wrong.close();
            uses.add(exchange.bind("work", as(SocketRole.PULL), right));
          };
      uses.add(exchange.connect("work", as(SocketRole.PUSH), caller));
      assertThat(caller.pipes).hasSize(1);
      assertThat(right.pipes).hasSize(1);
      uses.forEach(Plumbing.Use::close);
    }
  }

  @Test
  void comesAtOnceToWhoeverBindsWhileItWaitsToAskAgain() throws Exception {
    try (Transport transport = Transport.open(Lab.config())) {
      InprocExchange exchange = new InprocExchange(transport);
      Side caller = new Side(true);
      Plumbing.Use closing = exchange.bind("work", as(SocketRole.PULL), new Side(false));
      Plumbing.Use calling = exchange.connect("work", as(SocketRole.PUSH), caller);
      closing.close();
      Side binder = new Side(true);
      try (Plumbing.Use _ = exchange.bind("work", as(SocketRole.PULL), binder)) {
        assertThat(binder.pipes).hasSize(1);
        assertThat(caller.pipes).hasSize(1);
      }
      calling.close();
    }
  }
}
