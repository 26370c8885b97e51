package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.NodeConfig.Finding.Means;
import dev.myelin.net.NodeConfig.Identity;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.net.NodeListener;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.ThreadWatch;
import dev.myelin.wire.ApiKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// A node in a process of its own that plays one part while harm is done to it or to others.
///
/// `Actor JSON` with `id`, `host`, `port`, `peers`, `gossip`, `threads`, `plain` for no TLS,
/// `shared` for memory shared with neighbours, and `disk`, a folder for its state, and with `store`
/// for what it receives too. It obeys JSON lines:
///
/// ```
/// {"cmd":"flow","to":ID,"bytes":N}  deliver to that peer over and over until told otherwise
/// {"cmd":"still"}                   end all deliveries; says `still` when none is under way
/// {"cmd":"hold"}, {"cmd":"go"}      take nothing that arrives; take it again
/// {"cmd":"fill"}, {"cmd":"empty"}   fill the disk; make room again
/// {"cmd":"holdings"}                say what the process holds
/// ```
///
/// It reports `ready` (id, port), `ok` (to, at, ms), `fail` (to, at, ms, kind, text), `up` and
/// `down` (peer, at, text), `wrong` (text), `still`, `filled` (bytes) and `holdings`.
final class Actor {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration WORD = Duration.ofSeconds(10);
  private static final long GIVEN_BYTES = 64 << 10;
  private static final int BALLAST_BYTES = 1 << 20;

  private final Node node;
  private final Path disk;
  private final TensorPool pool = TensorPool.open("flow", 64 << 20);
  private final Map<String, Thread> flows = new ConcurrentHashMap<>();
  private final Audience audience;

  private Actor(Node node, Path disk, Audience audience) {
    this.node = node;
    this.disk = disk;
    this.audience = audience;
  }

