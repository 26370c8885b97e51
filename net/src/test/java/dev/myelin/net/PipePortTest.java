package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pattern.Pair;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What strangers may do to the port of a socket: nothing that its peers notice.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class PipePortTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static Socket dial(String endpoint) throws IOException {
    int port = Endpoint.parse(endpoint).port();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void serves(Puller puller, Messaging messaging, String at) throws Exception {
    try (Pusher pusher = messaging.pusher()) {
      pusher.connect(at);
      pusher.push(new byte[] {1});
      assertThat(puller.pull(SOON).bytes()).containsExactly(1);
    }
  }

  @Test
  void servesGoodPeersWhileManyHangInTheirHandshake() throws Exception {
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller()) {
      String at = puller.bind("tcp://127.0.0.1:*");
      List<Socket> hanging = new ArrayList<>();
      try {
        for (int i = 0; i < 400; i++) {
          Socket socket = dial(at);
          socket.getOutputStream().write(RawSocket.hello("PUSH"), 0, i % 64);
          hanging.add(socket);
        }
        serves(puller, messaging, at);
      } finally {
        for (Socket each : hanging) {
          each.close();
        }
      }
    }
  }

  @Test
  void endsAPeerThatClaimsMoreThanItMay() throws Exception {
    SocketOptions small =
        SocketOptions.defaults().limits(new PartsLimits(1 << 20, 16, 8 << 10, 16, 64));
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(small)) {
      String at = puller.bind("tcp://127.0.0.1:*");
      for (String claim :
          List.of("020000000000100001", "027fffffffffffffff", "02ffffffffffffffff")) {
        try (Socket socket = dial(at)) {
          OutputStream out = socket.getOutputStream();
          out.write(RawSocket.hello("PUSH"));
          out.write(HexFormat.of().parseHex(claim));
          // All that it is told is greeting and READY; then the connection ends.
          int told = socket.getInputStream().readAllBytes().length;
          assertThat(told).isBetween(64, 200);
        }
      }
      assertThat(messaging.pool().outstanding()).isZero();
      serves(puller, messaging, at);
    }
  }

  @Test
  void listensAtAPathForThisUserAlone(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("socket");
    String at = "ipc://" + path;
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller();
        Puller second = messaging.puller()) {
      assertThat(puller.bind(at)).isEqualTo(at);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
      try (Stream<Path> all = Files.list(folder)) {
        assertThat(all).containsExactly(path);
      }
      assertThatThrownBy(() -> second.bind(at))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("taken");
      serves(puller, messaging, at);
      puller.unbind(at);
      assertThat(path).doesNotExist();
    }
  }

  @Test
  void logsOneLineForManyFailuresOfOneHost() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(PipePort.class.getName());
    Handler handler = new Lines(lines);
    logger.addHandler(handler);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller()) {
      String at = puller.bind("tcp://127.0.0.1:*");
      for (int i = 0; i < 5; i++) {
        try (Socket socket = dial(at)) {
          socket.getOutputStream().write(RawSocket.hello("PUB"));
          assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
        }
      }
      assertThat(lines).hasSize(1);
    } finally {
      logger.removeHandler(handler);
    }
  }

  /// Keeps what is logged.
  private static final class Lines extends Handler {
    private final List<String> lines;

    Lines(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void survivesNoise() throws Exception {
    Random random = new Random(7);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller()) {
      String at = puller.bind("tcp://127.0.0.1:*");
      for (int i = 0; i < 200; i++) {
        byte[] noise = new byte[random.nextInt(1, 2000)];
        random.nextBytes(noise);
        say(at, i % 2 == 0 ? RawSocket.hello("PUSH") : new byte[0], noise);
      }
      drain(puller);
      try (Messaging other = Messaging.open()) {
        serves(puller, other, at);
      }
    }
  }

  private static void say(String at, byte[] first, byte[] then) {
    try (Socket socket = dial(at)) {
      socket.getOutputStream().write(first);
      socket.getOutputStream().write(then);
    } catch (IOException e) {
      // It was turned away already.
    }
  }

  /// Some noise is a message.
  private static void drain(Puller puller) throws Exception {
    while (true) {
      try {
        puller.pull(Duration.ofMillis(300)).close();
      } catch (PeerException.TimedOut e) {
        return;
      }
    }
  }

  @Test
  void makesAFloodWaitForTheReader() throws Exception {
    SocketOptions ten = SocketOptions.defaults().highWater(10, 10);
    try (Messaging messaging = Messaging.open();
        Puller puller = messaging.puller(ten)) {
      Socket socket = dial(puller.bind("tcp://127.0.0.1:*"));
      socket.getOutputStream().write(RawSocket.hello("PUSH"));
      byte[] message = new byte[2 + 200];
      message[1] = (byte) 200;
      Thread flood =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (true) {
                        socket.getOutputStream().write(message);
                      }
                    } catch (IOException e) {
                      // The socket was closed: enough.
                    }
                  });
      for (int i = 0; i < 1000; i++) {
        puller.pull(SOON).close();
        assertThat(puller.stats().queuedIn()).isLessThanOrEqualTo(10 + 64);
      }
      socket.close();
      flood.join();
    }
  }

  /// An error would keep peers of ZeroMQ from coming again, and what a peer sends once it was taken
  /// would be lost.
  @Test
  void hangsUpInTheHandshakeWhereAPairHasItsPeer() throws Exception {
    try (Messaging messaging = Messaging.open();
        Pair one = messaging.pair()) {
      String at = one.bind("tcp://127.0.0.1:*");
      try (RawSocket first = RawSocket.dial(at, "PAIR")) {
        assertThat(first.hears("READY")).isTrue();
        assertThat(one.awaitPeers(1, SOON)).isTrue();
        try (RawSocket second = RawSocket.dial(at, "PAIR")) {
          assertThat(second.in().readAllBytes()).hasSize(64);
        }
      }
      long begin = System.nanoTime();
      while (one.peers() > 0 && System.nanoTime() - begin < SOON.toNanos()) {
        LockSupport.parkNanos(1_000_000);
      }
      try (RawSocket third = RawSocket.dial(at, "PAIR")) {
        assertThat(third.hears("READY")).isTrue();
      }
    }
  }

  @Test
  void takesBackMemoryThatAPeerHoldsWithoutBringingAnything() throws Exception {
    NodeConfig impatient = impatient();
    try (Node node = Node.start(impatient);
        Puller puller = node.messaging().puller()) {
      String at = puller.bind("tcp://127.0.0.1:*");
      try (Socket socket = dial(at)) {
        OutputStream out = socket.getOutputStream();
        out.write(RawSocket.hello("PUSH"));
        out.write(HexFormat.of().parseHex("020000000010000000")); // 256 MiB, of which none comes
        assertThat(socket.getInputStream().readAllBytes().length).isBetween(64, 400);
      }
      long begin = System.nanoTime();
      while (node.pool().outstanding() > 0 && System.nanoTime() - begin < SOON.toNanos()) {
        LockSupport.parkNanos(1_000_000); // the reader gives it back behind closing the socket
      }
      assertThat(node.pool().outstanding()).isZero();
    }
  }

  static NodeConfig impatient() {
    NodeConfig config = NodeTest.quiet("0123456789abcdef0123456789abcdef");
    Limits limits = config.limits();
    Limits.Flow flow = limits.flow();
    return config.limits(
        limits.flow(
            new Limits.Flow(
                flow.stashBytes(),
                flow.connectionBytes(),
                flow.windowBytes(),
                Duration.ofMillis(300))));
  }
}
