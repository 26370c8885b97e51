package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Progress;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// What the tests of this package share: configurations, tensors, and waiting for events.
final class Lab {
  static final String KEY = "0123456789abcdef0123456789abcdef";
  static final String COMMUNITY = "lab";
  static final Endpoint LOOPBACK = new Endpoint("127.0.0.1", 0);

  /// How long a test waits for what must come.
  static final Duration SOON = Duration.ofSeconds(10);

  private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();

  private Lab() {}

  /// Returns a node on a free loopback port that finds nobody by itself; in clear and over sockets,
  /// because most tests look at bytes or write some.
  static NodeConfig config() {
    return sharing().links(NodeConfig.Links.defaults().neighbours(NodeConfig.Neighbours.SOCKET));
  }

  /// Returns the policy that lets stock peers in, for a node that does not encrypt.
  static NodeConfig.Security compat(String... compatible) {
    return NodeConfig.Security.compat(compatible).encryption(NodeConfig.Encryption.plain());
  }

  /// Returns the same with the security that nobody configured.
  static NodeConfig encrypted() {
    return everyday().links(NodeConfig.Links.defaults().neighbours(NodeConfig.Neighbours.SOCKET));
  }

  /// Returns the same as the first, but for peers on this machine, which share memory with it.
  static NodeConfig sharing() {
    return everyday()
        .links(NodeConfig.Links.defaults().neighbours(NodeConfig.Neighbours.SHARED_MEMORY))
        .security(NodeConfig.Security.secure().encryption(NodeConfig.Encryption.plain()));
  }

  /// Returns the same with everything as it is when nobody configures it.
  static NodeConfig everyday() {
    return NodeConfig.of(COMMUNITY, KEY).listen(LOOPBACK).finding(NodeConfig.Finding.only());
  }

  static NodeConfig config(Limits limits) {
    return config().limits(limits);
  }

  static NodeConfig config(UUID id) {
    return config().identity(identity(id, Optional.empty()));
  }

  static NodeConfig.Identity identity(UUID id, Optional<Path> folder) {
    return new NodeConfig.Identity(id, COMMUNITY, ApiKey.of(KEY), folder);
  }

  static Limits limits(Limits.Strangers strangers) {
    Limits all = Limits.defaults();
    return new Limits(all.frames(), all.streams(), strangers, all.waits());
  }

  static Limits limits(Limits.Streams streams) {
    Limits all = Limits.defaults();
    return new Limits(all.frames(), streams, all.strangers(), all.waits());
  }

  static Limits limits(Limits.Waits waits) {
    Limits all = Limits.defaults();
    return new Limits(all.frames(), all.streams(), all.strangers(), waits);
  }

  /// Returns limits under which a silent peer is dead soon.
  static Limits impatient() {
    Limits.Waits all = Limits.Waits.defaults();
    return limits(
        new Limits.Waits(
            all.connect(),
            all.sniff(),
            all.handshake(),
            Duration.ofMillis(150),
            Duration.ofMillis(900),
            all.drain()));
  }

  static Limits drain(Duration drain) {
    Limits.Waits all = Limits.Waits.defaults();
    return limits(
        new Limits.Waits(
            all.connect(), all.sniff(), all.handshake(), all.alive(), all.silence(), drain));
  }

  static Limits handshake(Duration sniff, Duration handshake) {
    Limits.Waits all = Limits.Waits.defaults();
    return limits(
        new Limits.Waits(all.connect(), sniff, handshake, all.alive(), all.silence(), all.drain()));
  }

  static Limits memory(int queuedMessages, long memoryBytes) {
    Limits.Streams all = Limits.Streams.defaults();
    return limits(
        new Limits.Streams(
            all.open(),
            all.tensorBytes(),
            all.nameBytes(),
            all.rank(),
            queuedMessages,
            memoryBytes));
  }

  static Limits merged(Limits.Waits waits, Limits.Streams streams) {
    Limits all = Limits.defaults();
    return new Limits(all.frames(), streams, all.strangers(), waits);
  }

  static InetSocketAddress address(Endpoint endpoint) {
    return new InetSocketAddress(InetAddress.ofLiteral(endpoint.host()), endpoint.port());
  }

  /// Returns any free port of an address of this machine.
  static InetSocketAddress free(String host) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), 0);
  }

  static Endpoint at(int port) {
    return new Endpoint("127.0.0.1", port);
  }

  /// Waits until the condition holds.
  static void eventually(String what, BooleanSupplier condition) {
    eventually(what, SOON, condition);
  }

  static void eventually(String what, Duration limit, BooleanSupplier condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    boolean held = condition.getAsBoolean();
    while (!held && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(LOOK_NANOS);
      held = condition.getAsBoolean();
    }
    assertThat(held).as(what + " within " + limit.toMillis() + " ms").isTrue();
  }

  static void eventually(Node node, String counter, long least) {
    eventually(counter + " of at least " + least, () -> count(node, counter) >= least);
  }

  static long count(Node node, String counter) {
    Long value = node.counters().get(counter);
    assertThat(value).as(counter).isNotNull();
    return value == null ? 0 : value;
  }

  /// Runs in a thread of its own; the result tells how it ended.
  static <T> FutureTask<T> aside(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().name("aside").start(task);
    return task;
  }

  /// Returns a tensor whose elements tell their place.
  static Tensor counted(TensorPool pool, long bytes) {
    Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes));
    for (long i = 0; i + 8 <= bytes; i += 8) {
      tensor.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, i, i * 0x9E3779B97F4A7C15L);
    }
    return tensor;
  }

  static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.byteSize()).isEqualTo(expected.byteSize());
    assertThat(actual.segment().mismatch(expected.segment())).isEqualTo(-1);
  }

  static SendOptions watched(Progress progress) {
    return SendOptions.defaults().progress(progress);
  }

  /// Closes a resource before its block ends.
  static void end(AutoCloseable resource) throws Exception {
    resource.close();
  }

  static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
