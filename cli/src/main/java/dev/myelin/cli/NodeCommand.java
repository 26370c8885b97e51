package dev.myelin.cli;

import dev.myelin.net.Delivery;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.Reception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a node until it is told to stop.
@Command(
    name = "node",
    header = "Run a node until Ctrl-C; print where it listens and what happens.",
    description = {
      "",
      "The node finds peers, stays connected with them and lets them send. What arrives is",
      "announced and let go, unless --dir names a folder to keep it in.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin node --key-file key.txt",
      "  myelin node --key-file key.txt --no-discovery --peers 10.0.1.10:9000",
      "  myelin node --key-file key.txt --policy compat --compat-peers 10.0.3.0/24",
      "  ASOC_COMMUNITY=lab ASOC_API_KEY=… myelin node --json"
    })
final class NodeCommand implements Callable<Integer> {
  private final RootCommand root;

  @Mixin private final NodeOptions options = NodeOptions.staying();

  @Option(names = "--dir", paramLabel = "DIR", description = "Keep what arrives in this folder.")
  private @Nullable Path dir;

  NodeCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    NodeConfig config = options.nodeConfig(root);
    NodeEvents events = new NodeEvents(root);
    try (Node node = Node.start(config, reception())) {
      node.addListener(events);
      events.say(
          "listening     "
              + node.id().brief()
              + "  on "
              + node.endpoint()
              + ", community "
              + config.identity().community()
              + node.pin().map(pin -> ", pin " + pin).orElse(", not encrypted"),
          NodeEvents.event(
              "listening",
              "id",
              node.id().text(),
              "endpoint",
              node.endpoint().toString(),
              "community",
              config.identity().community(),
              "pin",
              node.pin().orElse("")));
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      events.say("stopped", NodeEvents.event("stopped"));
    }
    return ExitCodes.INTERRUPTED;
  }

  private Reception reception() throws IOException {
    if (dir == null) {
      return Reception.handler(Delivery::close);
    }
    Files.createDirectories(dir);
    return Reception.folder(dir, _ -> {});
  }
}
