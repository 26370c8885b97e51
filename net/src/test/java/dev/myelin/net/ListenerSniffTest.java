package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.Property;
import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Prefix;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorDialect;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
@ExtendWith(LeakCheck.class)
class ListenerSniffTest {
  private static final Duration SNIFF = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static Node node() throws IOException {
    return Node.start(Lab.config(Lab.handshake(SNIFF, Duration.ofMillis(700))));
  }

  @Test
  void closesASilentDiallerThatHasReceivedNothing() throws Exception {
    try (Node node = node();
        SocketChannel silent = RawPeer.socket(node.endpoint())) {
      long start = System.nanoTime();
      assertThat(RawPeer.rest(silent, PATIENCE)).isEmpty();
      assertThat(Lab.since(start)).isBetween(SNIFF.minusMillis(100), SNIFF.plusSeconds(1));
      Lab.eventually(node, "timed-out-handshake", 1);
    }
  }

  @Test
  void recognisesExactlyThePrefixAndLetsTheHandshakeEndIt() throws Exception {
    try (Node node = node();
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      RawPeer.write(stranger, (byte) 1, (byte) 4);
      long start = System.nanoTime();
      assertThat(RawPeer.rest(stranger, PATIENCE)).isEmpty();
      // Past the deadline for sniffing: the dialect was known by then.
      assertThat(Lab.since(start)).isGreaterThan(SNIFF.plusMillis(200));
      Lab.eventually(node, "timed-out-handshake", 1);
      assertThat(Lab.count(node, "refused-unrecognised")).isZero();
    }
  }

  @Test
  void takesOneBytePerSegment() throws Exception {
    try (Node node = node();
        SocketChannel slow = RawPeer.socket(node.endpoint())) {
      for (byte one : StockPeer.hello(UUID.randomUUID(), Lab.KEY)) {
        RawPeer.write(slow, one);
      }
      assertThat(RawPeer.read(slow, 2)).containsExactly(1, StockPeer.ACCEPT);
    }
  }

