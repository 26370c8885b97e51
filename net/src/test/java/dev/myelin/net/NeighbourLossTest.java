package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of memory that neighbours share when they lose each other: nothing is left with
/// either, and nothing is written over that somebody still reads.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class NeighbourLossTest {
  private static final long LARGE = 3 << 20;
  private static final long SMALL = 100_000;
  private static final byte OTHER = 99;

  private static Node start() throws IOException {
    return Node.start(Lab.sharing());
  }

  private static void awaitSharing(Peer peer) {
    Lab.eventually(
        "frames pass through memory",
        () -> peer.medium().filter(Peer.Medium.SHARED_MEMORY::equals).isPresent());
  }

  /// Connects through a proxy that only carries what wakes, and the end.
  private static Peer meet(Node from, FaultProxy proxy) throws Exception {
    Peer peer = from.connect(Lab.at(proxy.port()), Lab.SOON);
    awaitSharing(peer);
    return peer;
  }

  private static FaultProxy before(Node node) throws IOException {
    return FaultProxy.open(Lab.address(node.endpoint()), 1);
  }

  private static void give(Node from, Peer to, long bytes) throws Exception {
    to.give("given", Lab.counted(from.sharedPool(), bytes), SendOptions.defaults());
  }

  private static Delivery receive(Node node) throws Exception {
    return node.receive(Lab.SOON);
  }

  private static void awaitBack(Node giver) {
    Lab.eventually("nothing is out", () -> giver.sharedPool().outstanding() == 0);
  }

  /// Returns how many pieces of shared memory this process holds a descriptor of.
  private static long descriptors() {
    long count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : all) {
        count += isShared(each) ? 1 : 0;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return count;
  }

  private static boolean isShared(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:myelin");
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }

  /// Returns how many pieces of shared memory are mapped here.
  private static long mappings() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("/memfd:myelin")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes the giver fill as much new memory as it gave away.
  private static void overwrite(Node giver, long bytes, int count) {
    List<Tensor> others = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      others.add(Lab.counted(giver.sharedPool(), bytes));
      others.getLast().segment().fill(OTHER);
    }
    others.forEach(Tensor::close);
  }

  @Test
  void whatIsHeldWhenTheLinkBreaksStaysWholeAndIsGoneAtTheGiver(TensorPool pool) throws Exception {
    long before = mappings();
    try (Node giver = start();
        Node holder = start();
        FaultProxy proxy = before(holder);
        Tensor large = Lab.counted(pool, LARGE);
        Tensor small = Lab.counted(pool, SMALL)) {
      Peer peer = meet(giver, proxy);
      give(giver, peer, LARGE);
      give(giver, peer, SMALL);
      try (Delivery first = receive(holder);
          Delivery second = receive(holder)) {
        Lab.end(proxy);
        awaitBack(giver);
        Lab.eventually("no descriptor is left", () -> descriptors() == 0);
        Lab.eventually("only the holder maps it", () -> mappings() == before + 2);
        overwrite(giver, LARGE, 3);
        overwrite(giver, SMALL, 50);
        Lab.assertSame(first.tensor(), large);
        Lab.assertSame(second.tensor(), small);
      }
      overwritten(giver, before);
    }
  }

  /// The pool's own memory, which it keeps for its next tensors, is all that is mapped.
  private static void overwritten(Node giver, long before) {
    long kept = descriptors();
    assertThat(mappings()).isEqualTo(before + kept);
    assertThat(giver.sharedPool().outstanding()).isZero();
  }

  @Test
  void meetingAgainAndAgainLeavesNothingBehind(TensorPool pool) throws Exception {
    BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
    try (Node giver = start();
        Node holder = Node.start(Lab.sharing(), Reception.handler(arrived::add));
        FaultProxy proxy = before(holder);
        Tensor large = Lab.counted(pool, LARGE)) {
      Peer peer = meet(giver, proxy);
      long early = 0;
      for (int i = 1; i <= 20; i++) {
        give(giver, peer, LARGE);
        peer.send("on its way", large); // copied, and no receipt is waited for
        proxy.cutAll();
        closeAll(arrived); // what the giver can, or can no longer, be told
        Lab.eventually(giver, "connections-closed", i);
        peer = giver.awaitPeer(Lab.SOON);
        awaitSharing(peer);
        Lab.eventually("it is back", () -> isBack(giver, arrived));
        early = i == 5 ? descriptors() : early;
      }
      assertThat(descriptors()).isLessThanOrEqualTo(early + 2);
    }
    closeAll(arrived);
  }

  /// A delivery may come at any moment, also of a link that is cut.
  private static boolean isBack(Node giver, BlockingQueue<Delivery> arrived) {
    closeAll(arrived);
    return giver.sharedPool().outstanding() == 0;
  }

  private static void closeAll(BlockingQueue<Delivery> arrived) {
    for (Delivery each = arrived.poll(); each != null; each = arrived.poll()) {
      each.close();
    }
  }

  @Test
  void anotherConnectionOfTheSamePairKeepsWhatIsOutOverIt(TensorPool pool) throws Exception {
    try (Node giver = start();
        Node holder = start();
        FaultProxy proxy = before(holder);
        Tensor large = Lab.counted(pool, LARGE)) {
      Peer peer = meet(giver, proxy);
      give(giver, peer, LARGE);
      give(giver, peer, SMALL);
      holder.connect(giver.endpoint(), Lab.SOON);
      Lab.eventually("two", () -> peer.connections() == 2);
      awaitSharing(peer); // the newest, by which the next ones go
      give(giver, peer, LARGE);
      give(giver, peer, SMALL);
      try (Delivery first = receive(holder);
          Delivery second = receive(holder);
          Delivery third = receive(holder);
          Delivery fourth = receive(holder)) {
        Lab.end(proxy);
        Lab.eventually("half is out", () -> giver.sharedPool().outstanding() == LARGE + SMALL);
        Lab.end(second);
        Lab.end(fourth);
        Lab.eventually("one is out", () -> giver.sharedPool().outstanding() == LARGE);
        overwrite(giver, LARGE, 3);
        Lab.assertSame(first.tensor(), large);
        Lab.assertSame(third.tensor(), large);
      }
      awaitBack(giver);
    }
  }

  @Test
  void whatTheGiverClosesBehindStaysWithItsHolder(TensorPool pool) throws Exception {
    long before = mappings();
    try (Node holder = start();
        Tensor large = Lab.counted(pool, LARGE)) {
      Node giver = start();
      try (FaultProxy proxy = before(holder)) {
        Peer peer = meet(giver, proxy);
        give(giver, peer, LARGE);
      } finally {
        giver.close(); // at once: that it was given is enough
      }
      try (Delivery held = receive(holder)) {
        Lab.eventually("no descriptor is left", () -> descriptors() == 0);
        Lab.assertSame(held.tensor(), large);
      }
      Lab.eventually("nothing is mapped", () -> mappings() == before);
    }
  }

  @Test
  void theHoldersTensorOutlivesItsNode(TensorPool pool) throws Exception {
    long before = mappings();
    try (Node giver = start();
        Tensor large = Lab.counted(pool, LARGE)) {
      Node holder = start();
      Delivery held;
      try (FaultProxy proxy = before(holder)) {
        give(giver, meet(giver, proxy), LARGE);
        held = receive(holder);
      } finally {
        holder.close();
      }
      awaitBack(giver);
      overwrite(giver, LARGE, 3);
      Lab.assertSame(held.tensor(), large);
      held.close();
      overwritten(giver, before);
    }
  }
}
