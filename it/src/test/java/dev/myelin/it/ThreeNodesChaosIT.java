package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.it.Trio.Ground;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.testkit.LinkEffect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One of three nodes is killed, stopped or cut off: the others go on, callers are told, and it
/// comes back.
///
/// Three promises are measured, and printed: a caller waits at most 3 s for its typed error, the
/// others never pause for more than 3 s, and the one that was away is reached within 5 s of its
/// return.
@Timeout(90)
class ThreeNodesChaosIT {
  private static final long ERROR_MILLIS = 3000;
  private static final long RETURN_MILLIS = 5000;
  private static final long PAUSE_MILLIS = 3000;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final List<String> TYPED =
      List.of("Closed", "TimedOut", "Unreachable", "Refused", "Faulted", "Overloaded");

  @Test
  void survivesAKilledNode() throws Exception {
    try (Trio trio = Trio.start(new Ground() {})) {
      long harm = System.currentTimeMillis();
      trio.process(Trio.VICTIM).signal("KILL");
      requireErrors("kill -9", trio, harm);
      long back = trio.restart(Trio.VICTIM);
      requireReturn("kill -9", trio, harm, back);
    }
  }

  @Test
  void survivesTheNodeThatOthersDialledBeingKilled() throws Exception {
    try (Trio trio = Trio.start(new Ground() {})) {
      long harm = System.currentTimeMillis();
      trio.process(0).signal("KILL");
      for (int survivor : List.of(1, 2)) {
        requireError("kill -9 of the first", trio, survivor, 0, harm);
      }
      long back = trio.restart(0);
      for (int survivor : List.of(1, 2)) {
        long reached = trio.awaitFlow(survivor, 0, back, PATIENCE);
        print("kill -9 of the first", survivor + " reaches it again", reached - back);
        assertThat(reached - back).isLessThanOrEqualTo(RETURN_MILLIS);
      }
      requireOthersUndisturbed("kill -9 of the first", trio, 1, 2, harm);
    }
  }

  @Test
  void survivesAStoppedNode() throws Exception {
    try (Trio trio = Trio.start(new Ground() {})) {
      long harm = System.currentTimeMillis();
      trio.process(Trio.VICTIM).signal("STOP");
      requireErrors("SIGSTOP", trio, harm);
      long back = System.currentTimeMillis();
      trio.process(Trio.VICTIM).signal("CONT");
      requireReturn("SIGSTOP", trio, harm, back);
    }
  }

  @Test
  void survivesADroppedLink() throws Exception {
    try (Namespaces ground = Namespaces.open(3);
        Trio trio = Trio.start(ground)) {
      long harm = System.currentTimeMillis();
      ground.dropLink(Trio.VICTIM);
      requireErrors("link down", trio, harm);
      long back = System.currentTimeMillis();
      ground.restoreLink(Trio.VICTIM);
      requireReturn("link down", trio, harm, back);
    }
  }

  @Test
  void survivesALinkThatCarriesNothing() throws Exception {
    try (Proxied ground = new Proxied();
        Trio trio = Trio.start(ground)) {
      long harm = System.currentTimeMillis();
      ground.proxies.forEach(proxy -> proxy.apply(new LinkEffect.Stall(0)));
      requireErrors("stalled link", trio, harm);
      assertThat(ground.proxies).allMatch(proxy -> proxy.harmsBy(LinkEffect.Stall.class) > 0);
      long back = System.currentTimeMillis();
      ground.proxies.forEach(FaultProxy::heal);
      requireReturn("stalled link", trio, harm, back);
    }
  }

  private static void requireErrors(String what, Trio trio, long harm) throws Exception {
    for (int survivor : List.of(0, 1)) {
      requireError(what, trio, survivor, Trio.VICTIM, harm);
    }
  }

  private static void requireError(String what, Trio trio, int from, int to, long harm)
      throws Exception {
    JsonNode failure = trio.awaitFailure(from, to, harm, PATIENCE);
    long told = failure.path("at").asLong() - harm;
    print(what, from + " is told " + failure.path("kind").asText(), told);
    assertThat(failure.path("kind").asText()).as("%s", failure).isIn(TYPED);
    assertThat(told).as("%s", failure).isLessThanOrEqualTo(ERROR_MILLIS);
  }

  private static void requireReturn(String what, Trio trio, long harm, long back) throws Exception {
    for (int survivor : List.of(0, 1)) {
      long reached = trio.awaitFlow(survivor, Trio.VICTIM, back, PATIENCE);
      print(what, survivor + " reaches it again", reached - back);
      assertThat(reached - back).isLessThanOrEqualTo(RETURN_MILLIS);
      for (JsonNode failure : trio.failures(survivor, Trio.VICTIM, harm)) {
        assertThat(failure.path("ms").asLong()).as("%s", failure).isLessThanOrEqualTo(ERROR_MILLIS);
      }
    }
    requireOthersUndisturbed(what, trio, 0, 1, harm);
  }

  private static void requireOthersUndisturbed(
      String what, Trio trio, int one, int other, long harm) throws Exception {
    long now = System.currentTimeMillis();
    trio.awaitFlow(one, other, now, PATIENCE);
    trio.awaitFlow(other, one, now, PATIENCE);
    long gap =
        Math.max(trio.longestGap(one, other, harm, now), trio.longestGap(other, one, harm, now));
    print(what, "longest pause between the others", gap);
    assertThat(gap).isLessThanOrEqualTo(PAUSE_MILLIS);
    assertThat(trio.failures(one, other, harm)).isEmpty();
    assertThat(trio.failures(other, one, harm)).isEmpty();
  }

  private static void print(String what, String measured, long millis) {
    System.out.printf("%s: %s: %d ms%n", what, measured, millis);
  }

  /// The victim dials the others through proxies.
  private static final class Proxied implements Ground {
    final List<FaultProxy> proxies = new ArrayList<>();

    /// Told where the victim listens, a survivor would dial it past the proxy.
    @Override
    public boolean hearsay() {
      return false;
    }

    @Override
    public String route(int from, int to, int port) throws IOException {
      if (from != Trio.VICTIM) {
        return Ground.super.route(from, to, port);
      }
      FaultProxy proxy =
          FaultProxy.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), from + to);
      proxies.add(proxy);
      return "127.0.0.1:" + proxy.port();
    }

    @Override
    public void close() throws IOException {
      for (FaultProxy proxy : proxies) {
        proxy.close();
      }
    }
  }
}
