package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Streams wait for memory and room; readers do not.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class CreditTest {
  private static final int MIB = 1 << 20;

  @Test
  void twoNodesThatFillEachOthersInboxesBothGoOn(TensorPool pool) throws Exception {
    Limits small = Lab.merged(Lab.impatient().waits(), Lab.memory(2, 8 * MIB).streams());
    try (Node one = Node.start(Lab.config(small));
        Node two = Node.start(Lab.config(small));
        Tensor tensor = Lab.counted(pool, 3 * MIB)) {
      Peer there = one.connect(two.endpoint(), Lab.SOON);
      Peer back = two.awaitPeer(Lab.SOON);
      FutureTask<Boolean> first = sendAll(there, tensor, 8);
      FutureTask<Boolean> second = sendAll(back, tensor, 8);
      for (int i = 0; i < 8; i++) {
        take(two, "t" + i, tensor);
        take(one, "t" + i, tensor);
      }
      assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(second.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(Lab.count(one, "connections-closed")).isZero();
    }
  }

  private static FutureTask<Boolean> sendAll(Peer to, Tensor tensor, int count) {
    return Lab.aside(
        () -> {
          for (int i = 0; i < count; i++) {
            to.send("t" + i, tensor);
          }
          return true;
        });
  }

  private static void take(Node node, String name, Tensor tensor) throws Exception {
    try (Delivery delivery = node.receive(Lab.SOON)) {
      assertThat(delivery.name()).isEqualTo(name);
      Lab.assertSame(delivery.tensor(), tensor);
    }
  }

  @Test
  void aSenderHearsThatItsPeerIsDeadAlsoWhileItsOwnInboxIsFull(TensorPool pool) throws Exception {
    Limits small = Lab.merged(Lab.impatient().waits(), Lab.memory(1, 64 * MIB).streams());
    try (Node one = Node.start(Lab.config(small));
        Node two = Node.start(Lab.config(small));
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor tensor = Lab.counted(pool, 2 * MIB)) {
      Peer there = one.connect(Lab.at(proxy.port()), Lab.SOON);
      Peer back = two.awaitPeer(Lab.SOON);
      FutureTask<Boolean> filling = sendAll(back, tensor, 6);
      Lab.eventually("full", () -> one.pool().outstanding() >= 2 * MIB);
      FutureTask<Boolean> sending = sendAll(there, tensor, 40);
      long start = System.nanoTime();
      proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.Stall(0));
      proxy.apply(FaultProxy.Direction.TO_DIALLER, new LinkEffect.Stall(0));
      assertThatThrownBy(() -> sending.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(PeerException.class);
      assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(6));
      assertThatThrownBy(() -> filling.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  /// The inbox is full after one tensor, or the memory is spent by one.
  static Stream<Limits> full() {
    return Stream.of(Lab.memory(1, 64 * MIB), Lab.memory(64, 6 * MIB));
  }

  @ParameterizedTest
  @MethodSource("full")
  void whoHasNoRoomForTensorsStillAnswersSignsOfLife(Limits limits, TensorPool pool)
      throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(limits));
        Tensor tensor = Lab.counted(pool, 5 * MIB)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      FutureTask<Boolean> sending = sendAll(peer, tensor, 3);
      Lab.eventually("one that waits", () -> two.memory().outstanding() > 5 * MIB);
      Connection connection = ((KnownPeer) peer).conversations().getFirst().connection();
      for (int probe = 0; probe < 3; probe++) {
        long asked = System.nanoTime();
        connection.send(new Message.Ping(asked));
        Lab.eventually("a pong", () -> connection.answeredNanos() - asked >= 0);
      }
      assertThat(sending.isDone()).isFalse();
      for (int i = 0; i < 3; i++) {
        take(two, "t" + i, tensor);
      }
      assertThat(sending.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aTensorThatAsksHowMuchIsThereWaitsForRoomToo(TensorPool pool) throws Exception {
    withAStarvedSender(
        pool,
        (_, two, peer, tensor) -> {
          SendOptions asking = SendOptions.defaults().persistence(Persistence.resuming(0));
          FutureTask<Receipt> delivery = Lab.aside(() -> peer.deliver("asked", tensor, asking));
          Lab.eventually("waits", () -> two.memory().outstanding() > 5 * MIB);
          take(two, "first", tensor);
          take(two, "asked", tensor);
          assertThat(delivery.get(10, TimeUnit.SECONDS).confirmed()).isTrue();
          peer.send("first", tensor);
        });
  }

  @Test
  void deliversInOrderWhatHadToWaitThoughItsSenderLeft(TensorPool pool) throws Exception {
    try (Node two = Node.start(Lab.config(Lab.memory(2, 8 * MIB)))) {
      try (Node one = Node.start(Lab.config());
          Tensor tensor = Lab.counted(pool, 10_000)) {
        Peer peer = one.connect(two.endpoint(), Lab.SOON);
        for (int i = 0; i < 20; i++) {
          peer.send("t" + i, tensor);
        }
      }
      for (int i = 0; i < 20; i++) {
        try (Delivery delivery = two.receive(Lab.SOON)) {
          assertThat(delivery.name()).isEqualTo("t" + i);
          assertThat(delivery.tensor().byteSize()).isEqualTo(10_000);
        }
      }
    }
  }

  @Test
  void declinesWhatItCannotEvenPutAside(TensorPool pool) throws Exception {
    Limits tight = Lab.memory(1, 64 * MIB).flow(new Limits.Flow(64 << 10, 64 * MIB, MIB, SECOND));
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(tight));
        Tensor tensor = Lab.counted(pool, MIB)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      peer.deliver("first", tensor, SendOptions.defaults());
      assertThatThrownBy(() -> peer.deliver("second", tensor, SendOptions.defaults()))
          .isInstanceOfSatisfying(
              PeerException.Faulted.class,
              e -> assertThat(e.code()).isEqualTo(FaultCode.OVERLOADED.code()));
      take(two, "first", tensor);
      peer.deliver("third", tensor, SendOptions.defaults());
      take(two, "third", tensor);
    }
  }

  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void holdsOnlyWhatOneConnectionMayHold(TensorPool pool) throws Exception {
    Limits.Flow usual = Limits.Flow.defaults();
    Limits budget =
        Limits.defaults()
            .flow(new Limits.Flow(usual.stashBytes(), 3 * MIB, usual.windowBytes(), SECOND));
    try (Node two = Node.start(Lab.config(budget));
        Node one = Node.start(Lab.config());
        Node other = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 2 * MIB)) {
      FutureTask<Boolean> sender = sendAll(one.connect(two.endpoint(), Lab.SOON), tensor, 3);
      Delivery held = two.receive(Lab.SOON);
      other.connect(two.endpoint(), Lab.SOON).send("other", tensor);
      take(two, "other", tensor);
      assertThat(sender.isDone()).isFalse();
      held.close();
      take(two, "t1", tensor);
      take(two, "t2", tensor);
      assertThat(sender.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void manyStreamsOfOneConnectionAllArrive(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 3 * MIB)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      List<FutureTask<Boolean>> senders = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        senders.add(sendAll(peer, tensor, 2));
      }
      for (int i = 0; i < 128; i++) {
        try (Delivery delivery = two.receive(Lab.SOON)) {
          Lab.assertSame(delivery.tensor(), tensor);
        }
      }
      for (FutureTask<Boolean> sender : senders) {
        assertThat(sender.get(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /// A receiver of one tensor at a time, and a sender whose second one has to wait for room.
  private void withAStarvedSender(TensorPool pool, Starved test) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(Lab.memory(1, 64 * MIB)));
        Tensor tensor = Lab.counted(pool, 5 * MIB)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      peer.send("first", tensor);
      Lab.eventually("first is there", () -> two.pool().outstanding() == 5 * MIB);
      test.run(one, two, peer, tensor);
      take(two, "first", tensor);
      peer.send("last", tensor);
      take(two, "last", tensor);
      assertThat(Lab.count(one, "connections-closed")).isZero();
    }
  }

  private interface Starved {
    void run(Node one, Node two, Peer peer, Tensor tensor) throws Exception;
  }

  @Test
  void aDeadlineEndsTheTensorAndNotTheConnection(TensorPool pool) throws Exception {
    SendOptions hasty = SendOptions.defaults().deadline(Duration.ofMillis(200));
    Persistence stubborn = Persistence.once().retryFor(Duration.ofMinutes(5));
    withAStarvedSender(
        pool,
        (_, _, peer, tensor) ->
            assertThat(
                    List.<ThrowingCallable>of(
                        () -> peer.deliver("late", tensor, hasty),
                        () -> peer.send("late", tensor, hasty),
                        () -> peer.deliver("late", tensor, hasty.persistence(stubborn))))
                .allSatisfy(
                    sending ->
                        assertThatThrownBy(sending)
                            .isInstanceOf(PeerException.TimedOut.class)
                            .hasMessageContaining("late")
                            .hasMessageContaining("200 ms")));
  }

  @Test
  void anInterruptWhileThePeerHasNoRoomEndsThatTensorAlone(TensorPool pool) throws Exception {
    withAStarvedSender(
        pool,
        (_, two, peer, tensor) -> {
          List<Exception> thrown = new ArrayList<>();
          Thread sender =
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          peer.deliver("stopped", tensor, SendOptions.defaults());
                        } catch (InterruptedException | IOException e) {
                          thrown.add(e);
                        }
                      });
          Lab.eventually("waits", () -> sender.getState() == Thread.State.TIMED_WAITING);
          sender.interrupt();
          assertThat(sender.join(Lab.SOON)).isTrue();
          assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
          Lab.eventually("dropped there", () -> Lab.count(two, "streams-cancelled") == 1);
        });
  }

  @Test
  void whoDoesNotWantToWaitFailsOrDropsBeforeTheFirstByte(TensorPool pool) throws Exception {
    withAStarvedSender(
        pool,
        (one, two, peer, tensor) -> {
          List<Thread> waiting = new ArrayList<>();
          AtomicInteger begun = new AtomicInteger();
          for (int i = 0; i < 14; i++) {
            waiting.add(Thread.ofVirtual().start(() -> tryToSend(peer, tensor, begun)));
          }
          SendOptions fast = SendOptions.defaults().shortage(SendOptions.Shortage.FAIL_FAST);
          SendOptions drop = SendOptions.defaults().shortage(SendOptions.Shortage.DROP);
          Lab.eventually("no window is left", () -> begun.get() == 14);
          assertThatThrownBy(() -> peer.send("refused", tensor, fast))
              .isInstanceOf(PeerException.Overloaded.class)
              .hasMessageContaining("refused");
          assertThat(peer.deliver("gone", tensor, drop).dropped()).isTrue();
          assertThat(Lab.count(one, "tensors-dropped")).isEqualTo(1);
          for (Thread each : waiting) {
            each.interrupt();
            assertThat(each.join(Lab.SOON)).isTrue();
          }
          Lab.eventually("dropped there", () -> Lab.count(two, "streams-cancelled") == 14);
        });
  }

  /// Counts once a first part has left.
  private static void tryToSend(Peer peer, Tensor tensor, AtomicInteger begun) {
    SendOptions counted =
        SendOptions.defaults()
            .progress(
                (sent, _) -> {
                  if (sent == MIB) {
                    begun.incrementAndGet();
                  }
                });
    try {
      peer.send("waiting", tensor, counted);
    } catch (IOException e) {
      // It is interrupted.
    }
  }

  @Test
  void dropsAStreamThatBringsNothing(TensorPool pool) throws Exception {
    Limits.Flow usual = Limits.Flow.defaults();
    Limits strict =
        Limits.defaults()
            .flow(
                new Limits.Flow(
                    usual.stashBytes(),
                    usual.connectionBytes(),
                    usual.windowBytes(),
                    Duration.ofMillis(300)));
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config(strict));
        Tensor tensor = Lab.counted(pool, 4 * MIB)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      FutureTask<Boolean> held =
          Lab.aside(
              () -> {
                peer.deliver("held", tensor, Lab.watched((_, _) -> awaitNothingOut(two)));
                return true;
              });
      assertThatThrownBy(() -> held.get(20, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(PeerException.Faulted.class)
          .hasMessageContaining("brought nothing");
      peer.send("next", tensor);
      take(two, "next", tensor);
    }
  }

  private static void awaitNothingOut(Node receiver) {
    Lab.eventually("given back", () -> receiver.pool().outstanding() == 0);
  }
}
