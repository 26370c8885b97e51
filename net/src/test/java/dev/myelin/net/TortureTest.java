package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.Scarcity;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same short session again and again, with its first, second, third … operation failing until
/// none is left to fail: every caller is told in time by a typed error, and nothing leaks.
@ExtendWith(LeakCheck.class)
@Timeout(120)
class TortureTest {
  private static final Duration WORD = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final int MOST = 500;
  private static final int SMALL = 1000;
  private static final int LARGE = 300_000;

  /// What fails.
  enum Operation {
    CONNECT,
    READ,
    WRITE,
    ALLOCATE
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationInClearMayFail(Operation operation, TensorPool pool) throws Exception {
    torture(operation, Encryption.plain(), pool);
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationOverTlsMayFail(Operation operation, TensorPool pool) throws Exception {
    torture(operation, Encryption.tls(), pool);
  }

  private static void torture(Operation operation, Encryption encryption, TensorPool pool)
      throws Exception {
    Set<String> told = new TreeSet<>();
    int failing = 0;
    boolean happened = true;
    while (happened) {
      failing++;
      assertThat(failing).as("operations in one session").isLessThan(MOST);
      Fault fault = new Fault(operation, failing);
      long begin = System.nanoTime();
      try (Tensor small = Lab.counted(pool, SMALL);
          Tensor large = Lab.counted(pool, LARGE)) {
        new Session(fault, encryption, told).play(small, large);
      }
      assertThat(Lab.since(begin)).as("%s %d", operation, failing).isLessThan(LONGEST);
      happened = fault.happened();
    }
    System.out.printf(
        "torture, %s: %d times %s, told %s%n", encryption, failing - 1, operation, told);
    assertThat(failing).isGreaterThan(2);
  }

  /// One operation that fails, counted over both nodes of a session.
  private static final class Fault {
    private final Operation operation;
    private final int failing;
    private final Scarcity scarcity;
    private final AtomicInteger counted = new AtomicInteger();

    Fault(Operation operation, int failing) {
      this.operation = operation;
      this.failing = failing;
      this.scarcity = new Scarcity(failing);
    }

    void befall(Node node) {
      node.transport().wear(this::around);
      if (operation == Operation.ALLOCATE) {
        scarcity.layOn(node.pool());
      }
    }

    boolean happened() {
      return operation == Operation.ALLOCATE ? scarcity.happened() : counted.get() >= failing;
    }

    private Duplex around(Duplex socket) {
      return switch (operation) {
        case CONNECT -> {
          boolean broken = counted.incrementAndGet() == failing;
          yield new FailingDuplex(socket, () -> require(!broken), () -> require(!broken));
        }
        case READ -> new FailingDuplex(socket, this::count, () -> {});
        case WRITE -> new FailingDuplex(socket, () -> {}, this::count);
        case ALLOCATE -> socket;
      };
    }

    private void count() throws IOException {
      require(counted.incrementAndGet() != failing);
    }

    private void require(boolean sound) throws IOException {
      if (!sound) {
        throw new IOException(operation + " " + failing + " fails in this test");
      }
    }
  }

  /// What two nodes do together, once.
  private static final class Session {
    private final Fault fault;
    private final Encryption encryption;
    private final Set<String> told;

    Session(Fault fault, Encryption encryption, Set<String> told) {
      this.fault = fault;
      this.encryption = encryption;
      this.told = told;
    }

    void play(Tensor small, Tensor large) throws Exception {
      Node far = Node.start(config(), Reception.handler(Delivery::close));
      Node near = Node.start(config(), Reception.handler(Delivery::close));
      try (far;
          near) {
        fault.befall(far);
        fault.befall(near);
        step(() -> near.connect(far.endpoint(), WORD));
        step(() -> near.awaitPeer(WORD).send("small", small));
        step(() -> near.awaitPeer(WORD).deliver("large", large, options()));
        step(() -> far.awaitPeer(WORD).deliver("back", small, options()));
        step(() -> cancel(near.awaitPeer(WORD), large));
        step(() -> near.awaitPeer(WORD).deliver("last", small, options()));
      }
      assertThat(near.pool().outstanding()).isZero();
      assertThat(far.pool().outstanding()).isZero();
    }

    private static void cancel(Peer peer, Tensor large) throws IOException, InterruptedException {
      IOException enough = new IOException("enough");
      try {
        peer.deliver(
            "cancelled",
            large,
            Lab.watched(
                (_, _) -> {
                  throw enough;
                }));
      } catch (IOException e) {
        if (!e.equals(enough)) {
          throw e;
        }
      }
    }

    private void step(Step step) throws InterruptedException {
      try {
        step.take();
      } catch (PeerException e) {
        told.add(e.getClass().getSimpleName());
      } catch (IOException e) {
        throw new AssertionError(fault.operation + " " + fault.failing + ": not typed: " + e, e);
      }
    }

    private static SendOptions options() {
      return SendOptions.defaults().limit(WORD);
    }

    private NodeConfig config() {
      Limits.Waits all = Limits.Waits.defaults();
      Limits.Waits waits =
          new Limits.Waits(
              all.connect(), WORD, WORD, all.alive(), all.silence(), WORD.dividedBy(2));
      return Lab.config(Lab.limits(waits)).security(Security.secure().encryption(encryption));
    }
  }

  @FunctionalInterface
  private interface Step {
    void take() throws IOException, InterruptedException;
  }
}
