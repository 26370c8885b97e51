package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.LinkEffect;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class SlowReaderTest {
  @ParameterizedTest
  @EnumSource(NodeConfig.Threads.class)
  void makesTheSenderWaitBeyondTheSilenceLimitWithoutFailing(
      NodeConfig.Threads threads, TensorPool pool) throws Exception {
    try (Node one =
            Node.start(Lab.config(Lab.impatient()).links(Lab.config().links().threads(threads)));
        Node two =
            Node.start(
                Lab.config(Lab.merged(Lab.impatient().waits(), Lab.memory(1, 256 << 20).streams()))
                    .links(Lab.config().links().threads(threads)));
        Tensor tensor = Lab.counted(pool, 16 << 20)) {
      Peer peer = one.connect(two.endpoint(), Lab.SOON);
      FutureTask<Boolean> sender =
          Lab.aside(
              () -> {
                for (int i = 0; i < 6; i++) {
                  peer.send("t" + i, tensor);
                }
                return true;
              });
      long start = System.nanoTime();
      // Nobody takes anything out of the inbox meanwhile.
      Lab.eventually("more than the silence limit", () -> Lab.since(start).toMillis() > 1500);
      assertThat(sender.isDone()).isFalse();
      for (int i = 0; i < 6; i++) {
        try (Delivery delivery = two.receive(Lab.SOON)) {
          assertThat(delivery.name()).isEqualTo("t" + i);
          Lab.assertSame(delivery.tensor(), tensor);
        }
      }
      assertThat(sender.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(Lab.count(two, "connections-closed")).isZero();
    }
  }

  @Test
  void keepsALinkThatTrickles(TensorPool pool) throws Exception {
    try (Node one = Node.start(Lab.config(Lab.impatient()));
        Node two = Node.start(Lab.config(Lab.impatient()));
        FaultProxy proxy = FaultProxy.open(Lab.address(two.endpoint()), 1);
        Tensor tensor = Lab.counted(pool, 600_000)) {
      Peer peer = one.connect(Lab.at(proxy.port()), Lab.SOON);
      proxy.apply(FaultProxy.Direction.TO_TARGET, new LinkEffect.Throttle(600_000));
      peer.deliver("slow", tensor, SendOptions.defaults());
      try (Delivery delivery = two.receive(Lab.SOON)) {
        Lab.assertSame(delivery.tensor(), tensor);
      }
      assertThat(proxy.harmsBy(LinkEffect.Throttle.class)).isPositive();
    }
  }
}
