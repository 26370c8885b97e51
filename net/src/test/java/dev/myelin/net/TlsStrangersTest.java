package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.testkit.LeakCheck;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What those get who do not hold the key, at every door: in clear, inside TLS, and by datagram.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TlsStrangersTest {
  private static final Duration QUIET = Duration.ofSeconds(8);

  /// The first bytes of every protocol that the sniffer can tell, and of none.
  private static final Map<String, byte[]> FIRST_BYTES =
      Map.of(
          "asoc", StockPeer.hello(UUID.randomUUID(), "another key that is not ours......"),
          "asoc, right key", StockPeer.hello(UUID.randomUUID(), Lab.KEY),
          "exo", bytes(0x45, 0x58, 0x4f, 0x01, 0, 0, 0, 0),
          "nnp", bytes(0x4e, 0x4e, 0x50, 0x00, 0, 0, 0, 0),
          "zmtp", bytes(0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f),
          "zmtp 1", bytes(1, 0),
          "libp2p", "\u0013/multistream/1.0.0\n".getBytes(StandardCharsets.US_ASCII),
          "tls inside", bytes(0x16, 0x03, 0x01, 0, 5, 1, 0, 0, 1, 0),
          "nothing known", bytes(0x80, 0x81, 0x82, 0x83));

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] firstBytes(String door) {
    return Objects.requireNonNull(FIRST_BYTES.get(door));
  }

  private static Stream<Arguments> doors() {
    return FIRST_BYTES.keySet().stream().map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("doors")
  void getNothingInClear(String door) throws Exception {
    byte[] first = firstBytes(door);
    try (Node node = Node.start(Lab.encrypted());
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      RawPeer.write(stranger, first);
      stranger.shutdownOutput();
      byte[] answer = RawPeer.rest(stranger, QUIET);
      if (first[0] == 0x16) {
        // An alert is the one word that TLS has for this.
        assertThat(answer.length).isLessThanOrEqualTo(7);
      } else {
        assertThat(answer).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("doors")
  void getNothingInsideTls(String door) throws Exception {
    byte[] first = firstBytes(door);
    // With the right key HELLO is answered; without the proof that is all.
    boolean answered = door.equals("asoc, right key");
    try (Node node = Node.start(Lab.encrypted());
        Encrypter encrypter = encrypter();
        SocketChannel channel = RawPeer.socket(node.endpoint())) {
      TlsDuplex stranger = encrypter.dial(new SocketDuplex(channel), node.endpoint());
      stranger.write(new ByteBuffer[] {ByteBuffer.wrap(first)});
      stranger.endOutput();
      assertThat(rest(stranger)).hasSize(answered ? 30 + 14 + 69 : 0);
      stranger.close();
      assertThat(node.peers()).isEmpty();
    }
  }

  private static Encrypter encrypter() throws IOException {
    return Encrypter.open(
        new Encryption.Tls(Optional.empty(), Set.of()), Optional.empty(), TlsLibrary.JDK);
  }

  private static byte[] rest(Duplex duplex) {
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    try {
      int got = 0;
      while (got >= 0) {
        got = duplex.read(all);
      }
    } catch (IOException e) {
      // A reset: nothing more comes.
    }
    byte[] bytes = new byte[all.flip().remaining()];
    all.get(bytes);
    return bytes;
  }

  @Test
  void getOneLineIfTheySpeakHttp() throws Exception {
    byte[] request = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (Node node = Node.start(Lab.encrypted());
        Encrypter encrypter = encrypter();
        SocketChannel inClear = RawPeer.socket(node.endpoint());
        SocketChannel channel = RawPeer.socket(node.endpoint())) {
      RawPeer.write(inClear, request);
      assertThat(new String(RawPeer.rest(inClear, QUIET), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400 ");
      TlsDuplex inside = encrypter.dial(new SocketDuplex(channel), node.endpoint());
      inside.write(new ByteBuffer[] {ByteBuffer.wrap(request)});
      assertThat(new String(rest(inside), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 400 ");
      inside.close();
    }
  }

  @Test
  void getNothingByDatagram() throws Exception {
    try (Node node = Node.start(Lab.encrypted());
        DatagramSocket socket = new DatagramSocket(Lab.free("127.0.0.1"))) {
      socket.setSoTimeout(200);
      for (byte[] first : List.copyOf(FIRST_BYTES.values())) {
        socket.send(new DatagramPacket(first, first.length, Lab.address(node.endpoint())));
      }
      assertThat(hears(socket)).isFalse();
    }
  }

  private static boolean hears(DatagramSocket socket) throws IOException {
    try {
      socket.receive(new DatagramPacket(new byte[2048], 2048));
      return true;
    } catch (SocketTimeoutException | java.net.PortUnreachableException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 6, 40, 200})
  void areClosedWhenTheyStopInTheMiddleOfTheHandshake(int bytes) throws Exception {
    NodeConfig config =
        Lab.encrypted().limits(Lab.handshake(Duration.ofMillis(300), Duration.ofMillis(600)));
    try (Node node = Node.start(config);
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      byte[] hello = new byte[bytes];
      System.arraycopy(
          bytes(0x16, 3, 1, 1, 0, 1, 0, 0, 0xfc, 3, 3), 0, hello, 0, Math.min(11, bytes));
      RawPeer.write(stranger, hello);
      assertThat(RawPeer.rest(stranger, QUIET).length).isLessThanOrEqualTo(7);
      Lab.eventually(
          "turned away",
          () -> Lab.count(node, "timed-out-handshake") + Lab.count(node, "refused-handshake") > 0);
    }
  }

  @Test
  void areClosedWhenTheirHandshakeIsTooLarge() throws Exception {
    try (Node node = Node.start(Lab.encrypted());
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      byte[] record = new byte[5 + (16 << 10)];
      System.arraycopy(bytes(0x16, 3, 1, 0x40, 0, 1, 0x7f, 0xff, 0xff), 0, record, 0, 9);
      assertThat(writesUntilClosed(stranger, record, 64)).isTrue();
      Lab.eventually(node, "refused-handshake", 1);
    }
  }

  /// Returns whether the other side closed before all was written.
  private static boolean writesUntilClosed(SocketChannel channel, byte[] record, int times)
      throws IOException {
    try {
      for (int i = 0; i < times; i++) {
        RawPeer.write(channel, record);
      }
    } catch (IOException e) {
      return true;
    }
    RawPeer.rest(channel, QUIET);
    return true;
  }

  @Test
  void areClosedWhenTheyFloodRecordsThatSayNothing() throws Exception {
    NodeConfig config =
        Lab.encrypted().limits(Lab.handshake(Duration.ofMillis(500), Duration.ofSeconds(1)));
    try (Node node = Node.start(config);
        Encrypter encrypter = encrypter();
        SocketChannel channel = RawPeer.socket(node.endpoint())) {
      TlsDuplex stranger = encrypter.dial(new SocketDuplex(channel), node.endpoint());
      // One byte of HELLO per record, then never the last.
      byte[] hello = StockPeer.hello(UUID.randomUUID(), Lab.KEY);
      for (int i = 0; i < hello.length - 1; i++) {
        stranger.write(new ByteBuffer[] {ByteBuffer.wrap(hello, i, 1)});
      }
      assertThat(rest(stranger)).isEmpty();
      stranger.close();
      Lab.eventually(node, "timed-out-handshake", 1);
    }
  }

  @Test
  void pauseAfterMakingUsShakeHandsForNothing() throws Exception {
    try (Node node = Node.start(Lab.encrypted());
        Encrypter encrypter = encrypter()) {
      for (int i = 0; i < 5; i++) {
        try (SocketChannel channel = RawPeer.socket(node.endpoint())) {
          encrypter.dial(new SocketDuplex(channel), node.endpoint()).close();
        }
      }
      Lab.eventually(
          "paused",
          () -> {
            try (SocketChannel channel = RawPeer.socket(node.endpoint())) {
              RawPeer.write(channel, bytes(0x16, 3));
              RawPeer.rest(channel, QUIET);
            } catch (IOException e) {
              return Lab.count(node, "refused-paused") > 0;
            }
            return Lab.count(node, "refused-paused") > 0;
          });
    }
  }
}
