package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import dev.myelin.wire.PeerException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A node that closes delivers what was sent before, and lets the others end what they began.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class DrainTest {
  @Test
  void deliversALargeTensorThatWasSentJustBefore(TensorPool pool) throws Exception {
    try (Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 50 << 20)) {
      try (Node one = Node.start(Lab.config())) {
        one.connect(two.endpoint(), Lab.SOON).send("large", tensor);
      }
      try (Delivery delivery = two.receive(Lab.SOON)) {
        Lab.assertSame(delivery.tensor(), tensor);
      }
    }
  }

  @Test
  void deliversManySmallTensorsThatWereSentJustBefore(TensorPool pool) throws Exception {
    CountDownLatch all = new CountDownLatch(3000);
    Reception counting =
        Reception.handler(
            delivery -> {
              delivery.close();
              all.countDown();
            });
    try (Node two = Node.start(Lab.config(), counting);
        Tensor tensor = Lab.counted(pool, 64)) {
      try (Node one = Node.start(Lab.config())) {
        Peer peer = one.connect(two.endpoint(), Lab.SOON);
        for (int i = 0; i < 3000; i++) {
          peer.send("small", tensor);
        }
      }
      assertThat(all.await(10, TimeUnit.SECONDS)).as(all + " are missing").isTrue();
    }
  }

  @Test
  void deliversOverALinkThatTakesLongerThanSignsOfLife(TensorPool pool) throws Exception {
    try (Node two = Node.start(Lab.config());
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor tensor = Lab.counted(pool, 1 << 20)) {
      try (Node one = Node.start(Lab.config())) {
        Peer peer = one.connect(Lab.at(proxy.port()), Lab.SOON);
        proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.Throttle(900_000));
        peer.send("slow", tensor);
      }
      try (Delivery delivery = two.receive(Lab.SOON)) {
        Lab.assertSame(delivery.tensor(), tensor);
      }
      assertThat(proxy.harmsBy(LinkEffect.Throttle.class)).isPositive();
    }
  }

  @Test
  void letsAPeerEndTheTensorItBegan(TensorPool pool) throws Exception {
    AtomicBoolean begun = new AtomicBoolean();
    try (Node two = Node.start(Lab.config());
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Node one = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 1 << 20)) {
      Peer peer = one.connect(Lab.at(proxy.port()), Lab.SOON);
      proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.Throttle(900_000));
      SendOptions watched = Lab.watched((_, _) -> begun.set(true));
      FutureTask<Receipt> sender = Lab.aside(() -> peer.deliver("begun", tensor, watched));
      Lab.eventually("begun", begun::get);
      FutureTask<Delivery> receiver = Lab.aside(() -> two.receive(Lab.SOON));
      Lab.eventually("arriving", () -> two.pool().outstanding() > 0);
      FutureTask<Boolean> closing =
          Lab.aside(
              () -> {
                try (Delivery delivery = receiver.get()) {
                  Lab.assertSame(delivery.tensor(), tensor);
                }
                return true;
              });
      Lab.end(two);
      assertThat(sender.get(10, TimeUnit.SECONDS).confirmed()).isTrue();
      assertThat(closing.get()).isTrue();
    }
  }

  @Test
  void beginsNothingNewOnceThePeerLeaves(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 64)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      Lab.end(two);
      Lab.eventually("gone", () -> peer.state() != Peer.State.CONNECTED);
      assertThatThrownBy(() -> peer.send("late", tensor))
          .isInstanceOf(PeerException.Unreachable.class);
    }
  }

  @Test
  void takesNoLongerThanItsPeersNeed(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, 1 << 20)) {
      one.connect(two.endpoint(), Lab.SOON).deliver("t", tensor, SendOptions.defaults());
      two.receive(Lab.SOON).close();
      long start = System.nanoTime();
      Lab.end(two);
      assertThat(Lab.since(start)).isLessThan(Duration.ofSeconds(2));
    }
  }
}
