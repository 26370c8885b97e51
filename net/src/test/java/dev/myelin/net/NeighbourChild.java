package dev.myelin.net;

import com.fasterxml.jackson.core.JsonFactory;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.jmdns.JmDNS;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// A node in another process: keeps what it is sent, or gives and sends for ever; it is stopped by
/// force.
final class NeighbourChild implements AutoCloseable {
  static final long GIVEN_BYTES = 1 << 20;

  private final Process process;
  private final BufferedReader out;

  private NeighbourChild(Process process) {
    this.process = process;
    this.out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /// Starts one that keeps what it is sent, and waits until it is connected.
  static NeighbourChild keeper(Node node) throws IOException {
    return start(node, "keeper");
  }

  /// Starts one that gives tensors and sends others without an end.
  static NeighbourChild giver(Node node) throws IOException {
    return start(node, "giver");
  }

  /// Starts one that pushes large and small parts to a service without an end.
  static NeighbourChild pusher(Node node) throws IOException {
    return start(node, "pusher");
  }

  private static NeighbourChild start(Node node, String role) throws IOException {
    String path =
        Stream.of(
                NeighbourChild.class,
                Node.class,
                PeerException.class,
                Tensor.class,
                JmDNS.class,
                JsonFactory.class,
                Logger.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path,
                NeighbourChild.class.getName(),
                role,
                Integer.toString(node.endpoint().port()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    NeighbourChild child = new NeighbourChild(process);
    if (child.line() == null) {
      child.close();
      throw new IOException("the child did not come up");
    }
    return child;
  }

  public static void main(String[] args) throws Exception {
    Node node = Node.start(Lab.sharing());
    Peer peer = node.connect(Lab.at(Integer.parseInt(args[1])), Lab.SOON);
    System.out.println("ready");
    if (args[0].equals("pusher")) {
      pushForEver(node);
    }
    if (args[0].equals("keeper")) {
      List<Delivery> kept = new ArrayList<>();
      while (true) {
        kept.add(node.receive(Duration.ofMinutes(1)));
        System.out.println(whole(node, kept));
      }
    }
    while (true) {
      peer.give("given", Lab.counted(node.sharedPool(), GIVEN_BYTES), SendOptions.defaults());
      try (Tensor small = Lab.counted(node.sharedPool(), 5000)) {
        peer.send("small", small);
      }
    }
  }

  private static void pushForEver(Node node) throws Exception {
    try (Pusher pusher = node.messaging().pusher()) {
      pusher.connect("myelin://near");
      while (true) {
        pusher.push(Parts.of("small"));
        pusher.push(Parts.of(Lab.counted(node.messaging().pool(), GIVEN_BYTES)));
      }
    }
  }

  private static long whole(Node node, List<Delivery> kept) {
    try (Tensor expected = Lab.counted(node.pool(), GIVEN_BYTES)) {
      return kept.stream().filter(each -> each.tensor().contentEquals(expected)).count();
    }
  }

  /// Returns what it says next: of a keeper, how many of the tensors it ever got are whole.
  @Nullable String line() throws IOException {
    return out.readLine();
  }

  /// Ends it as `kill -9` does.
  void kill() {
    process.destroyForcibly();
  }

  /// Stops it as `kill -STOP` does.
  void stop() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /// Lets it go on.
  void go() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
