package dev.myelin.net.discovery;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;

/// One socket and the thread that hears what arrives at it; closing ends both.
final class Inlet implements AutoCloseable {
  // More than any datagram that counts, so that a longer one shows by its size.
  private static final int BUFFER = 128;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final DatagramChannel channel;
  private final Ear ear;
  private final Thread thread;

  /// What to do with a datagram; the buffer is borrowed for the call.
  interface Ear {
    void heard(ByteBuffer datagram, InetSocketAddress from);
  }

  private Inlet(String name, DatagramChannel channel, Ear ear, Complaints complaints) {
    this.channel = channel;
    this.ear = ear;
    this.thread =
        Thread.ofVirtual().name("my-discovery-" + name).unstarted(() -> listen(complaints));
  }

  /// Returns an inlet that owns the socket and already listens.
  static Inlet open(String name, DatagramChannel channel, Ear ear, Complaints complaints) {
    Inlet inlet = new Inlet(name, channel, ear, complaints);
    inlet.thread.start();
    return inlet;
  }

  DatagramChannel channel() {
    return channel;
  }

  boolean isAlive() {
    return thread.isAlive() && channel.isOpen();
  }

  private void listen(Complaints complaints) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (channel) {
      while (true) {
        buffer.clear();
        SocketAddress from = channel.receive(buffer);
        if (from instanceof InetSocketAddress address) {
          ear.heard(buffer.flip(), address);
        }
      }
    } catch (ClosedChannelException _) {
      return; // That is how close() ends it.
    } catch (IOException | RuntimeException e) {
      complaints.tell("receive", "receiving failed, trying again", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    try {
      thread.join(PATIENCE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // The socket is closed, so the thread ends by itself.
    }
  }
}
