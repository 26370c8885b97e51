package dev.myelin.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.wire.parts.Parts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Subscriptions between ours and libzmq in both versions of ZMTP: as messages in 3.0, as commands
/// in 3.1. A tap on the wire tells each side the version of the other, and keeps what it heard.
@Timeout(90)
class ZmqVersionsInteropIT {
  private static final int MINOR_AT = 11;
  private static final String COMMAND = "\tSUBSCRIBEt.";
  private static final String MESSAGE = "\0\3\1t.";

  /// The version that both sides believe the other to speak.
  enum Version {
    V3_0(0, MESSAGE, COMMAND),
    V3_1(1, COMMAND, MESSAGE);

    final int minor;
    final String said;
    final String unsaid;

    Version(int minor, String said, String unsaid) {
      this.minor = minor;
      this.said = said;
      this.unsaid = unsaid;
    }
  }

  private LibzmqPeer libzmq;
  private Messaging messaging;
  private Crew crew;
  private ServerSocket tap;
  private final ByteArrayOutputStream fromDialler = new ByteArrayOutputStream();

  @BeforeEach
  @Timeout(300)
  void open() throws Exception {
    libzmq = LibzmqPeer.start();
    messaging = Messaging.open();
    tap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    crew = new Crew();
  }

  @AfterEach
  void close() throws Exception {
    messaging.close();
    libzmq.close();
    tap.close();
    crew.close();
  }

  /// Joins the next that dials the tap with that endpoint.
  private String tapped(String endpoint, Version version) {
    int port = URI.create(endpoint).getPort();
    crew.run(
        () -> {
          try (Crew back = new Crew();
              Socket near = tap.accept();
              Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
            back.run(() -> copy(far, near, version, OutputStream.nullOutputStream()));
            copy(near, far, version, fromDialler);
          }
        });
    return "tcp://127.0.0.1:" + tap.getLocalPort();
  }

  private static void copy(Socket from, Socket to, Version version, OutputStream heard) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      out.write(in.readNBytes(MINOR_AT));
      assertThat(in.read()).as("both speak 3.1").isEqualTo(1);
      out.write(version.minor);
      byte[] piece = new byte[8192];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        synchronized (heard) {
          heard.write(piece, 0, n);
        }
        out.write(piece, 0, n);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // One of the two left.
    }
  }

  private void assertSaid(Version version) {
    synchronized (fromDialler) {
      assertThat(fromDialler.toString(ISO_8859_1))
          .contains(version.said)
          .doesNotContain(version.unsaid);
    }
  }

  @ParameterizedTest
  @EnumSource
  void hearsWhatLibzmqSubscribesTo(Version version) throws Exception {
    try (Publisher publisher = messaging.publisher();
        Party its = libzmq.socket("SUB")) {
      its.connect(tapped(publisher.bind("tcp://127.0.0.1:*"), version));
      assertThat(publisher.awaitSubscribers(1, Party.SOON)).isTrue();
      assertThat(publisher.publish("x.", "not wanted")).isZero();
      assertThat(publisher.publish(Parts.of("t.").plus(Loads.content(300, 0)))).isOne();
      its.ready();
      its.expect(List.of(300));
      assertSaid(version);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsLibzmqWhatItSubscribesTo(Version version) throws Exception {
    try (Subscriber subscriber = messaging.subscriber();
        LibzmqPeer.Socket its = libzmq.socket("XPUB")) {
      subscriber.subscribe("t.");
      subscriber.connect(tapped(its.bind("tcp://127.0.0.1:*"), version));
      its.ready();
      assertThat(its.nextTexts()).containsExactly("\1t.");
      its.texts("x.", "not wanted");
      its.texts("t.", "wanted");
      try (Parts message = subscriber.receive(Party.SOON)) {
        assertThat(message.text(1)).isEqualTo("wanted");
      }
      assertSaid(version);
      subscriber.unsubscribe("t.");
      its.ready();
      assertThat(its.nextTexts()).containsExactly("\0t.");
    }
  }
}