  /// Returns the command that starts one in a JVM like this one.
  static List<String> command(Map<String, ?> part) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED"); // to list threads
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Actor.class.getName()));
    command.add(JSON.writeValueAsString(part));
    return command;
  }

  /// Runs until its input ends.
  public static void main(String[] args) throws Exception {
    JsonNode part = JSON.readTree(args[0]);
    Path disk = Path.of(part.path("disk").asText());
    Audience audience = new Audience(text -> say(event("wrong").put("text", text)));
    boolean stores = part.path("store").asBoolean();
    try (Node node = Node.start(config(part, disk), audience.reception(stores, disk))) {
      node.addListener(new Reporter());
      say(event("ready").put("id", node.id().text()).put("port", node.endpoint().port()));
      new Actor(node, disk, audience).obey();
    }
  }

  private static NodeConfig config(JsonNode part, Path disk) {
    List<String> peers = new ArrayList<>();
    part.path("peers").forEach(each -> peers.add(each.asText()));
    Set<Means> means = part.path("gossip").asBoolean() ? Set.of(Means.GOSSIP) : Set.of();
    UUID id = UUID.fromString(part.path("id").asText());
    NodeConfig.Threads threads = NodeConfig.Threads.valueOf(part.path("threads").asText());
    return NodeConfig.of("lab", Identities.KEY)
        .identity(
            new Identity(
                id, "lab", ApiKey.of(Identities.KEY), Optional.of(disk.resolve("state-" + id))))
        .listen(new Endpoint(part.path("host").asText(), part.path("port").asInt()))
        .security(Security.secure().encryption(encryption(part)))
        .limits(NodeProcess.limits(64 << 20))
        .links(links(part).threads(threads))
        .finding(new Finding(means, peers, Optional.empty(), Finding.DEFAULT_BROADCAST_PORT));
  }

  private static NodeConfig.Links links(JsonNode part) {
    return part.path("shared").asBoolean() ? NodeConfig.Links.defaults() : Identities.SOCKETS;
  }

  private static Encryption encryption(JsonNode part) {
    return part.path("plain").asBoolean() ? Encryption.plain() : Encryption.tls();
  }

  private void obey() throws IOException, InterruptedException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode command = JSON.readTree(line);
      switch (command.path("cmd").asText()) {
        case "flow" -> begin(command.path("to").asText(), command.path("bytes").asLong());
        case "still" -> still();
        case "hold" -> audience.hold();
        case "go" -> audience.go();
        case "fill" -> fill();
        case "empty" -> Files.deleteIfExists(ballast());
        case "holdings" -> say(holdings());
        default -> say(event("confused").put("text", line));
      }
    }
    still();
  }

  private void begin(String to, long bytes) {
    if (!flows.containsKey(to)) {
      Thread flow =
          Thread.ofPlatform()
              .daemon()
              .name("flow-" + to)
              .unstarted(() -> flow(new PeerId(to), bytes));
      flows.put(to, flow);
      flow.start();
    }
  }

  private void still() throws InterruptedException {
    List<Thread> ending = List.copyOf(flows.values());
    flows.clear();
    for (Thread each : ending) {
      each.join();
    }
    say(event("still"));
  }

  private void flow(PeerId to, long bytes) {
    try (Tensor tensor = Audience.script(pool, bytes)) {
      while (Thread.currentThread().equals(flows.get(to.text()))) {
        deliver(to, tensor);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void deliver(PeerId to, Tensor tensor) {
    Optional<Peer> peer =
        node.peers().stream().filter(each -> each.id().equals(Optional.of(to))).findFirst();
    if (peer.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    try {
      hand(peer.get(), tensor, SendOptions.defaults().limit(WORD));
      say(event("ok").put("to", to.text()).put("ms", since(begin)));
    } catch (IOException | RuntimeException e) {
      say(
          event("fail")
              .put("to", to.text())
              .put("ms", since(begin))
              .put("kind", e.getClass().getSimpleName())
              .put("text", e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Gives what a neighbour gets large, without a copy on the way; delivers anything else.
  private void hand(Peer peer, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException {
    boolean near = peer.medium().equals(Optional.of(Peer.Medium.SHARED_MEMORY));
    if (!near || tensor.byteSize() < GIVEN_BYTES) {
      peer.deliver("flow", tensor, options);
      return;
    }
    Tensor given = node.sharedPool().allocate(tensor.dtype(), tensor.shape());
    given.segment().copyFrom(tensor.segment());
    peer.give("flow", given, options);
  }

  private long neighbours() {
    return node.peers().stream()
        .filter(each -> each.medium().equals(Optional.of(Peer.Medium.SHARED_MEMORY)))
        .count();
  }

  /// Writes until the system says that there is no more room.
  private void fill() {
    byte[] block = new byte[BALLAST_BYTES];
    long written = 0;
    try (OutputStream out = Files.newOutputStream(ballast())) {
      for (int size = block.length; size > 0; ) {
        size = tryWrite(out, block, size);
        written += size;
      }
    } catch (IOException e) {
      say(event("confused").put("text", "ballast: " + e));
    }
    say(event("filled").put("bytes", written));
  }

  private static int tryWrite(OutputStream out, byte[] block, int size) {
    for (int piece = size; piece > 0; piece /= 2) {
      try {
        out.write(block, 0, piece);
        return piece;
      } catch (IOException e) {
        // Less may still fit.
      }
    }
    return 0;
  }

  private Path ballast() {
    return disk.resolve("ballast");
  }

  private ObjectNode holdings() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      ObjectNode event = event("holdings").put("descriptors", open.count());
      event.putPOJO("threads", List.copyOf(ThreadWatch.ours().values()));
      return event
          .put("outstanding", node.pool().outstanding())
          .put("flowing", pool.outstanding())
          .put("given", node.sharedPool().outstanding())
          .put("neighbours", neighbours());
    }
  }

  private static long since(long begin) {
    return (System.nanoTime() - begin) / 1_000_000;
  }

  private static ObjectNode event(String name) {
    return JSON.createObjectNode().put("event", name).put("at", System.currentTimeMillis());
  }

  private static void say(ObjectNode event) {
    synchronized (JSON) {
      System.out.println(event);
      System.out.flush();
    }
  }

  private static final class Reporter implements NodeListener {
    @Override
    public void connected(PeerId peer, Endpoint remote, String dialect) {
      say(event("up").put("peer", peer.text()).put("text", remote.toString()));
    }

    @Override
    public void disconnected(PeerId peer, Endpoint remote, String reason) {
      say(event("down").put("peer", peer.text()).put("text", reason));
    }
  }
}
