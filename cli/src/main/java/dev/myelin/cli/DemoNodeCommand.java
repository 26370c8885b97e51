package dev.myelin.cli;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeListener;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.wire.TensorHeader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One of the nodes of the demonstration: prints events, obeys orders, ends with its input.
@Command(name = "demo-node", hidden = true, header = "One node of the demonstration.")
final class DemoNodeCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final RootCommand root;

  @Option(names = "--dir", required = true)
  private Path dir = Path.of(".");

  @Mixin private final NodeOptions options = NodeOptions.passing();

  DemoNodeCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NodeConfig config = options.nodeConfig(root);
    Reception reception =
        Reception.folder(
            dir, stored -> say(NodeEvents.event("stored", "file", stored.file().toString())));
    try (Node node = Node.start(config, reception)) {
      long started = System.nanoTime();
      node.addListener(new Events());
      say(
          NodeEvents.event(
              "listening", "id", node.id().text(), "endpoint", node.endpoint().toString()));
      Peer peer = node.awaitPeer(LIMIT);
      say(
          NodeEvents.event(
              "met",
              "peer",
              peer.id().map(PeerId::text).orElse(""),
              "source",
              peer.source(),
              "proven",
              peer.proven(),
              "seconds",
              (System.nanoTime() - started) / 1e9));
      obey(node);
    }
    return ExitCodes.OK;
  }

  private void obey(Node node) throws IOException, InterruptedException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(root.shell().in(), StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      Map<String, Object> order = Json.parse(line);
      if (order.containsKey("end")) {
        return;
      }
      if (order.get("send") instanceof List<?> files) {
        send(node.awaitPeer(LIMIT), files.stream().map(String::valueOf).toList());
      }
    }
  }

  private void send(Peer peer, List<String> files) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long bytes = 0;
    int tensors = 0;
    try (TensorSource source = TensorSource.open(files, RawFormat.NONE)) {
      for (TensorSource.Named named : source.tensors()) {
        long before = bytes;
        SendOptions how =
            SendOptions.defaults()
                .digest(TensorHeader.Digest.SHA256)
                .progress((sent, _) -> say(NodeEvents.event("progress", "bytes", before + sent)));
        peer.deliver(named.name(), named.tensor(), how);
        bytes += named.tensor().byteSize();
        tensors++;
      }
    }
    say(
        NodeEvents.event(
            "sent",
            "tensors",
            tensors,
            "bytes",
            bytes,
            "seconds",
            (System.nanoTime() - start) / 1e9));
  }

  private synchronized void say(Map<String, Object> event) {
    root.print(event);
  }

  private final class Events implements NodeListener {
    @Override
    public void connected(PeerId peer, Endpoint remote, String dialect) {
      say(
          NodeEvents.event(
              "connected", "peer", peer.text(), "remote", remote.toString(), "dialect", dialect));
    }

    @Override
    public void abandoned(PeerId peer, int stream, String name, String reason) {
      say(NodeEvents.event("abandoned", "name", name, "reason", reason));
    }
  }
}
