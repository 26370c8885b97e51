package dev.myelin.bench.endtoend;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Messaging;
import dev.myelin.net.Node;
import dev.myelin.net.pattern.PatternSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Where the pattern sockets of two processes meet: at addresses of TCP, or by services of two
/// nodes.
final class Meetings implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long LOOK_NANOS = 1_000_000;

  private final @Nullable Node node;
  private final @Nullable Manner manner;
  private final Messaging messaging;

  private Meetings(@Nullable Node node, @Nullable Manner manner) throws IOException {
    this.node = node;
    this.manner = manner;
    this.messaging = node == null ? Messaging.open() : node.messaging();
  }

  /// @param manner of the node; null for none
  static Meetings serve(@Nullable Manner manner) throws IOException {
    return new Meetings(manner == null ? null : Node.start(manner.config()), manner);
  }

  /// @param address what the other process says
  static Meetings drive(@Nullable Manner manner, String address) throws IOException {
    Meetings meetings = serve(manner);
    if (meetings.node != null) {
      String port = address.substring(0, address.indexOf(','));
      Endpoint there = new Endpoint("127.0.0.1", Integer.parseInt(port));
      try {
        meetings.node.connect(there, SOON);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("stopped", e);
      }
    }
    return meetings;
  }

  Messaging messaging() {
    return messaging;
  }

  /// Returns where to bind a socket.
  String place(String service) {
    return node == null ? "tcp://127.0.0.1:*" : "myelin://" + service;
  }

  /// Returns what the other process must know.
  String address(String... bound) {
    String port = node == null ? "" : Integer.toString(node.endpoint().port());
    return port + "," + String.join(",", bound);
  }

  /// Returns one of the places of an address.
  static String place(String address, int number) {
    return address.split(",", -1)[number + 1];
  }

  /// Waits until messages take the way that is to be measured.
  void awaitMedium(PatternSocket... sockets) throws IOException {
    long deadline = System.nanoTime() + SOON.toNanos();
    for (PatternSocket each : sockets) {
      while (!isReady(each)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("no peer by the way that is to be measured: " + each.peerStats());
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private boolean isReady(PatternSocket socket) {
    boolean shares = manner == Manner.DEFAULT;
    return socket.peerStats().stream()
        .anyMatch(peer -> !shares || peer.medium().equals("shared memory"));
  }

  @Override
  public void close() {
    if (node == null) {
      messaging.close();
    } else {
      node.close();
    }
  }
}
