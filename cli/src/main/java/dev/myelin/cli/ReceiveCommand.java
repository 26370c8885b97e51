package dev.myelin.cli;

import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeListener;
import dev.myelin.net.PeerId;
import dev.myelin.net.Reception;
import dev.myelin.net.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs a node whose tensors land in a folder.
@Command(
    name = "receive",
    header = "Receive tensors into a folder.",
    description = {
      "",
      "Each tensor becomes NAME.npy, or NAME.safetensors where NumPy lacks its type. Streams",
      "of stock ASoc peers tell neither name nor type and become .bin. A file has its final",
      "name only when it is whole and its digest was checked; nothing is overwritten. What an",
      "interrupted transfer leaves is kept for seven days, for the sender to go on with.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin receive --dir in --key-file key.txt",
      "  myelin receive --dir in --count 1 --timeout 60s --key-file key.txt --json"
    })
final class ReceiveCommand implements Callable<Integer> {
  private final RootCommand root;

  @Option(
      names = "--dir",
      required = true,
      paramLabel = "DIR",
      description = "Where the files go; made if it does not exist.")
  private Path dir = Path.of(".");

  @Option(names = "--count", paramLabel = "N", description = "End after so many tensors.")
  private @Nullable Long count;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "End after this time; with 75 if --count tensors have not arrived.")
  private @Nullable Duration timeout;

  @Mixin private final NodeOptions options = NodeOptions.staying();

  ReceiveCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    NodeConfig config = options.nodeConfig(root);
    if (count != null && count < 1) {
      throw new CommandException(ExitCodes.USAGE, "--count: " + count + " (expected: >= 1)");
    }
    Files.createDirectories(dir);
    LinkedBlockingQueue<Stored> stored = new LinkedBlockingQueue<>();
    try (Node node = Node.start(config, Reception.folder(dir, stored::add));
        Arrivals arrivals = new Arrivals(root)) {
      node.addListener(arrivals);
      announce(node);
      return collect(stored, arrivals);
    }
  }

  private void announce(Node node) {
    if (root.json()) {
      root.print(
          NodeEvents.event(
              "listening", "id", node.id().text(), "endpoint", node.endpoint().toString()));
    } else {
      root.note("receiving into " + dir + " on " + node.endpoint() + " as " + node.id().brief());
    }
  }

  private int collect(LinkedBlockingQueue<Stored> stored, Arrivals arrivals)
      throws InterruptedException {
    long end = timeout == null ? Long.MAX_VALUE : System.nanoTime() + timeout.toNanos();
    long done = 0;
    while (count == null || done < count) {
      Stored file =
          timeout == null
              ? stored.take()
              : stored.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (file == null) {
        if (count == null) {
          return ExitCodes.OK;
        }
        throw new CommandException(
            ExitCodes.TRY_AGAIN,
            "received "
                + done
                + " of "
                + Words.count(count, "tensor")
                + " within "
                + Words.time(timeout()));
      }
      done++;
      arrivals.report(file);
    }
    return ExitCodes.OK;
  }

  private Duration timeout() {
    return timeout == null ? Duration.ZERO : timeout;
  }

  /// What is on its way, and what has come.
  private static final class Arrivals implements NodeListener, AutoCloseable {
    private final RootCommand root;
    private final Map<String, ProgressLine> underWay = new ConcurrentHashMap<>();

    Arrivals(RootCommand root) {
      this.root = root;
    }

    @Override
    public void receiving(PeerId peer, int stream, String name, long totalBytes) {
      ProgressLine bar = new ProgressLine(root.shell(), name, totalBytes);
      underWay.put(key(peer, stream), bar);
    }

    @Override
    public void progressed(PeerId peer, int stream, long bytesSoFar) {
      ProgressLine bar = underWay.get(key(peer, stream));
      if (bar != null) {
        bar.at(bytesSoFar);
      }
    }

    @Override
    public void received(PeerId peer, int stream, String name, long totalBytes) {
      end(peer, stream);
    }

    @Override
    public void abandoned(PeerId peer, int stream, String name, String reason) {
      end(peer, stream);
      root.note(name + " from " + peer.brief() + " will not be completed: " + reason);
    }

    private void end(PeerId peer, int stream) {
      ProgressLine bar = underWay.remove(key(peer, stream));
      if (bar != null) {
        bar.close();
      }
    }

    @Override
    public void connected(PeerId peer, dev.myelin.net.Endpoint remote, String dialect) {
      if (!root.json()) {
        root.note("connected with " + peer.brief() + " at " + remote);
      }
    }

    @Override
    public void refused(dev.myelin.net.Endpoint remote, String reason) {
      root.note("refused " + remote + ": " + reason);
    }

    @Override
    public void discoveryFailed(String means, String reason) {
      if (root.verbosity() > 0) {
        root.note("no " + means + ": " + reason);
      }
    }

    /// Prints the line of a finished file.
    void report(Stored stored) {
      String dtype = stored.header().dtype().name().toLowerCase(Locale.ROOT);
      if (root.json()) {
        root.print(event(stored, dtype));
        return;
      }
      String resumed =
          stored.resumedBytes() == 0
              ? ""
              : ", " + Words.bytes(stored.resumedBytes()) + " of it from an earlier attempt";
      root.print(
          stored.file()
              + "  "
              + dtype
              + stored.header().shape()
              + "  "
              + Words.bytes(stored.bytes())
              + " from "
              + stored.from().brief()
              + " in "
              + Words.time(stored.time())
              + ", "
              + Words.rate(stored.bytes() - stored.resumedBytes(), stored.time())
              + resumed);
    }

    private static Map<String, Object> event(Stored stored, String dtype) {
      Map<String, Object> event =
          NodeEvents.event(
              "stored",
              "name",
              stored.name(),
              "dtype",
              dtype,
              "shape",
              Arrays.stream(stored.header().shape().toArray()).boxed().toList(),
              "bytes",
              stored.bytes(),
              "file",
              stored.file().toString());
      event.put("peer", stored.from().text());
      event.put("seconds", stored.time().toNanos() / 1e9);
      event.put("resumed_bytes", stored.resumedBytes());
      return event;
    }

    @Override
    public void close() {
      underWay.values().forEach(ProgressLine::close);
    }

    private static String key(PeerId peer, int stream) {
      return peer.text() + "/" + stream;
    }
  }
}
