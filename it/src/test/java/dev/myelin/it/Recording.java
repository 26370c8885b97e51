package dev.myelin.it;

import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.Peer;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The frames of a real session between two of our nodes, as the dialler wrote them after its
/// HELLO.
final class Recording {
  private static final Duration SOON = Duration.ofSeconds(10);

  private Recording() {}

  /// Lets two nodes meet through a wire tap and exchange tensors that travel in one frame and in
  /// several.
  static List<byte[]> make() throws Exception {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    NodeConfig config =
        NodeConfig.of("lab", Identities.KEY)
            .links(Identities.SOCKETS)
            .listen(new Endpoint("127.0.0.1", 0))
            .security(NodeConfig.Security.secure().encryption(NodeConfig.Encryption.plain()))
            .finding(Finding.only());
    try (Crew crew = new Crew();
        ServerSocket tap = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Node far = Node.start(config.identity(Identities.fresh("lab")));
        Node near = Node.start(config.identity(Identities.fresh("lab")))) {
      crew.run(() -> tap(tap, far.endpoint().port(), heard));
      exchange(near.connect(new Endpoint("127.0.0.1", tap.getLocalPort()), SOON), far);
    }
    return frames(heard.toByteArray());
  }

  private static void exchange(Peer peer, Node far) throws Exception {
    try (TensorPool pool = TensorPool.open("recorded", 1 << 20)) {
      for (Digest digest : List.of(Digest.CRC32C, Digest.SHA256)) {
        exchange(peer, far, digest, Tensors.random(pool, digest.name().length() * 100L, 1));
        exchange(peer, far, digest, Tensors.random(pool, 40_000, 1));
      }
    }
  }

  private static void exchange(Peer peer, Node far, Digest digest, Tensor tensor) throws Exception {
    try (tensor) {
      peer.deliver("recorded", tensor, SendOptions.defaults().digest(digest));
    }
    try (Delivery delivery = far.receive(SOON)) {
      peer.send("again", delivery.tensor());
    }
    far.receive(SOON).close();
  }

  private static void tap(ServerSocket tap, int port, ByteArrayOutputStream heard)
      throws IOException {
    try (Crew back = new Crew();
        Socket near = tap.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
      back.run(
          () ->
              copy(far.getInputStream(), near.getOutputStream(), OutputStream.nullOutputStream()));
      copy(near.getInputStream(), far.getOutputStream(), heard);
    }
  }

  private static void copy(InputStream from, OutputStream to, OutputStream heard)
      throws IOException {
    byte[] piece = new byte[8192];
    try {
      for (int n = from.read(piece); n >= 0; n = from.read(piece)) {
        to.write(piece, 0, n);
        heard.write(piece, 0, n);
      }
    } catch (IOException e) {
      // One of the two left; the recording is what was heard until then.
    }
  }

  private static List<byte[]> frames(byte[] heard) {
    List<byte[]> frames = new ArrayList<>();
    int at = 0;
    while (heard.length - at >= Stranger.HEADER) {
      int end = at + Stranger.HEADER + ByteBuffer.wrap(heard).getInt(at + 10);
      if (end > heard.length) {
        break;
      }
      frames.add(Arrays.copyOfRange(heard, at, end));
      at = end;
    }
    return frames.subList(1, frames.size());
  }
}
