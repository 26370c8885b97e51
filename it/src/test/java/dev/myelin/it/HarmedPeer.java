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
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A process of libzmq with one socket, which dials us through a proxy, and what may be done to it.
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

  private final LibzmqPeer process;
  private final FaultProxy proxy;
  private final String id;
  private final Harm harm;
  private boolean suffered;

  private HarmedPeer(LibzmqPeer process, FaultProxy proxy, String id, Harm harm) {
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
    HarmedPeer peer = new HarmedPeer(process, proxy, "harmed", harm);
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
    process.process().await("opened", Party.SOON);
    return peer;
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
    process.process().command(command);
  }

  /// Returns how many messages it sent back.
  int echoed() {
    return process.process().heard("echoed").size();
  }

  /// Returns the numbers it took, in order.
  List<Integer> taken() {
    return process.process().heard("received").stream().map(HarmedPeer::number).toList();
  }

  private static int number(JsonNode received) {
    return Integer.parseInt(received.path("texts").get(0).asText());
  }

  /// Begins the harm.
  void suffer() throws Exception {
    suffered = true;
    switch (harm) {
      case KILL -> process.process().signal("KILL");
      case STOP -> process.process().signal("STOP");
      case LINK_DOWN -> proxy.apply(new LinkEffect.Stall(0));
      case MUTE -> proxy.apply(Direction.TO_TARGET, new LinkEffect.Stall(0));
      case DEAF -> proxy.apply(Direction.TO_DIALLER, new LinkEffect.Stall(0));
      case RESET -> proxy.apply(Direction.TO_DIALLER, new LinkEffect.Reset(INSIDE_A_FRAME));
      case SLOW_READER ->
          proxy.apply(Direction.TO_DIALLER, new LinkEffect.Throttle(SLOW_BYTES_PER_SECOND));
      case DISK_FULL -> throw new IllegalStateException("a socket has no disk");
    }
  }

  /// Waits until a harm that needs bytes to pass was done; what is reset comes back once healed.
  void awaitSuffered() {
    if (harm == Harm.RESET) {
      awaitUntil("no link was reset", () -> proxy.harmsBy(LinkEffect.Reset.class) > 0);
      proxy.apply(new LinkEffect.Stall(0));
    } else if (harm == Harm.SLOW_READER) {
      awaitUntil("nothing was slow", () -> proxy.harmsBy(LinkEffect.Throttle.class) > 0);
    }
  }

  /// Returns whether its link ends by the harm.
  boolean isLost() {
    return harm != Harm.SLOW_READER;
  }

  /// Ends the harm; returns whether it comes back, which a killed one does not.
  boolean heal() throws Exception {
    if (harm == Harm.STOP) {
      process.process().signal("CONT");
    }
    proxy.heal();
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
    proxy.close();
  }
}
