package dev.myelin.cli;

import dev.myelin.net.Delivery;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.Reception;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Joins the community for a while and shows who is there.
@Command(
    name = "peers",
    header = "Show the peers that can be found from here, as a live table.",
    description = {
      "",
      "Starts a node of its own that looks around. On a terminal the table is drawn anew",
      "every second until Ctrl-C; otherwise, with --once or --json, it is printed once.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin peers --key-file key.txt",
      "  myelin peers --key-file key.txt --once --wait 5s",
      "  myelin peers --key-file key.txt --json | jq -r .id"
    })
final class PeersCommand implements Callable<Integer> {
  private static final long REDRAW_MILLIS = 1_000;

  private final RootCommand root;

  @Mixin private final NodeOptions options = NodeOptions.passing();

  @Option(
      names = "--once",
      description = "Look around for as long as --wait says, print once, end.")
  private boolean once;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "3s",
      description = "How long to look around before printing once (default: ${DEFAULT-VALUE}).")
  private Duration wait = Duration.ofSeconds(3);

  PeersCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NodeConfig config = options.nodeConfig(root);
    try (Node node = Node.start(config, Reception.handler(Delivery::close))) {
      if (once || root.json() || !root.shell().outIsTerminal()) {
        Thread.sleep(wait);
        printOnce(node);
        return ExitCodes.OK;
      }
      watch(node);
      return ExitCodes.INTERRUPTED;
    }
  }

  private void printOnce(Node node) {
    List<Peer> peers = node.peers();
    if (root.json()) {
      peers.forEach(peer -> root.print(describe(peer)));
    } else if (peers.isEmpty()) {
      root.print("no peers within " + Words.time(wait) + "; 'myelin doctor' looks for the reason");
    } else {
      root.print(table(peers));
    }
  }

  private void watch(Node node) {
    try {
      while (true) {
        List<Peer> peers = node.peers();
        String body =
            peers.isEmpty() ? "nobody yet; 'myelin doctor' looks for reasons" : table(peers);
        root.shell()
            .out()
            .print(
                "\033[H\033[2J"
                    + node.id().brief()
                    + " on "
                    + node.endpoint()
                    + ", "
                    + Words.count(peers.size(), "peer")
                    + "  (Ctrl-C ends)\n\n"
                    + body
                    + "\n");
        root.shell().out().flush();
        Thread.sleep(REDRAW_MILLIS);
      }
    } catch (InterruptedException e) {
      root.shell().out().println();
    }
  }

  private static String table(List<Peer> peers) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "ID",
            "ADDRESS",
            "STATE",
            "SOURCE",
            "PROOF",
            "PATH",
            "CONN",
            "RTT",
            "SENT",
            "RECEIVED",
            "LAST FAILURE"));
    for (Peer peer : peers) {
      rows.add(
          List.of(
              peer.id().map(PeerId::brief).orElse("?"),
              address(peer),
              state(peer),
              peer.source(),
              proof(peer),
              path(peer),
              Integer.toString(peer.connections()),
              peer.roundTrip().map(Words::time).orElse("-"),
              Words.bytes(peer.bytesSent()),
              Words.bytes(peer.bytesReceived()),
              peer.lastFailure().orElse("-")));
    }
    return Words.table(rows);
  }

  private static Map<String, Object> describe(Peer peer) {
    Map<String, Object> facts =
        Json.object(
            "id",
            peer.id().map(PeerId::text).orElse(""),
            "address",
            address(peer),
            "state",
            state(peer),
            "source",
            peer.source(),
            "proof",
            proof(peer),
            "path",
            path(peer),
            "connections",
            peer.connections(),
            "compression",
            peer.compression().name().toLowerCase(Locale.ROOT),
            "bytes_sent",
            peer.bytesSent(),
            "bytes_received",
            peer.bytesReceived());
    peer.protection().ifPresent(text -> facts.put("protection", text));
    peer.roundTrip().ifPresent(time -> facts.put("rtt_us", time.toNanos() / 1_000.0));
    peer.lastFailure().ifPresent(text -> facts.put("last_failure", text));
    return facts;
  }

  private static String address(Peer peer) {
    return peer.endpoints().isEmpty() ? "-" : peer.endpoints().getFirst().toString();
  }

  private static String state(Peer peer) {
    return peer.state().name().toLowerCase(Locale.ROOT);
  }

  /// Returns one word; all of it is in the JSON.
  private static String link(Peer peer) {
    return peer.protection()
        .map(
            text ->
                text.endsWith("Conscrypt")
                    ? "tls (conscrypt)"
                    : text.startsWith("TLS") ? "tls" : text)
        .orElse("-");
  }

  private static String proof(Peer peer) {
    return peer.state() != Peer.State.CONNECTED ? "-" : peer.proven() ? "mutual" : "stock";
  }

  private static String path(Peer peer) {
    return peer.medium()
        .filter(medium -> medium != Peer.Medium.SOCKET)
        .map(medium -> medium.name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .orElseGet(() -> link(peer));
  }
}
