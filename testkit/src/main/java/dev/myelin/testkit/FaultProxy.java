package dev.myelin.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A TCP proxy on loopback that does harm on demand and counts that it did: a harm to bytes is
/// counted before they leave, so that whoever read them finds it counted.
///
/// Effects are applied while it runs, one per direction, to all its links and to those still to
/// come. Draws come from the seed.
public final class FaultProxy implements AutoCloseable {
  /// A direction of a link.
  public enum Direction {
    /// From the dialler to the target.
    TO_TARGET,
    /// From the target to the dialler.
    TO_DIALLER
  }

  private final ServerSocketChannel server;
  private final InetSocketAddress target;
  private final Map<Direction, Lane> lanes = new EnumMap<>(Direction.class);
  private final Collection<Link> links = new ConcurrentLinkedQueue<>();
  private final Collection<Thread> threads = new ConcurrentLinkedQueue<>();
  private final Thread acceptor;
  private volatile boolean closed;
  private final AtomicInteger accepted = new AtomicInteger();

  private final int kernelBytes;

  private FaultProxy(
      ServerSocketChannel server, InetSocketAddress target, long seed, int kernelBytes) {
    this.server = server;
    this.target = target;
    this.kernelBytes = kernelBytes;
    Random seeds = new Random(seed);
    for (Direction direction : Direction.values()) {
      lanes.put(direction, new Lane(new Random(seeds.nextLong())));
    }
    this.acceptor = Thread.ofVirtual().name("fault-proxy-acceptor").unstarted(this::acceptAll);
  }

  /// Opens a proxy on a free loopback port that dials `target` for everyone who dials it.
  public static FaultProxy open(InetSocketAddress target, long seed) throws IOException {
    return open(target, seed, 0);
  }

