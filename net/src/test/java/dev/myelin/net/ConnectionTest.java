package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class ConnectionTest {
  private static final int LARGE = 32 << 20;

  private static Message.Transfer transfer(int stream, Tensor tensor) {
    TensorHeader header =
        new TensorHeader("t", tensor.dtype(), tensor.shape(), TensorHeader.Digest.NONE);
    return new Message.Transfer(stream, header, tensor);
  }

  private static FutureTask<Boolean> sending(Connection connection, Tensor tensor) {
    return Lab.aside(
        () -> {
          while (true) {
            connection.send(transfer(connection.nextStream(), tensor));
          }
        });
  }

  private static @Nullable Throwable failureOf(FutureTask<?> task) throws Exception {
    try {
      Object value = task.get(15, TimeUnit.SECONDS);
      throw new AssertionError("ended with " + value + " (expected: an exception)");
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  @Test
  void endsEveryWaitingCallWhenThePeerFallsSilent(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Lab.impatient());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      pair.proxy.apply(new LinkEffect.Stall(0));
      FutureTask<Message> receiving = Lab.aside(() -> pair.near.receive(Landing.in(pool)));
      FutureTask<Boolean> first = sending(pair.near, tensor);
      FutureTask<Boolean> second = sending(pair.near, tensor);
      long start = System.nanoTime();
      for (FutureTask<?> waiting : List.of(receiving, first, second)) {
        assertThat(failureOf(waiting))
            .isInstanceOf(PeerException.TimedOut.class)
            .hasMessageContaining("silent")
            .hasMessageContaining("expected");
      }
      assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(3));
      assertThat(pair.proxy.harmsBy(LinkEffect.Stall.class)).isPositive();
      assertThatThrownBy(() -> pair.near.send(new Message.Ping(1)))
          .isInstanceOf(PeerException.TimedOut.class);
    }
  }

  @Test
  void endsAPendingDeliveryWhenThePeerFallsSilent(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config(Lab.impatient()));
        Node two = Node.start(Lab.config(Lab.impatient()));
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor tensor = Lab.counted(pool, LARGE)) {
      Peer peer = one.connect(Lab.at(proxy.port()), Lab.SOON);
      proxy.apply(new LinkEffect.Stall(0));
      long start = System.nanoTime();
      assertThatThrownBy(() -> peer.deliver("t", tensor, SendOptions.defaults()))
          .isInstanceOfAny(PeerException.TimedOut.class, PeerException.Closed.class)
          .hasMessageContaining("silent");
      assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  @Test
  void endsEveryWaitingCallWhenItIsClosedHere(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      List<FutureTask<?>> waiting = new ArrayList<>();
      waiting.add(Lab.aside(() -> pair.near.receive(Landing.in(pool))));
      for (int i = 0; i < 4; i++) {
        waiting.add(sending(pair.near, tensor));
      }
      Lab.eventually("bytes leave", () -> pair.proxy.accepted() == 1);
      pair.near.close();
      for (FutureTask<?> each : waiting) {
        assertThat(failureOf(each))
            .isInstanceOf(PeerException.Closed.class)
            .hasMessageContaining("closed here");
      }
      assertThat(pair.near.state()).isEqualTo(Connection.State.CLOSED);
      pair.near.close();
    }
  }

  @Test
  void endsWhenASenderIsInterrupted(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                while (true) {
                  pair.near.send(transfer(pair.near.nextStream(), tensor));
                }
              });
      Thread sender = Thread.ofPlatform().name("sender").start(task);
      Lab.eventually("it waits", () -> sender.getState() == Thread.State.RUNNABLE);
      sender.interrupt();
      assertThat(failureOf(task)).isInstanceOf(PeerException.Closed.class);
      sender.join();
      assertThat(pair.near.state()).isEqualTo(Connection.State.CLOSED);
    }
  }

  @Test
  void givesNullForACleanEnd(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults())) {
      pair.near.close();
      assertThat(received(pair.far, pool)).isNull();
    }
  }

  /// Returns what comes that is not a sign of life.
  private static @Nullable Message received(Connection connection, TensorPool pool)
      throws IOException {
    return connection.receive(Landing.in(pool));
  }

  @Test
  void failsWhenTheEndCutsAFrame(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      pair.proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.HalfClose(1 << 20));
      FutureTask<Boolean> sender = sending(pair.near, tensor);
      assertThatThrownBy(() -> received(pair.far, pool))
          .isInstanceOf(PeerException.Closed.class)
          .hasMessageContaining("ended");
      assertThat(pair.proxy.harmsBy(LinkEffect.HalfClose.class)).isPositive();
      pair.near.close();
      assertThat(failureOf(sender)).isInstanceOf(PeerException.class);
    }
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void givesBackWhatWasHalfReceivedWhenItCloses(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      pair.proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.HalfClose(1 << 20));
      FutureTask<Boolean> sender = sending(pair.near, tensor);
      assertThatThrownBy(() -> received(pair.far, pool)).isInstanceOf(PeerException.Closed.class);
      assertThat(pool.outstanding()).isEqualTo(LARGE);
      pair.near.close();
      assertThat(failureOf(sender)).isInstanceOf(PeerException.class);
    }
  }

  @Test
  void measuresTheRoundTripWhileBothSidesReceive(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults())) {
      FutureTask<Message> near = Lab.aside(() -> received(pair.near, pool));
      FutureTask<Message> far = Lab.aside(() -> received(pair.far, pool));
      Lab.eventually("a round trip", () -> pair.near.roundTrip().isPresent());
      assertThat(pair.near.answersWithin(Lab.SOON)).isTrue();
      assertThat(pair.near.roundTrip().orElseThrow()).isBetween(Duration.ofNanos(1), Lab.SOON);
      pair.near.close();
      assertThat(far.get()).isNull();
      assertThat(failureOf(near)).isInstanceOf(PeerException.Closed.class);
    }
  }

  @Test
  void tellsThePeerWhichRuleItBroke() throws Exception {
    try (Node node = Node.start(Lab.config());
        RawPeer wrong = RawPeer.dial(node.endpoint())) {
      // DATA on stream 9 that begins with sequence 5.
      wrong.write(StockPeer.frame(StockPeer.DATA, 9, 5, (byte) 1));
      Message heard = heardBy(wrong, Message.Fault.class);
      assertThat(heard)
          .isInstanceOfSatisfying(
              Message.Fault.class,
              fault -> {
                assertThat(fault.code()).isEqualTo(FaultCode.PROTOCOL.code());
                assertThat(fault.text()).contains("sequence: 5 (expected: 0)");
              });
      Lab.eventually(node, "malformed", 1);
    }
  }

  private static @Nullable Message heardBy(RawPeer peer, Class<? extends Message> kind)
      throws IOException {
    try (TensorPool pool = TensorPool.open("raw", 1 << 20)) {
      while (true) {
        Message message = peer.session.receive(Landing.in(pool));
        if (message == null || kind.isInstance(message)) {
          return message;
        }
      }
    }
  }

  @Test
  void endsWithAPeerThatAsksWithoutReadingTheAnswers() throws Exception {
    try (Node node = Node.start(Lab.config());
        RawPeer asker = RawPeer.dial(node.endpoint())) {
      FutureTask<Boolean> asking =
          Lab.aside(
              () -> {
                // Each asks how much is there of a tensor, and each answer is another one.
                TensorHeader header =
                    new TensorHeader("t", DType.U8, Shape.of(1), TensorHeader.Digest.CRC32C);
                for (int stream = 1; ; stream += 2) {
                  asker.session.send(new Message.Ask(stream, header, "00".repeat(16)));
                  asker.session.send(new Message.Abort(stream, 1, ""));
                }
              });
      assertThat(failureOf(asking)).isInstanceOf(IOException.class);
      Lab.eventually(
          "the reason",
          () ->
              node.peers().getFirst().lastFailure().orElse("").contains("expected: that it reads"));
    }
  }

  @Test
  void sendsNothingOfAClosedTensorAndGoesOn(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 100)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      Tensor closed = Lab.counted(pool, 100);
      closed.close();
      assertThatThrownBy(() -> peer.send("closed", closed))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was closed");
      peer.deliver("open", tensor, SendOptions.defaults());
      two.receive(Lab.SOON).close();
      assertThat(Lab.count(one, "connections-closed")).isZero();
    }
  }

  @Test
  void endsOneMessageWhenItsWatcherThrows(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      IOException enough = new IOException("enough");
      SendOptions cancelled =
          Lab.watched(
              (sent, total) -> {
                if (sent > total / 2) {
                  throw enough;
                }
              });
      assertThatThrownBy(() -> peer.deliver("half", tensor, cancelled)).isSameAs(enough);
      IllegalStateException wrong = new IllegalStateException("wrong");
      SendOptions broken =
          Lab.watched(
              (_, _) -> {
                throw wrong;
              });
      assertThatThrownBy(() -> peer.deliver("wrong", tensor, broken)).isSameAs(wrong);
      Lab.eventually(two, "streams-cancelled", 2);
      Lab.eventually("its memory is back", () -> two.pool().outstanding() == 0);
      peer.deliver("whole", tensor, SendOptions.defaults());
      try (Delivery delivery = two.receive(Lab.SOON)) {
        assertThat(delivery.name()).isEqualTo("whole");
      }
      assertThat(Lab.count(one, "connections-closed")).isZero();
    }
  }

  /// Takes chunks of 64 bytes where they lie and checks that each is the next.
  private static final class Counting implements Landing {
    private final Landing memory;
    private final AtomicLong count = new AtomicLong();

    Counting(TensorPool pool) {
      memory = Landing.in(pool);
    }

    @Override
    public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
      return memory.land(stream, header);
    }

    @Override
    public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
      return memory.landChunk(stream, sequence, bytes);
    }

    @Override
    public boolean takeChunk(
        int stream, long sequence, MemorySegment bytes, long offset, int length) {
      assertThat(length).isEqualTo(64);
      long number = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
      assertThat(number).isEqualTo(count.getAndIncrement());
      return true;
    }
  }

  @Test
  void postsManySmallMessagesInOrderAndAmongThoseThatAreSent(TensorPool pool) throws Exception {
    int many = 50_000;
    try (Pair pair = Pair.open(Limits.defaults());
        Tensor tensor = Lab.counted(pool, 64)) {
      Counting counting = new Counting(pool);
      FutureTask<Message> end = Lab.aside(() -> pair.far.receive(counting));
      Message message = new Message.TensorData(1, 0, tensor);
      for (long i = 0; i < many; i++) {
        tensor.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, 0, i);
        if (i % 1000 == 0) {
          pair.near.send(message);
        } else {
          pair.near.post(message);
        }
      }
      pair.near.post(new Message.End(1));
      assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(new Message.End(1));
      assertThat(counting.count).hasValue(many);
    }
  }

  @ParameterizedTest
  @EnumSource(NodeConfig.Threads.class)
  void aLonePostedMessageLeavesByItself(NodeConfig.Threads threads, TensorPool pool)
      throws Exception {
    NodeConfig.Links links = NodeConfig.Links.defaults().threads(threads);
    BlockingQueue<Connection> accepted = new ArrayBlockingQueue<>(1);
    try (Transport left = Transport.open(Lab.config().links(links));
        Transport right = Transport.open(Lab.config().links(links));
        Listener listener = right.listen(Lab.LOOPBACK, accepted::add);
        Connection near = left.dial(listener.endpoint());
        Tensor tensor = Lab.counted(pool, 64)) {
      Connection far = Objects.requireNonNull(accepted.poll(10, TimeUnit.SECONDS));
      for (int i = 0; i < 3; i++) {
        near.post(new Message.TensorData(1, 0, tensor));
        Message message = Lab.aside(() -> far.receive(Landing.in(pool))).get(10, TimeUnit.SECONDS);
        try (Tensor landed = ((Message.TensorData) Objects.requireNonNull(message)).tensor()) {
          Lab.assertSame(landed, tensor);
        }
      }
      far.close();
    }
  }

  /// Returns whether nothing was posted since the last look.
  private static boolean isStill(long[] last, AtomicLong posted) {
    long before = last[0];
    last[0] = posted.get();
    return before > 0 && before == last[0];
  }

  @Test
  void whoPostsWaitsWhileThePeerTakesNothingAndHearsHowItEnds(TensorPool pool) throws Exception {
    try (Pair pair = Pair.open(Limits.defaults());
        Tensor tensor = Lab.counted(pool, 4096)) {
      AtomicLong posted = new AtomicLong();
      FutureTask<Boolean> poster =
          Lab.aside(
              () -> {
                while (true) {
                  pair.near.post(new Message.TensorData(1, 0, tensor));
                  posted.incrementAndGet();
                }
              });
      long[] seen = {-1};
      Lab.eventually("the poster waits", () -> isStill(seen, posted));
      pair.near.close();
      assertThat(failureOf(poster)).isInstanceOf(PeerException.Closed.class);
      assertThatThrownBy(() -> pair.near.post(new Message.End(1)))
          .isInstanceOf(PeerException.Closed.class)
          .hasMessageContaining("closed here");
    }
  }
}
