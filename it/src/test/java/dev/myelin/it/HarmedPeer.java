package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.FaultProxy.Direction;
import dev.myelin.testkit.LinkEffect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A process with one socket, and what may be done to it: one of libzmq, which dials us through a
/// proxy, or one of ours, which shares memory with us.
final class HarmedPeer implements AutoCloseable {
  /// Inside the third of the frames that these tests send.
  private static final long INSIDE_A_FRAME = 10_001;

  private static final long SLOW_BYTES_PER_SECOND = 400_000;

  /// Longer than the proxy needs to stop new links once it has reset one.
  private static final int REDIAL_MILLIS = 2000;

  private static final Duration AT_LAST = Duration.ofSeconds(40);
  private static final int KERNEL_BYTES = 64 << 10;
  private static final int WITHOUT_END = 1_000_000;
  private static final long STEP_NANOS = 1_000_000;

  /// How long a slow neighbour rests behind each message.
  private static final int SLOW_MILLIS = 20;

  private final LineProcess process;
  private final @Nullable FaultProxy proxy;
  private final String id;
  private final Harm harm;
  private boolean suffered;

  private HarmedPeer(LineProcess process, @Nullable FaultProxy proxy, String id, Harm harm) {
    this.process = process;
    this.proxy = proxy;
    this.id = id;
    this.harm = harm;
  }

  /// Starts one that dials a socket of ours and will suffer that harm.
  static HarmedPeer start(String role, String endpoint, Harm harm) throws Exception {
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(endpoint).getPort());
    LibzmqPeer process = LibzmqPeer.start();
    FaultProxy proxy = FaultProxy.open(target, 1, KERNEL_BYTES);
    HarmedPeer peer = new HarmedPeer(process.process(), proxy, "harmed", harm);
    peer.command(
        "open",
        Map.of(
            "role",
            role,
            "connect",
            "tcp://127.0.0.1:" + proxy.port(),
            "options",
            Map.of(
                "RCVTIMEO",
                -1,
                "RECONNECT_IVL",
                REDIAL_MILLIS,
                "RCVHWM",
                20,
                "RCVBUF",
                KERNEL_BYTES)));
    peer.process.await("opened", Party.SOON);
    return peer;
  }

  /// Starts one of ours that finds a service at the node on that port and will suffer that harm.
  static HarmedPeer near(String role, int port, String service, Harm harm) throws Exception {
    LineProcess process = LineProcess.start(NearSocket.command(role, port, service));
    try {
      process.await("opened", AT_LAST);
      return new HarmedPeer(process, null, "harmed", harm);
    } catch (InterruptedException | AssertionError e) {
      process.close();
      throw e;
    }
  }

  /// Has it take everything that comes, from now on.
  void receive() throws IOException {
    command("receive", Map.of("count", WITHOUT_END));
  }

  /// Has it send everything back, from now on.
  void echo() throws IOException {
    command("echo", Map.of("count", WITHOUT_END));
  }

  private void command(String name, Map<String, ?> facts) throws IOException {
    if (harm == Harm.KILL && suffered) {
      return; // there is nobody to tell
    }
    Map<String, Object> command = new HashMap<>(facts);
    command.put("cmd", name);
    command.put("id", id);
    process.command(command);
  }

  /// Returns how many messages it sent back.
  int echoed() {
    return process.heard("echoed").size();
  }

  /// Returns the numbers it took, in order.
  List<Integer> taken() {
    return process.heard("received").stream().map(HarmedPeer::number).toList();
  }

  private static int number(JsonNode received) {
    return Integer.parseInt(received.path("texts").get(0).asText());
  }

  /// Begins the harm.
  void suffer() throws Exception {
    suffered = true;
    if (proxy == null && harm == Harm.SLOW_READER) {
      command("pace", Map.of("millis", SLOW_MILLIS));
      return;
    }
    switch (harm) {
      case KILL -> process.signal("KILL");
      case STOP -> process.signal("STOP");
      case LINK_DOWN -> link().apply(new LinkEffect.Stall(0));
      case MUTE -> link().apply(Direction.TO_TARGET, new LinkEffect.Stall(0));
      case DEAF -> link().apply(Direction.TO_DIALLER, new LinkEffect.Stall(0));
      case RESET -> link().apply(Direction.TO_DIALLER, new LinkEffect.Reset(INSIDE_A_FRAME));
      case SLOW_READER ->
          link().apply(Direction.TO_DIALLER, new LinkEffect.Throttle(SLOW_BYTES_PER_SECOND));
      case DISK_FULL -> throw new IllegalStateException("a socket has no disk");
    }
  }

  private FaultProxy link() {
    return Objects.requireNonNull(proxy, "a proxy");
  }

  /// Waits until a harm that needs bytes to pass was done; what is reset comes back once healed.
  void awaitSuffered() {
    if (proxy == null) {
      return;
    }
    if (harm == Harm.RESET) {
      awaitUntil("no link was reset", () -> link().harmsBy(LinkEffect.Reset.class) > 0);
      link().apply(new LinkEffect.Stall(0));
    } else if (harm == Harm.SLOW_READER) {
      awaitUntil("nothing was slow", () -> link().harmsBy(LinkEffect.Throttle.class) > 0);
    }
  }

  /// Returns whether its link ends by the harm.
  boolean isLost() {
    return harm != Harm.SLOW_READER;
  }

  /// Ends the harm; returns whether it comes back, which a killed one does not.
  boolean heal() throws Exception {
    if (harm == Harm.STOP) {
      process.signal("CONT");
    }
    if (proxy != null) {
      proxy.heal();
    } else if (harm == Harm.SLOW_READER) {
      command("pace", Map.of("millis", 0));
    }
    return harm != Harm.KILL;
  }

  /// Waits for something that must become so; longer than it takes to notice that nobody answers
  /// behind a link full of bytes.
  static void awaitUntil(String otherwise, BooleanSupplier state) {
    long end = System.nanoTime() + AT_LAST.toNanos();
    while (!state.getAsBoolean()) {
      assertThat(System.nanoTime()).as(otherwise).isLessThan(end);
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  @Override
  public void close() throws IOException {
    process.close();
    if (proxy != null) {
      proxy.close();
    }
  }
}
