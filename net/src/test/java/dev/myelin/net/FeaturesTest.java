package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.Progress;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A peer that proved itself and has none of the features is held to none of them.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class FeaturesTest {
  @Test
  void doesNotMissSignsOfLifeThatNobodyPromised(TensorPool pool) throws Exception {
    try (Bare bare = Bare.open()) {
      FutureTask<Message> reading = Lab.aside(() -> bare.connection.receive(Landing.in(pool)));
      long start = System.nanoTime();
      Lab.eventually("more than the limit", () -> Lab.since(start).toMillis() > 1500);
      assertThat(bare.connection.state()).isEqualTo(Connection.State.OPEN);
      assertThat(reading.isDone()).isFalse();
      bare.peer.close();
      assertThat(reading.get()).isNull();
    }
  }

  @Test
  void endsTheOutputAtOnceForWhoSaysNoGoodbye() throws Exception {
    try (Bare bare = Bare.open()) {
      FutureTask<Boolean> draining =
          Lab.aside(
              () -> {
                bare.connection.drain(Duration.ofSeconds(5));
                return true;
              });
      assertThat(RawPeer.rest(bare.peer, Duration.ofSeconds(2))).isEmpty();
      bare.connection.close();
      assertThat(draining.get()).isTrue();
    }
  }

  /// A connection over a session without features, and the socket of its peer.
  private record Bare(Transport transport, SocketChannel peer, Connection connection)
      implements AutoCloseable {
    static Bare open() throws IOException {
      Transport transport = Transport.open(Lab.config(Lab.impatient()));
      try (ServerSocketChannel server = StockPeer.listen()) {
        Endpoint at = StockPeer.endpoint(server);
        SocketChannel near = RawPeer.socket(at);
        SocketChannel peer = server.accept();
        Link.Way way = new Link.Way(at, InetAddress.getLoopbackAddress(), "plain", false);
        Link link = Link.over(new SocketDuplex(near), way, transport);
        return new Bare(transport, peer, transport.established(link, new Plain(link)));
      }
    }

    @Override
    public void close() throws IOException {
      connection.release();
      peer.close();
      transport.close();
    }
  }

  /// Reads bytes that mean nothing, and sends nothing.
  private record Plain(Link link) implements Session {
    @Override
    public Introduction introduction() {
      String id = UUID.randomUUID().toString();
      return new Introduction(id, Introduction.Proof.MUTUAL, 0, Set.of());
    }

    @Override
    public void send(Message message, Progress progress) {}

    @Override
    public @Nullable Message receive(Landing landing) throws IOException {
      return link.source().readFully(MemorySegment.ofArray(new byte[1]))
          ? new Message.Alive()
          : null;
    }

    @Override
    public void close() {}
  }
}
