package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A discovery at work in a test, with all it saw and complained of.
final class Watch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  final BlockingQueue<Sighting> seen = new LinkedBlockingQueue<>();
  final BlockingQueue<String> problems;
  private final BlockingQueue<Exception> ended = new LinkedBlockingQueue<>();
  private final Thread thread;

  private Watch(Discovery discovery, BlockingQueue<String> problems) {
    this.problems = problems;
    this.thread = Thread.ofVirtual().name("my-test-watch").start(() -> run(discovery));
  }

  static Watch over(Discovery discovery) {
    return over(discovery, new LinkedBlockingQueue<>());
  }

  static Watch over(Discovery discovery, BlockingQueue<String> problems) {
    return new Watch(discovery, problems);
  }

  private void run(Discovery discovery) {
    try {
      discovery.watch(seen::add);
    } catch (IOException | InterruptedException e) {
      ended.add(e);
    }
  }

  /// Returns the next sighting of this kind; others are dropped.
  Sighting await(Predicate<Sighting> wanted) throws InterruptedException {
    return next(seen, wanted);
  }

  /// Returns the next complaint that has this text.
  String awaitProblem(String part) throws InterruptedException {
    return next(problems, each -> each.contains(part));
  }

  private static <T> T next(BlockingQueue<T> queue, Predicate<T> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      @Nullable T one = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (one == null) {
        throw new AssertionError("nothing of that kind came within " + PATIENCE);
      }
      if (wanted.test(one)) {
        return one;
      }
    }
  }

  /// Interrupts the watch and requires that it ends by that, soon.
  @Override
  public void close() {
    thread.interrupt();
    try {
      if (!thread.join(Duration.ofSeconds(5))) {
        throw new AssertionError("the watch goes on after an interrupt");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while the watch ends", e);
    }
    Exception end = ended.poll();
    if (!(end instanceof InterruptedException)) {
      throw new AssertionError("the watch ended by " + end + " (expected: by the interrupt)", end);
    }
  }

  /// Returns a node that listens, so far as others are told, on loopback only.
  static Announced node(int port) {
    return node(port, "village", "a key of sixteen.");
  }

  static Announced node(int port, String community, String key) {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    return new Announced(
        UUID.randomUUID(),
        community,
        dev.myelin.wire.ApiKey.of(key),
        new InetSocketAddress(loopback, port));
  }

  /// Returns a UDP port that is free now.
  static int freeUdpPort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
