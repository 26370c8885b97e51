package dev.myelin.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DatagramProxyTest {
  private DatagramSocket near;
  private DatagramSocket far;
  private DatagramProxy proxy;

  @BeforeEach
  void open() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    near = new DatagramSocket(new InetSocketAddress(loopback, 0));
    far = new DatagramSocket(new InetSocketAddress(loopback, 0));
    far.setSoTimeout(5000);
    proxy = DatagramProxy.open(new InetSocketAddress(loopback, far.getLocalPort()), 7);
  }

  @AfterEach
  void close() throws IOException {
    near.close();
    far.close();
    proxy.close();
  }

  @Test
  void handsDatagramsOn() throws IOException {
    send(3);
    assertThat(receive(3)).containsExactly("0 of ours", "1 of ours", "2 of ours");
  }

  @Test
  void changesTheOrderAndLosesNone() throws IOException {
    proxy.apply(new DatagramEffect.Reorder(8));
    send(8);
    List<String> got = receive(8);
    assertThat(got).hasSize(8).doesNotHaveDuplicates().isNotEqualTo(got.stream().sorted().toList());
    assertThat(proxy.harmsBy(DatagramEffect.Reorder.class)).isEqualTo(1);
  }

  @Test
  void losesAsManyAsItCounts() throws IOException {
    proxy.apply(new DatagramEffect.Lose(2));
    far.setSoTimeout(100);
    send(40);
    List<String> got = new ArrayList<>();
    while (got.size() + proxy.harmsBy(DatagramEffect.Lose.class) < 40 || got.isEmpty()) {
      try {
        got.addAll(receive(1));
      } catch (SocketTimeoutException e) {
        // The last of them was lost meanwhile.
      }
    }
    assertThat(got).doesNotHaveDuplicates().hasSizeLessThan(40);
  }

  @Test
  void repeatsFlipsAndShortens() throws IOException {
    proxy.apply(new DatagramEffect.Repeat(2));
    send(1);
    assertThat(receive(2)).containsExactly("0 of ours", "0 of ours");
    proxy.apply(new DatagramEffect.FlipBit());
    send(1);
    assertThat(receive(1)).hasSize(1).doesNotContain("0 of ours");
    proxy.apply(new DatagramEffect.Shorten());
    send(1);
    assertThat("0 of ours").startsWith(receive(1).getFirst());
    assertThat(proxy.harmsBy(DatagramEffect.Shorten.class)).isEqualTo(1);
  }

  private InetSocketAddress target() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
  }

  private void send(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      byte[] bytes = (i + " of ours").getBytes(UTF_8);
      near.send(new DatagramPacket(bytes, bytes.length, target()));
    }
  }

  private List<String> receive(int count) throws IOException {
    List<String> got = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      far.receive(packet);
      got.add(new String(Arrays.copyOf(packet.getData(), packet.getLength()), UTF_8));
    }
    return got;
  }
}
