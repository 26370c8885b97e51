package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class NeighbourTest {
  private static final long LARGE = 3 << 20;

  private static Peer meet(Node from, Node to) throws Exception {
    Peer peer = from.connect(to.endpoint(), Lab.SOON);
    Lab.eventually(
        "frames pass through memory",
        () -> peer.medium().filter(Peer.Medium.SHARED_MEMORY::equals).isPresent());
    return peer;
  }

  private static Node start() throws IOException {
    return Node.start(Lab.sharing());
  }

  private static Delivery receive(Node node) throws Exception {
    return node.receive(Lab.SOON);
  }

  @Test
  void peersOnOneMachineMoveToSharedMemoryByThemselves(TensorPool pool) throws Exception {
    try (Node left = start();
        Node right = start();
        Tensor small = Lab.counted(pool, 1000);
        Tensor large = Lab.counted(pool, LARGE)) {
      Peer peer = meet(left, right);
      Peer back = right.awaitPeer(left.id(), Lab.SOON);
      for (int i = 0; i < 50; i++) {
        peer.send("small", small);
        peer.send("large", large);
        back.deliver("back", large, SendOptions.defaults());
        try (Delivery first = receive(right);
            Delivery second = receive(right);
            Delivery third = receive(left)) {
          Lab.assertSame(first.tensor(), small);
          Lab.assertSame(second.tensor(), large);
          Lab.assertSame(third.tensor(), large);
        }
      }
      assertThat(back.medium()).contains(Peer.Medium.SHARED_MEMORY);
    }
  }

  @Test
  void aTensorOfTheSharedPoolIsNotCopied() throws Exception {
    try (Node left = start();
        Node right = start()) {
      Peer peer = meet(left, right);
      Tensor given = Lab.counted(left.sharedPool(), LARGE);
      var segment = given.segment();
      assertThat(peer.give("given", given, SendOptions.defaults()).confirmed()).isTrue();
      assertThatThrownBy(given::segment).isInstanceOf(IllegalStateException.class);
      try (Delivery delivery = receive(right)) {
        assertThat(delivery.name()).isEqualTo("given");
        segment.set(ValueLayout.JAVA_BYTE, 77, (byte) 42);
        assertThat(delivery.tensor().segment().get(ValueLayout.JAVA_BYTE, 77)).isEqualTo((byte) 42);
        assertThat(left.sharedPool().outstanding()).isEqualTo(LARGE);
        assertThat(right.pool().outstanding()).isZero();
      }
      Lab.eventually("it is back", () -> left.sharedPool().outstanding() == 0);
    }
  }

  @Test
  void whatIsClosedIsToldToTheNodeThatGaveIt() throws Exception {
    try (Node holder = start();
        Node one = start();
        Node other = start()) {
      meet(one, holder).give("one", Lab.counted(one.sharedPool(), LARGE), SendOptions.defaults());
      meet(other, holder)
          .give("other", Lab.counted(other.sharedPool(), LARGE), SendOptions.defaults());
      try (Delivery first = receive(holder)) {
        assertThat(first.name()).isEqualTo("one");
        receive(holder).close();
        Lab.eventually("it is back", () -> other.sharedPool().outstanding() == 0);
        assertThat(one.sharedPool().outstanding()).isEqualTo(LARGE);
      }
      Lab.eventually("this too", () -> one.sharedPool().outstanding() == 0);
    }
  }

  @Test
  void anyOtherTensorIsGivenToo(TensorPool pool) throws Exception {
    try (Node left = start();
        Node right = start();
        Tensor expected = Lab.counted(pool, LARGE)) {
      Peer peer = meet(left, right);
      peer.give("private", Lab.counted(pool, LARGE), SendOptions.defaults());
      peer.give(
          "named by content",
          Lab.counted(left.sharedPool(), LARGE),
          SendOptions.defaults().digest(TensorHeader.Digest.SHA256));
      try (Delivery first = receive(right);
          Delivery second = receive(right)) {
        Lab.assertSame(first.tensor(), expected);
        Lab.assertSame(second.tensor(), expected);
        assertThat(second.digestHex()).hasSize(64);
      }
      assertThat(left.sharedPool().outstanding()).isZero();
    }
  }

  @Test
  void aViewCannotBeGiven() throws Exception {
    try (Node left = start();
        Node right = start();
        Tensor whole = left.sharedPool().allocate(DType.F32, Shape.of(4, 4))) {
      Peer peer = meet(left, right);
      assertThatThrownBy(() -> peer.give("view", whole.rows(0, 2), SendOptions.defaults()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a view");
    }
  }

  @Test
  void whatIsGivenToAFolderIsCopiedThere(@TempDir Path folder) throws Exception {
    try (Node left = start();
        Node right = Node.start(Lab.sharing(), Reception.folder(folder, _ -> {}))) {
      Peer peer = meet(left, right);
      Tensor given = Lab.counted(left.sharedPool(), LARGE);
      assertThat(peer.give("given", given, SendOptions.defaults()).confirmed()).isTrue();
      assertThat(folder.resolve("given.npy")).exists();
      Lab.eventually("it is back", () -> left.sharedPool().outstanding() == 0);
    }
  }

  @Test
  void theReceiversMappingOutlivesTheGiver() throws Exception {
    try (Node right = start();
        Delivery delivery = given(right)) {
      assertThat(delivery.tensor().segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(counted(8));
    }
  }

  private static long counted(long offset) {
    return offset * 0x9E3779B97F4A7C15L;
  }

  private static Delivery given(Node right) throws Exception {
    try (Node left = start()) {
      Peer peer = meet(left, right);
      peer.give("given", Lab.counted(left.sharedPool(), LARGE), SendOptions.defaults());
      return receive(right);
    }
  }

  @Test
  void aReceiverThatMapsNoMoreDeclines() throws Exception {
    Limits few = Limits.defaults().sharing(new Limits.Sharing(1L << 30, 1 << 20, 4, 1));
    try (Node left = start();
        Node right = Node.start(Lab.sharing().limits(few))) {
      Peer peer = meet(left, right);
      Tensor given = Lab.counted(left.sharedPool(), LARGE);
      assertThatThrownBy(() -> peer.give("given", given, SendOptions.defaults()))
          .isInstanceOf(PeerException.Faulted.class)
          .hasMessageContaining("mapped memory of neighbours");
      Lab.eventually("it is back", () -> left.sharedPool().outstanding() == 0);
    }
  }

  @Test
  void connectionsBeyondTheRingsStayOnTheirSocketsUntilOneIsFree(TensorPool pool) throws Exception {
    Limits one = Limits.defaults().sharing(Limits.Sharing.defaults().rings(1));
    try (Node host = Node.start(Lab.sharing().limits(one));
        Node late = start();
        Tensor tensor = Lab.counted(pool, LARGE)) {
      try (Node first = start()) {
        meet(first, host);
        Peer beyond = late.connect(host.endpoint(), Lab.SOON);
        beyond.deliver("t", tensor, SendOptions.defaults());
        try (Delivery delivery = receive(host)) {
          Lab.assertSame(delivery.tensor(), tensor);
        }
        assertThat(beyond.medium()).contains(Peer.Medium.SOCKET);
      }
      Lab.eventually("the ring is free", () -> host.transport().neighbourhood().rings() == 0);
      try (Node next = start()) {
        assertThat(meet(next, host).medium()).contains(Peer.Medium.SHARED_MEMORY);
      }
    }
  }

  @Test
  void aReaderOnAVirtualThreadStaysOnTheSocketButTensorsAreHandedOver() throws Exception {
    NodeConfig.Links virtual = NodeConfig.Links.defaults().threads(NodeConfig.Threads.VIRTUAL);
    try (Node left = start();
        Node right = Node.start(Lab.sharing().links(virtual))) {
      Peer peer = left.connect(right.endpoint(), Lab.SOON);
      Tensor first = Lab.counted(left.sharedPool(), LARGE);
      peer.give("first", first, SendOptions.defaults());
      receive(right).close();
      assertThat(peer.medium()).contains(Peer.Medium.SOCKET);
    }
  }

  @Test
  void onePeerThatDoesNotShareLeavesBothOnTheSocket(TensorPool pool) throws Exception {
    try (Node left = start();
        Node right = Node.start(Lab.config());
        Tensor tensor = Lab.counted(pool, LARGE)) {
      Peer peer = left.connect(right.endpoint(), Lab.SOON);
      peer.deliver("t", tensor, SendOptions.defaults());
      Peer back = right.awaitPeer(left.id(), Lab.SOON);
      back.deliver("t", tensor, SendOptions.defaults());
      receive(right).close();
      receive(left).close();
      assertThat(peer.medium()).contains(Peer.Medium.SOCKET);
      assertThat(back.medium()).contains(Peer.Medium.SOCKET);
    }
  }

  @Test
  void whatTheSharedPoolHasNoRoomForGoesThroughTheRing(TensorPool pool) throws Exception {
    Limits few = Limits.defaults().sharing(new Limits.Sharing(1 << 20, 1 << 20, 4, 1));
    try (Node left = Node.start(Lab.sharing().limits(few));
        Node right = start();
        Tensor tensor = Lab.counted(pool, LARGE)) {
      Peer peer = meet(left, right);
      FutureTask<Receipt> sent = Lab.aside(() -> peer.deliver("t", tensor, SendOptions.defaults()));
      try (Delivery delivery = receive(right)) {
        Lab.assertSame(delivery.tensor(), tensor);
      }
      assertThat(sent.get().confirmed()).isTrue();
    }
  }

  @Test
  void aTensorHandedOverToAFullInboxWaitsWithoutItsReader(TensorPool pool) throws Exception {
    try (Node left = start();
        Node right = Node.start(Lab.sharing().limits(Lab.memory(1, 64 << 20)));
        Tensor large = Lab.counted(pool, LARGE)) {
      Peer peer = meet(left, right);
      peer.send("first", large);
      FutureTask<Receipt> given =
          Lab.aside(
              () ->
                  peer.give(
                      "given", Lab.counted(left.sharedPool(), LARGE), SendOptions.defaults()));
      Lab.eventually("it waits", () -> right.waiting() == 1);
      Connection connection = ((KnownPeer) peer).conversations().getFirst().connection();
      long asked = System.nanoTime();
      connection.send(new Message.Ping(asked));
      Lab.eventually("a pong", () -> connection.answeredNanos() - asked >= 0);
      assertThat(given.isDone()).as("confirmed before it is in the inbox").isFalse();
      peer.send("last", large);
      for (String name : new String[] {"first", "given", "last"}) {
        try (Delivery delivery = receive(right)) {
          assertThat(delivery.name()).isEqualTo(name);
          Lab.assertSame(delivery.tensor(), large);
        }
      }
      assertThat(given.get().confirmed()).isTrue();
    }
  }

  @Test
  void whoeverHandsOverMoreThanFitsWaitsAndLosesNothing(TensorPool pool) throws Exception {
    try (Node left = start();
        Node right = Node.start(Lab.sharing().limits(Lab.memory(1, 64 << 20)));
        Tensor tensor = Lab.counted(pool, 256 << 10)) {
      Peer peer = meet(left, right);
      FutureTask<Void> sending =
          Lab.aside(
              () -> {
                for (int i = 0; i < 300; i++) {
                  peer.send("t" + i, tensor);
                }
                return null;
              });
      Lab.eventually("many wait", () -> right.waiting() > 200);
      for (int i = 0; i < 300; i++) {
        try (Delivery delivery = receive(right)) {
          assertThat(delivery.name()).isEqualTo("t" + i);
        }
      }
      assertThat(sending.get()).isNull();
    }
  }
}