  @Test
  void takesThePrefixAndMoreInOneSegment() throws Exception {
    UUID id = UUID.randomUUID();
    NodeConfig compat = Lab.config().security(Lab.compat());
    try (Node node = Node.start(compat);
        SocketChannel eager = RawPeer.socket(node.endpoint())) {
      byte[] hello = StockPeer.hello(id, Lab.KEY);
      byte[] data = StockPeer.frame(StockPeer.DATA, 1, 0, "early".getBytes(StandardCharsets.UTF_8));
      byte[] end = StockPeer.frame(StockPeer.END, 1, 1);
      byte[] all = new byte[hello.length + data.length + end.length];
      System.arraycopy(hello, 0, all, 0, hello.length);
      System.arraycopy(data, 0, all, hello.length, data.length);
      System.arraycopy(end, 0, all, hello.length + data.length, end.length);
      RawPeer.write(eager, all);
      try (Delivery delivery = node.receive(Lab.SOON)) {
        assertThat(delivery.from()).isEqualTo(PeerId.of(id));
        assertThat(delivery.tensor().byteSize()).isEqualTo(5);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"GET / HTTP/1.1, 8080", "POST /v1/x HTTP/1.1, 8080", "PRI * HTTP/2.0, 0"})
  void answersHttpWithOneLineThatNamesTheHttpPort(String request, int port) throws Exception {
    NodeConfig base = Lab.config();
    NodeConfig config =
        new NodeConfig(
            base.identity(),
            new NodeConfig.Listening(Lab.LOOPBACK, port),
            base.security(),
            base.finding(),
            base.limits(),
            base.links());
    try (Node node = Node.start(config);
        SocketChannel browser = RawPeer.socket(node.endpoint())) {
      RawPeer.write(browser, (request + "\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      browser.shutdownOutput();
      String answer = new String(RawPeer.rest(browser, PATIENCE), StandardCharsets.US_ASCII);
      String[] parts = answer.split("\r\n\r\n", 2);
      assertThat(parts).hasSize(2);
      assertThat(parts[0])
          .startsWith("HTTP/1.1 400 ")
          .contains("Content-Length: " + parts[1].length());
      assertThat(parts[1].lines()).hasSize(1);
      assertThat(parts[1]).contains(port == 0 ? "serves no HTTP port" : "on port 8080");
      Lab.eventually(node, "refused-unrecognised", 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1603010200010001fc0303", // TLS
        "0100", // ZMTP 1.0
        "ff00000000000000017f", // ZMTP 3.1
        "45584f01", // EXO
        "4e4e5000", // NNP
        "132f6d756c746973747265616d2f312e302e300a", // libp2p
        "00",
        "0105",
        "deadbeef"
      })
  void closesOtherProtocolsWithoutAByte(String hex) throws Exception {
    List<String> reasons = new CopyOnWriteArrayList<>();
    try (Node node = node();
        SocketChannel stranger = RawPeer.socket(node.endpoint())) {
      node.addListener(refusals(reasons));
      long start = System.nanoTime();
      RawPeer.write(stranger, HexFormat.of().parseHex(hex));
      assertThat(RawPeer.rest(stranger, PATIENCE)).isEmpty();
      assertThat(Lab.since(start)).as("without waiting for more").isLessThan(SNIFF);
      Lab.eventually(node, "refused-unrecognised", 1);
      Lab.eventually("a reason", () -> !reasons.isEmpty());
      int shown = Math.min(hex.length(), 4);
      assertThat(reasons.getFirst()).contains(hex.substring(0, shown));
    }
  }

  @Test
  void logsAnAddressOnceAMinuteWithAtMostSixteenBytes() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(Listener.class.getName());
    Handler handler = listening(lines);
    logger.addHandler(handler);
    try (Node node = node()) {
      for (int i = 0; i < 3; i++) {
        try (SocketChannel stranger = RawPeer.socket(node.endpoint())) {
          RawPeer.write(stranger, new byte[64]);
          RawPeer.rest(stranger, PATIENCE);
        }
      }
      Lab.eventually(node, "refused-unrecognised", 3);
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).contains("00".repeat(16)).doesNotContain("00".repeat(17));
  }

  @Test
  void refusesDialectsThatBytesCannotTellApart() {
    TensorDialect longer = new Named("longer", Prefix.of(1, 4, 7));
    TensorDialect shorter = new Named("shorter", Prefix.of(1, 4));
    assertThatThrownBy(() -> new Sniffer(List.of(longer, shorter)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("longer")
        .hasMessageContaining("010407");
    assertThatCode(() -> new Sniffer(Dialects.ALL)).doesNotThrowAnyException();
  }

  @Test
  void neverTakesANoBack() {
    Property.check(
        2000,
        random -> {
          byte[] bytes = new byte[random.nextInt(1, 24)];
          random.nextBytes(bytes);
          int[] prefix = new int[random.nextInt(1, 12)];
          for (int i = 0; i < prefix.length; i++) {
            boolean alike = i < bytes.length && random.nextInt(8) > 0;
            prefix[i] = alike ? Byte.toUnsignedInt(bytes[i]) : random.nextInt(256);
          }
          Prefix known = Prefix.of(prefix);
          List<Prefix.Match> answers = new ArrayList<>();
          for (int seen = 0; seen <= bytes.length; seen++) {
            answers.add(known.match(MemorySegment.ofArray(bytes).asSlice(0, seen)));
          }
          for (int i = 1; i < answers.size(); i++) {
            if (answers.get(i - 1) != Prefix.Match.MORE) {
              assertThat(answers.get(i)).isEqualTo(answers.get(i - 1));
            }
          }
        });
  }

  private static NodeListener refusals(List<String> reasons) {
    return new NodeListener() {
      @Override
      public void refused(Endpoint remote, String reason) {
        reasons.add(reason);
      }
    };
  }

  static Handler listening(List<String> lines) {
    return new Handler() {
      @Override
      public void publish(LogRecord line) {
        lines.add(new java.util.logging.SimpleFormatter().formatMessage(line));
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  private record Named(String name, Prefix prefix) implements TensorDialect {
    @Override
    public Set<Trait> traits() {
      return Set.of();
    }

    @Override
    public Session accept(ByteSource in, ByteSink out, Credentials mine, Limits limits) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public Session dial(ByteSource in, ByteSink out, Credentials mine, Limits limits) {
      throw new UnsupportedOperationException(name);
    }
  }
}