  /// Opens one whose sockets have buffers of so many bytes, so that whoever sends soon feels that
  /// nobody reads; 0 leaves them to the system.
  public static FaultProxy open(InetSocketAddress target, long seed, int kernelBytes)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    if (kernelBytes > 0) {
      server.setOption(StandardSocketOptions.SO_RCVBUF, kernelBytes); // of those it will accept
    }
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    FaultProxy proxy = new FaultProxy(server, target, seed, kernelBytes);
    proxy.acceptor.start();
    return proxy;
  }

  /// Returns the port to dial.
  public int port() {
    return server.socket().getLocalPort();
  }

  /// Begins an effect in one direction, in place of the one before.
  public void apply(Direction direction, LinkEffect effect) {
    lane(direction).apply(effect);
  }

  /// Begins an effect in both directions.
  public void apply(LinkEffect effect) {
    for (Direction direction : Direction.values()) {
      apply(direction, effect);
    }
  }

  /// Ends all effects; what was held back passes.
  public void heal() {
    apply(LinkEffect.clear());
  }

  /// Returns how often an effect of that kind did harm, in both directions.
  public long harmsBy(Class<? extends LinkEffect> kind) {
    return lanes.values().stream().mapToLong(lane -> lane.harms.getOrDefault(kind, 0L)).sum();
  }

  /// Returns the number of links there have been.
  public int accepted() {
    return accepted.get();
  }

  /// Returns the number of links there are.
  public int open() {
    return links.size();
  }

  /// Ends all links in order; new ones may come.
  public void cutAll() {
    List.copyOf(links).forEach(Link::close);
  }

  /// Ends everything and waits until its threads are gone.
  @Override
  public void close() throws IOException {
    closed = true;
    server.close();
    heal();
    try {
      acceptor.join();
      cutAll();
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Lane lane(Direction direction) {
    Lane lane = lanes.get(direction);
    if (lane == null) {
      throw new IllegalStateException("no lane " + direction);
    }
    return lane;
  }

  private void start(String name, Runnable work) {
    threads.add(Thread.ofVirtual().name("fault-proxy-" + name).start(work));
  }

  private void acceptAll() {
    while (!closed) {
      try {
        SocketChannel dialler = server.accept();
        accepted.incrementAndGet();
        join(dialler);
      } catch (IOException e) {
        // The server was closed: the loop ends.
      }
    }
  }

  private void join(SocketChannel dialler) throws IOException {
    SocketChannel onward;
    try {
      onward = dial(dialler);
    } catch (IOException e) {
      dialler.close(); // the target is away, so the dialler finds the door shut
      return;
    }
    Link link = new Link(dialler, onward);
    links.add(link);
    start("out", () -> new Pump(link, dialler, onward, lane(Direction.TO_TARGET)).run());
    start("back", () -> new Pump(link, onward, dialler, lane(Direction.TO_DIALLER)).run());
  }

  private SocketChannel dial(SocketChannel dialler) throws IOException {
    if (kernelBytes == 0) {
      return SocketChannel.open(target);
    }
    dialler.setOption(StandardSocketOptions.SO_SNDBUF, kernelBytes);
    SocketChannel onward = SocketChannel.open();
    try {
      onward.setOption(StandardSocketOptions.SO_SNDBUF, kernelBytes);
      onward.setOption(StandardSocketOptions.SO_RCVBUF, kernelBytes); // before the window is agreed
      onward.connect(target);
      return onward;
    } catch (IOException e) {
      onward.close();
      throw e;
    }
  }

  /// The effect of one direction, and what it did.
  private static final class Lane {
    final Random random;
    final Map<Class<? extends LinkEffect>, Long> harms = new ConcurrentHashMap<>();
    private Applied applied = new Applied(LinkEffect.clear());

    Lane(Random random) {
      this.random = random;
    }

    synchronized void apply(LinkEffect effect) {
      applied = new Applied(effect);
      notifyAll();
    }

    synchronized Applied applied() {
      return applied;
    }

    synchronized int draw(int bound) {
      return random.nextInt(bound);
    }

    void harmed(LinkEffect effect) {
      harms.merge(effect.getClass(), 1L, Long::sum);
    }

    /// Waits until another effect than `held` is applied, at most `millis` if positive.
    synchronized void await(Applied held, long millis) throws InterruptedException {
      long end = System.nanoTime() + millis * 1_000_000;
      while (applied == held) {
        long left = millis <= 0 ? 0 : (end - System.nanoTime()) / 1_000_000 + 1;
        if (millis > 0 && left <= 0) {
          return;
        }
        wait(left);
      }
    }
  }

  /// One beginning of an effect; an identity, so a class.
  private static final class Applied {
    final LinkEffect effect;

    Applied(LinkEffect effect) {
      this.effect = effect;
    }
  }

  private final class Link {
    final SocketChannel dialler;
    final SocketChannel onward;

    /// The side that must not learn that the other is gone; null as a rule.
    volatile @Nullable SocketChannel forsaken;

    private final AtomicInteger directions = new AtomicInteger(2);

    Link(SocketChannel dialler, SocketChannel onward) {
      this.dialler = dialler;
      this.onward = onward;
    }

    void directionEnded() {
      if (directions.decrementAndGet() == 0) {
        close();
      }
    }

    void close() {
      for (SocketChannel end : List.of(dialler, onward)) {
        try {
          end.close();
        } catch (IOException e) {
          // It is gone either way.
        }
      }
      links.remove(this);
    }

    void reset() throws IOException {
      dialler.setOption(StandardSocketOptions.SO_LINGER, 0);
      onward.setOption(StandardSocketOptions.SO_LINGER, 0);
      close();
    }
  }

  /// Carries one direction of one link.
  private static final class Pump {
    private final Link link;
    private final SocketChannel in;
    private final SocketChannel out;
    private final Lane lane;
    private Applied current;
    private long passed;
    private boolean deaf;

    Pump(Link link, SocketChannel in, SocketChannel out, Lane lane) {
      this.link = link;
      this.in = in;
      this.out = out;
      this.lane = lane;
      this.current = lane.applied();
    }

    void run() {
      ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
      try {
        while (in.read(buffer.clear()) >= 0) {
          buffer.flip();
          while (buffer.hasRemaining() && in.isOpen()) {
            step(buffer);
          }
        }
        if (!deaf && !out.equals(link.forsaken)) {
          out.shutdownOutput();
        }
      } catch (IOException e) {
        if (link.forsaken == null || in.equals(link.forsaken)) {
          link.close(); // one side is gone; so is the link
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      link.directionEnded();
    }

    private void step(ByteBuffer buffer) throws IOException, InterruptedException {
      Applied applied = lane.applied();
      if (applied != current) {
        current = applied;
        passed = 0;
      }
      if (deaf) {
        buffer.position(buffer.limit());
        return;
      }
      switch (applied.effect) {
        case LinkEffect.Clear _ -> pass(buffer, buffer.remaining());
        case LinkEffect.Delay delay -> delay(delay, buffer);
        case LinkEffect.Trickle trickle -> trickle(trickle, buffer);
        case LinkEffect.Throttle throttle -> throttle(throttle, buffer);
        case LinkEffect.Split split -> split(split, buffer);
        case LinkEffect.FlipBit flip -> flip(flip, buffer);
        case LinkEffect.Noise noise -> noise(noise, buffer);
        case LinkEffect.Cut cut -> passUpTo(cut.after(), buffer, link::close);
        case LinkEffect.Reset reset -> passUpTo(reset.after(), buffer, link::reset);
        case LinkEffect.HalfClose half -> passUpTo(half.after(), buffer, this::endOutput);
        case LinkEffect.HalfOpen half -> passUpTo(half.after(), buffer, this::forsake);
        case LinkEffect.Stall stall ->
            passUpTo(stall.after(), buffer, () -> lane.await(applied, 0));
      }
    }

    private void endOutput() throws IOException {
      deaf = true;
      out.shutdownOutput();
    }

    /// Resets the far side, and keeps the near one open until it ends by itself.
    private void forsake() throws IOException {
      deaf = true;
      link.forsaken = in;
      out.setOption(StandardSocketOptions.SO_LINGER, 0);
      out.close();
    }

    private void split(LinkEffect.Split split, ByteBuffer buffer) throws IOException {
      lane.harmed(split);
      pass(buffer, Math.min(buffer.remaining(), split.bytes()));
    }

    private void noise(LinkEffect.Noise noise, ByteBuffer buffer) throws IOException {
      for (int i = buffer.position(); i < buffer.limit(); i++) {
        if (lane.draw(noise.oneIn()) == 0) {
          buffer.put(i, (byte) (buffer.get(i) ^ (1 << lane.draw(8))));
          lane.harmed(noise);
        }
      }
      pass(buffer, buffer.remaining());
    }

    private void delay(LinkEffect.Delay delay, ByteBuffer buffer)
        throws IOException, InterruptedException {
      int span = (int) delay.most().minus(delay.least()).toMillis();
      lane.harmed(delay);
      lane.await(current, delay.least().toMillis() + lane.draw(span + 1));
      pass(buffer, buffer.remaining());
    }

    private void trickle(LinkEffect.Trickle trickle, ByteBuffer buffer)
        throws IOException, InterruptedException {
      lane.harmed(trickle);
      pass(buffer, Math.min(buffer.remaining(), 1 + lane.draw(trickle.mostBytes())));
      lane.await(current, Math.max(1, trickle.pause().toMillis()));
    }

    private void throttle(LinkEffect.Throttle throttle, ByteBuffer buffer)
        throws IOException, InterruptedException {
      int piece = Math.clamp(throttle.bytesPerSecond() / 50, 1, buffer.remaining());
      lane.harmed(throttle);
      pass(buffer, piece);
      lane.await(current, Math.max(1, piece * 1000L / throttle.bytesPerSecond()));
    }

    private void flip(LinkEffect.FlipBit flip, ByteBuffer buffer) throws IOException {
      long index = flip.at() - passed;
      if (index >= 0 && index < buffer.remaining()) {
        int at = buffer.position() + (int) index;
        buffer.put(at, (byte) (buffer.get(at) ^ (1 << flip.bit())));
        lane.harmed(flip);
      }
      pass(buffer, buffer.remaining());
    }

    private void passUpTo(long after, ByteBuffer buffer, Harm harm)
        throws IOException, InterruptedException {
      pass(buffer, (int) Math.min(buffer.remaining(), Math.max(0, after - passed)));
      if (buffer.hasRemaining()) {
        lane.harmed(current.effect);
        harm.happen();
      }
    }

    private void pass(ByteBuffer buffer, int length) throws IOException {
      int end = buffer.limit();
      buffer.limit(buffer.position() + length);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      buffer.limit(end);
      passed += length;
    }
  }

  @FunctionalInterface
  private interface Harm {
    void happen() throws IOException, InterruptedException;
  }
}
