package dev.myelin.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.FaultProxy.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FaultProxyTest {
  private static final byte[] SENT = "a tensor on its way to a peer".getBytes(UTF_8);

  private ServerSocket target;
  private FaultProxy proxy;
  private Socket near;
  private Socket far;

  @BeforeEach
  void connect() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    target = new ServerSocket(0, 5, loopback);
    proxy = FaultProxy.open(new InetSocketAddress(loopback, target.getLocalPort()), 1);
    near = new Socket(loopback, proxy.port());
    far = target.accept();
    far.setSoTimeout(5000);
    near.setSoTimeout(5000);
  }

  @AfterEach
  void close() throws IOException {
    near.close();
    far.close();
    proxy.close();
    target.close();
    assertThat(proxy.open()).isZero();
  }

  @Test
  void carriesBytesBothWaysUntouched() throws IOException {
    near.getOutputStream().write(SENT);
    assertThat(far.getInputStream().readNBytes(SENT.length)).isEqualTo(SENT);
    far.getOutputStream().write(SENT);
    assertThat(near.getInputStream().readNBytes(SENT.length)).isEqualTo(SENT);
  }

  @Test
  void flipsExactlyTheBitAsked() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.FlipBit(3, 6));
    near.getOutputStream().write(SENT);
    byte[] expected = SENT.clone();
    expected[3] ^= 1 << 6;
    assertThat(far.getInputStream().readNBytes(SENT.length)).isEqualTo(expected);
    assertThat(proxy.harmsBy(LinkEffect.FlipBit.class)).isEqualTo(1);
  }

  @Test
  void cutsAfterTheBytesAsked() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.Cut(5));
    near.getOutputStream().write(SENT);
    assertThat(far.getInputStream().readAllBytes()).isEqualTo(Arrays.copyOf(SENT, 5));
    assertThat(near.getInputStream().read()).isEqualTo(-1);
    assertThat(proxy.harmsBy(LinkEffect.Cut.class)).isEqualTo(1);
  }

  @Test
  void resetsBothSides() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.Reset(0));
    near.getOutputStream().write(SENT);
    assertThatThrownBy(() -> far.getInputStream().read()).hasMessageContaining("reset");
    assertThatThrownBy(() -> near.getInputStream().read()).hasMessageContaining("reset");
  }

  @Test
  void closesHalfAndCarriesTheOther() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.HalfClose(4));
    near.getOutputStream().write(SENT);
    assertThat(far.getInputStream().readAllBytes()).isEqualTo(Arrays.copyOf(SENT, 4));
    far.getOutputStream().write(SENT);
    assertThat(near.getInputStream().readNBytes(SENT.length)).isEqualTo(SENT);
    assertThat(proxy.harmsBy(LinkEffect.HalfClose.class)).isEqualTo(1);
  }

  @Test
  void stallsUntilHealed() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.Stall(2));
    near.getOutputStream().write(SENT);
    assertThat(far.getInputStream().readNBytes(2)).isEqualTo(Arrays.copyOf(SENT, 2));
    far.setSoTimeout(200);
    assertThatThrownBy(() -> far.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(proxy.harmsBy(LinkEffect.Stall.class)).isEqualTo(1);
    proxy.heal();
    far.setSoTimeout(5000);
    assertThat(far.getInputStream().readNBytes(SENT.length - 2))
        .isEqualTo(Arrays.copyOfRange(SENT, 2, SENT.length));
  }

  @Test
  void slowsWithoutLosing() throws IOException {
    for (LinkEffect slow :
        new LinkEffect[] {
          new LinkEffect.Delay(Duration.ofMillis(30), Duration.ofMillis(40)),
          new LinkEffect.Trickle(3, Duration.ofMillis(2)),
          new LinkEffect.Throttle(500)
        }) {
      proxy.apply(Direction.TO_TARGET, slow);
      long begin = System.nanoTime();
      near.getOutputStream().write(SENT);
      assertThat(far.getInputStream().readNBytes(SENT.length)).as("%s", slow).isEqualTo(SENT);
      assertThat(System.nanoTime() - begin).as("%s", slow).isGreaterThan(10_000_000);
      assertThat(proxy.harmsBy(slow.getClass())).as("%s", slow).isPositive();
    }
  }

  @Test
  void deliversEveryPieceForItself() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.Split(1));
    near.getOutputStream().write(SENT);
    assertThat(far.getInputStream().readNBytes(SENT.length)).isEqualTo(SENT);
    assertThat(proxy.harmsBy(LinkEffect.Split.class)).isEqualTo(SENT.length);
  }

  @Test
  void flipsOneBitPerBlow() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.Noise(4));
    near.getOutputStream().write(SENT);
    byte[] got = far.getInputStream().readNBytes(SENT.length);
    int flipped = 0;
    for (int i = 0; i < SENT.length; i++) {
      flipped += Integer.bitCount((got[i] ^ SENT[i]) & 0xFF);
    }
    assertThat(flipped).isPositive();
    assertThat(proxy.harmsBy(LinkEffect.Noise.class)).isEqualTo(flipped);
  }

  @Test
  void leavesOneSideOfAHalfOpenLinkInTheDark() throws IOException {
    proxy.apply(Direction.TO_TARGET, new LinkEffect.HalfOpen(4));
    near.getOutputStream().write(SENT);
    assertThatThrownBy(() -> far.getInputStream().readAllBytes()).hasMessageContaining("reset");
    near.setSoTimeout(200);
    assertThatThrownBy(() -> near.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    near.getOutputStream().write(SENT);
    assertThat(proxy.harmsBy(LinkEffect.HalfOpen.class)).isEqualTo(1);
  }
}
