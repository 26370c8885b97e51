package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SelfConnectionTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  @Test
  void isRefused() throws Exception {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.bind(new InetSocketAddress(HERE, 0));
      channel.connect(channel.getLocalAddress());
      assertThatThrownBy(() -> SelfConnection.refuse(channel))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("itself");
    }
  }

  @Test
  void othersAreNot() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(HERE, 0));
      try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
        SelfConnection.refuse(channel);
      }
    }
  }
}
