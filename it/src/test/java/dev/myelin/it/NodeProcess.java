package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.net.Delivery;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.NodeConfig.Finding.Means;
import dev.myelin.net.NodeConfig.Identity;
import dev.myelin.net.NodeConfig.Security;
import dev.myelin.net.NodeListener;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Limits.Streams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A node in a process of its own that sends a tensor to every peer it is told of, over and over,
/// and reports each.
///
/// `NodeProcess ID HOST PORT secure|compat|listed MEMORY_BYTES [HOST:PORT…]`, obeying JSON lines:
///
/// ```
/// {"cmd":"flow","to":ID,"bytes":N}    begin to deliver to that peer, every few milliseconds
/// {"cmd":"counters"}                  report them
/// ```
///
/// `listed` is `secure` for one that knows no peers but these, whatever others tell of theirs.
///
/// It reports `ready` (id, port), `ok` (to, at, ms), `fail` (to, at, ms, kind, text), `got` (from,
/// at), `up` and `down` (peer, at, text), `counters`. Times are milliseconds of the epoch; `ms` is
/// how long a call took.
final class NodeProcess {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final Node node;
  private final TensorPool pool = TensorPool.open("flow", 256 << 20);
  private final Set<String> flows = ConcurrentHashMap.newKeySet();

  private NodeProcess(Node node) {
    this.node = node;
  }

  /// Returns the command that starts one in a JVM like this one.
  static List<String> command(UUID id, String host, int port, String... more) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(NodeProcess.class.getName(), id.toString(), host, "" + port));
    command.addAll(List.of(more));
    return command;
  }

  /// Runs until its input ends.
  public static void main(String[] args) throws Exception {
    Security security = args[3].equals("compat") ? Security.compat() : Security.secure();
    Identity identity =
        new Identity(UUID.fromString(args[0]), "lab", ApiKey.of(Identities.KEY), Optional.empty());
    NodeConfig config =
        NodeConfig.of("lab", Identities.KEY)
            .links(Identities.SOCKETS)
            .identity(identity)
            .listen(new Endpoint(args[1], Integer.parseInt(args[2])))
            .security(security)
            .limits(limits(Long.parseLong(args[4])))
            .finding(finding(args[3], Arrays.copyOfRange(args, 5, args.length)));
    try (Node node = Node.start(config, Reception.handler(Delivery::close))) {
      node.addListener(new Reporter());
      say(event("ready").put("id", node.id().text()).put("port", node.endpoint().port()));
      new NodeProcess(node).obey();
    }
  }

  private static Finding finding(String manner, String... peers) {
    Set<Means> means = manner.equals("listed") ? Set.of() : Set.of(Means.GOSSIP);
    return new Finding(means, List.of(peers), Optional.empty(), Finding.DEFAULT_BROADCAST_PORT);
  }

  static Limits limits(long memoryBytes) {
    Limits all = Limits.defaults();
    Streams one = all.streams();
    Streams streams =
        new Streams(
            one.open(),
            one.tensorBytes(),
            one.nameBytes(),
            one.rank(),
            one.queuedMessages(),
            memoryBytes);
    return new Limits(all.frames(), streams, all.strangers(), all.waits());
  }

  private void obey() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode command = JSON.readTree(line);
      switch (command.path("cmd").asText()) {
        case "flow" -> begin(command.path("to").asText(), command.path("bytes").asLong());
        case "counters" -> say(event("counters").putPOJO("counters", node.counters()));
        default -> say(event("confused").put("text", line));
      }
    }
    flows.clear();
  }

  private void begin(String to, long bytes) {
    if (flows.add(to)) {
      Thread.ofPlatform().daemon().name("flow-" + to).start(() -> flow(new PeerId(to), bytes));
    }
  }

  private void flow(PeerId to, long bytes) {
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes))) {
      while (flows.contains(to.text())) {
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
      peer.get().deliver("flow", tensor, SendOptions.defaults());
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
    private final AtomicInteger left = new AtomicInteger(1000);

    @Override
    public void connected(PeerId peer, Endpoint remote, String dialect) {
      note(event("up").put("peer", peer.text()).put("text", remote.toString()));
    }

    @Override
    public void disconnected(PeerId peer, Endpoint remote, String reason) {
      note(event("down").put("peer", peer.text()).put("text", reason));
    }

    @Override
    public void refused(Endpoint remote, String reason) {
      note(event("refused").put("text", reason));
    }

    private void note(ObjectNode event) {
      if (left.decrementAndGet() >= 0) {
        say(event);
      }
    }
  }
}
