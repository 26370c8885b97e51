package dev.myelin.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/// Hands datagrams on from a loopback port to a target, does harm on demand and counts that it did.
///
/// One way only: announcements have no answers. Draws come from the seed. A harm is counted before
/// its datagram leaves, so that whoever received that one finds it counted.
public final class DatagramProxy implements AutoCloseable {
  private static final int LARGEST = 64 << 10;

  private final DatagramChannel channel;
  private final InetSocketAddress target;
  private final Random random;
  private final Map<Class<? extends DatagramEffect>, Long> harms = new ConcurrentHashMap<>();
  private final List<byte[]> held = new ArrayList<>(); // guarded by this
  private DatagramEffect effect = DatagramEffect.clear(); // guarded by this
  private final Thread carrier;

  private DatagramProxy(DatagramChannel channel, InetSocketAddress target, long seed) {
    this.channel = channel;
    this.target = target;
    this.random = new Random(seed);
    this.carrier = Thread.ofVirtual().name("datagram-proxy").unstarted(this::carry);
  }

  /// Opens a proxy on a free loopback port.
  public static DatagramProxy open(InetSocketAddress target, long seed) throws IOException {
    DatagramChannel channel =
        DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    DatagramProxy proxy = new DatagramProxy(channel, target, seed);
    proxy.carrier.start();
    return proxy;
  }

  /// Returns the port to send to.
  public int port() {
    return channel.socket().getLocalPort();
  }

  /// Begins an effect, in place of the one before; what that held back is handed on.
  public synchronized void apply(DatagramEffect next) throws IOException {
    for (byte[] each : held) {
      send(each);
    }
    held.clear();
    effect = next;
  }

  /// Returns how often an effect of that kind did harm.
  public long harmsBy(Class<? extends DatagramEffect> kind) {
    return harms.getOrDefault(kind, 0L);
  }

  /// Ends everything and waits until its thread is gone.
  @Override
  public void close() throws IOException {
    channel.close();
    try {
      carrier.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void carry() {
    ByteBuffer buffer = ByteBuffer.allocate(LARGEST);
    try {
      while (channel.receive(buffer.clear()) != null) {
        buffer.flip();
        hand(Arrays.copyOf(buffer.array(), buffer.limit()));
      }
    } catch (IOException e) {
      // The channel was closed: the loop ends.
    }
  }

  private synchronized void hand(byte[] datagram) throws IOException {
    switch (effect) {
      case DatagramEffect.Clear _ -> send(datagram);
      case DatagramEffect.Lose lose -> {
        if (random.nextInt(lose.oneIn()) == 0) {
          harmed();
        } else {
          send(datagram);
        }
      }
      case DatagramEffect.Repeat repeat -> {
        harmed();
        for (int i = 0; i < repeat.times(); i++) {
          send(datagram);
        }
      }
      case DatagramEffect.Reorder reorder -> hold(datagram, reorder.group());
      case DatagramEffect.FlipBit _ -> {
        datagram[random.nextInt(datagram.length)] ^= (byte) (1 << random.nextInt(8));
        harmed();
        send(datagram);
      }
      case DatagramEffect.Shorten _ -> {
        harmed();
        send(Arrays.copyOf(datagram, random.nextInt(datagram.length)));
      }
    }
  }

  private void hold(byte[] datagram, int group) throws IOException {
    held.add(datagram);
    if (held.size() < group) {
      return;
    }
    List<byte[]> order = new ArrayList<>(held);
    Collections.shuffle(order, random);
    if (!order.equals(held)) {
      harmed();
    }
    held.clear();
    for (byte[] each : order) {
      send(each);
    }
  }

  private void harmed() {
    harms.merge(effect.getClass(), 1L, Long::sum);
  }

  private void send(byte[] datagram) throws IOException {
    channel.send(ByteBuffer.wrap(datagram), target);
  }
}
