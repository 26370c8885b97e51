package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// One socket at a node in a process of its own, which looks for a service and obeys JSON lines as
/// the peer of libzmq does, with the same events.
///
/// `NearSocket ROLE PORT SERVICE`, then
///
/// ```
/// {"cmd":"receive"}           take everything that comes; received (texts) for each
/// {"cmd":"echo"}              send everything back; echoed for each
/// {"cmd":"pace","millis":N}   from now on, rest so long behind each
/// ```
///
/// It reports `opened` once messages pass through shared memory.
final class NearSocket {
  private static final Duration FOREVER = SocketOptions.Waits.FOREVER;

  private final PatternSocket socket;
  private volatile long paceNanos;

  private NearSocket(PatternSocket socket) {
    this.socket = socket;
  }

  /// Returns the command that starts one in a JVM like this one.
  static List<String> command(String role, int port, String service) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(NearSocket.class.getName(), role, "" + port, service));
    return command;
  }

  /// Returns the configuration of a node on this machine that finds nobody by itself.
  static NodeConfig config() {
    return NodeConfig.of("lab", Identities.KEY)
        .listen(new Endpoint("127.0.0.1", 0))
        .finding(NodeConfig.Finding.only());
  }

  /// Runs until its input ends.
  public static void main(String[] args) throws Exception {
    SocketOptions plain = SocketOptions.defaults();
    SocketOptions options = plain.highWater(20, 20).waits(plain.waits().calls(FOREVER, FOREVER));
    try (Node node = Node.start(config());
        PatternSocket socket = open(node, args[0], options)) {
      node.connect(new Endpoint("127.0.0.1", Integer.parseInt(args[1])), Party.SOON);
      socket.connect("myelin://" + args[2]);
      HarmedPeer.awaitUntil(
          "it does not share memory",
          () ->
              socket.peerStats().stream().anyMatch(each -> each.medium().equals("shared memory")));
      say(event("opened"));
      new NearSocket(socket).obey();
    }
  }

  private static PatternSocket open(Node node, String role, SocketOptions options) {
    return switch (role) {
      case "REP" -> node.messaging().replier(options);
      case "PULL" -> node.messaging().puller(options);
      case "SUB" -> {
        Subscriber subscriber = node.messaging().subscriber(options);
        subscriber.subscribe("t.");
        yield subscriber;
      }
      default -> throw new IllegalArgumentException("role: " + role);
    };
  }

  private void obey() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode command = LineProcess.JSON.readTree(line);
      switch (command.path("cmd").asText()) {
        case "receive", "echo" -> Thread.ofPlatform().daemon().start(this::takeAll);
        case "pace" -> paceNanos = command.path("millis").asLong() * 1_000_000;
        default -> say(event("confused").put("text", line));
      }
    }
  }

  private void takeAll() {
    try {
      while (true) {
        take();
        LockSupport.parkNanos(paceNanos);
      }
    } catch (IOException | InterruptedException e) {
      say(event("failed").put("text", e.toString()));
    }
  }

  private void take() throws IOException, InterruptedException {
    switch (socket) {
      case Replier replier -> {
        try (Request request = replier.receive()) {
          request.reply(request.take());
        }
        say(event("echoed"));
      }
      case Puller puller -> tell(puller.pull(), 0);
      case Subscriber subscriber -> tell(subscriber.receive(), 1);
      default -> throw new IllegalStateException(socket + " takes nothing");
    }
  }

  /// Reports the number that stands in that part.
  private static void tell(Parts message, int number) {
    try (message) {
      ObjectNode event = event("received");
      event.putArray("texts").add(message.text(number));
      say(event);
    }
  }

  private static ObjectNode event(String name) {
    return LineProcess.JSON.createObjectNode().put("event", name);
  }

  private static void say(ObjectNode event) {
    synchronized (LineProcess.JSON) {
      System.out.println(event);
      System.out.flush();
    }
  }
}
