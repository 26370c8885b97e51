package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pattern.Puller;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class NeighbourProcessTest {
  private static Peer shared(Node node) throws Exception {
    Peer peer = node.awaitPeer(Lab.SOON);
    Lab.eventually(
        "frames pass through memory",
        () -> peer.medium().filter(Peer.Medium.SHARED_MEMORY::equals).isPresent());
    return peer;
  }

  private static void gone(Peer peer) {
    Lab.eventually("it is gone", Duration.ofSeconds(3), () -> peer.connections() == 0);
  }

  @Test
  void whatAKilledProcessHeldComesBack() throws Exception {
    try (Node node = Node.start(Lab.sharing());
        NeighbourChild child = NeighbourChild.keeper(node)) {
      Peer peer = shared(node);
      for (int i = 0; i < 3; i++) {
        give(node, peer);
      }
      assertThat(node.sharedPool().outstanding()).isEqualTo(3 * NeighbourChild.GIVEN_BYTES);
      child.kill();
      gone(peer);
      Lab.eventually("memory is back", () -> node.sharedPool().outstanding() == 0);
    }
  }

  @Test
  void aHolderThatStoodStillFindsItsTensorsAsTheyWere() throws Exception {
    try (Node node = Node.start(Lab.sharing().limits(Lab.impatient()));
        NeighbourChild child = NeighbourChild.keeper(node)) {
      Peer peer = shared(node);
      give(node, peer);
      assertThat(child.line()).isEqualTo("1");
      child.stop();
      gone(peer);
      Lab.eventually("nothing is out", () -> node.sharedPool().outstanding() == 0);
      for (int i = 0; i < 5; i++) {
        try (Tensor other = Lab.counted(node.sharedPool(), NeighbourChild.GIVEN_BYTES)) {
          other.segment().fill((byte) 99);
        }
      }
      child.go();
      give(node, shared(node));
      assertThat(child.line()).isEqualTo("2");
      assertThat(node.sharedPool().outstanding()).isEqualTo(NeighbourChild.GIVEN_BYTES);
    }
  }

  private static void give(Node node, Peer peer) throws Exception {
    Tensor given = Lab.counted(node.sharedPool(), NeighbourChild.GIVEN_BYTES);
    assertThat(peer.give("given", given, SendOptions.defaults()).confirmed()).isTrue();
  }

  @Test
  void theTensorsOfAKilledProcessStayWholeUntilTheyAreClosed(TensorPool pool) throws Exception {
    try (Node node = Node.start(Lab.sharing());
        NeighbourChild child = NeighbourChild.giver(node);
        Tensor expected = Lab.counted(pool, NeighbourChild.GIVEN_BYTES);
        Delivery held = node.receive(Lab.SOON)) {
      Peer peer = shared(node);
      for (int i = 0; i < 20; i++) {
        node.receive(Lab.SOON).close();
      }
      child.kill(); // in the middle of what it sends
      gone(peer);
      assertThat(held.name()).isEqualTo("given");
      Lab.assertSame(held.tensor(), expected);
    }
  }

  @Test
  void aSendEndsWhenTheProcessIsKilled(TensorPool pool) throws Exception {
    try (Node node = Node.start(Lab.sharing());
        NeighbourChild child = NeighbourChild.keeper(node);
        Tensor small = Lab.counted(pool, 100_000)) {
      Peer peer = shared(node);
      FutureTask<Boolean> sending =
          Lab.aside(
              () -> {
                while (true) {
                  peer.send("more", small);
                }
              });
      Lab.eventually("some is sent", () -> peer.bytesSent() > 5_000_000);
      child.kill();
      assertThatThrownBy(sending::get).cause().isInstanceOf(PeerException.class);
      gone(peer);
    }
  }

  @Test
  void aPipeEndsWhenTheProcessThatPushesIntoItIsKilled() throws Exception {
    try (Node node = Node.start(Lab.sharing());
        Puller puller = node.messaging().puller()) {
      assertThat(puller.bind("myelin://near")).isEqualTo("myelin://near");
      try (NeighbourChild child = NeighbourChild.pusher(node)) {
        for (int i = 0; i < 20; i++) {
          puller.pull(Lab.SOON).close();
        }
        Lab.eventually(
            "it passes through memory",
            () ->
                puller.peerStats().stream()
                    .anyMatch(each -> each.medium().equals("shared memory")));
        child.kill(); // in the middle of what it pushes
        Lab.eventually("it is gone", Duration.ofSeconds(3), () -> isGone(puller));
      }
      Lab.eventually("nothing is out", () -> node.pool().outstanding() == 0);
      Lab.eventually("no ring", () -> node.transport().neighbourhood().rings() == 0);
    }
  }

  /// Takes what comes, for whoever was killed is noticed behind what it had sent.
  private static boolean isGone(Puller puller) {
    try {
      puller.pull(Duration.ofMillis(1)).close();
    } catch (IOException nothing) {
      return puller.peers() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  @Test
  void aProcessThatStandsStillIsSilent(TensorPool pool) throws Exception {
    try (Node node = Node.start(Lab.sharing().limits(Lab.impatient()));
        NeighbourChild child = NeighbourChild.keeper(node);
        Tensor large = Lab.counted(pool, 100_000)) {
      Peer peer = shared(node);
      child.stop();
      FutureTask<Boolean> sending =
          Lab.aside(
              () -> {
                while (true) {
                  peer.send("more", large);
                }
              });
      assertThatThrownBy(sending::get).cause().isInstanceOf(IOException.class);
      Lab.eventually(node, "timed-out-silence", 1);
      gone(peer);
    }
  }
}
