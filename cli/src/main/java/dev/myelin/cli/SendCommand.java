package dev.myelin.cli;

import dev.myelin.net.Form;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeListener;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.Persistence;
import dev.myelin.net.Receipt;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Sends the tensors of files to peers.
@Command(
    name = "send",
    header = "Send the tensors of files, or files, to one peer, any peer or all.",
    description = {
      "",
      "Ends with 0 once every receiver has confirmed every tensor, whole and with the right",
      "digest. A stock ASoc peer confirms nothing: its tensors are reported as sent,",
      "unconfirmed. A file of another kind travels as it is, and a receiver with a folder stores",
      "it under its name.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin send model.safetensors --to any --key-file key.txt",
      "  myelin send model.gguf --to any --retry-for 5m --key-file key.txt",
      "  myelin send x.npy y.npy --to 10.0.1.10:9000 --key-file key.txt",
      "  myelin send image.raw --dtype u8 --shape 480,640,3 --to 7f3a --key-file key.txt",
      "  produce | myelin send - --dtype f32 --to all --key-file key.txt"
    })
final class SendCommand implements Callable<Integer> {
  /// From here on the round trip that asks the receiver costs nothing to speak of.
  private static final long RESUME_BYTES = 64L << 20;

  private final RootCommand root;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          ".npy, .safetensors, raw little-endian elements with --dtype, or any other file; -"
              + " reads raw from standard input.")
  private List<String> files = List.of();

  @Option(
      names = "--to",
      paramLabel = "PEER|any|all",
      defaultValue = "any",
      description =
          "host:port, the beginning of a peer's id, any (the first one found) or all (default:"
              + " ${DEFAULT-VALUE}).")
  private String to = "any";

  @Option(
      names = "--digest",
      paramLabel = "crc32c|sha256",
      defaultValue = "sha256",
      description = "How the receiver checks the bytes (default: ${DEFAULT-VALUE}).")
  private TensorHeader.Digest digest = TensorHeader.Digest.SHA256;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long to look for the peer (default: ${DEFAULT-VALUE}).")
  private Duration wait = Duration.ofSeconds(10);

  @Option(
      names = "--confirm",
      paramLabel = "TIME",
      defaultValue = "30s",
      description =
          "How long to wait for the receiver's word once all is sent (default: ${DEFAULT-VALUE}).")
  private Duration confirm = Duration.ofSeconds(30);

  @Option(
      names = "--no-resume",
      description =
          "Send from the first byte, whatever the receiver has; otherwise tensors of 64 MiB and"
              + " more go on where an earlier attempt ended.")
  private boolean fromTheFirstByte;

  @Option(
      names = "--retry-for",
      paramLabel = "TIME",
      defaultValue = "0s",
      description =
          "How long after the last byte to try again when the receiver is lost, also if it was"
              + " restarted (default: ${DEFAULT-VALUE}).")
  private Duration retryFor = Duration.ZERO;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "Element type of raw files: f32, bf16, u8, q8_0 …")
  private @Nullable String dtype;

  @Option(
      names = "--shape",
      paramLabel = "N,…",
      description =
          "Extents of raw files, outermost first; without it, one axis as long as the file.")
  private @Nullable String shape;

  @Option(
      names = "--wire-dtype",
      paramLabel = "f16|bf16|q8_0",
      description =
          "Round f32 tensors to this type on the way; they arrive as f32. Without it, every tensor"
              + " arrives bit for bit.")
  private @Nullable DType wireDtype;

  @Mixin private final NodeOptions options = NodeOptions.passing();

  SendCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (digest == TensorHeader.Digest.NONE) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--digest: none (expected: crc32c or sha256, which the receiver confirms)");
    }
    SendOptions how = how();
    NodeConfig config = options.nodeConfig(root);
    try (TensorSource source =
            TensorSource.open(files, RawFormat.of(dtype, shape), root.shell().in());
        Node node = Node.start(config)) {
      List<Peer> peers = Targets.find(node, to, wait);
      node.addListener(new Resumptions());
      return send(source, node, peers, how);
    }
  }

  private Form form() {
    try {
      return wireDtype == null ? Form.exact() : Form.exact().wire(wireDtype);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--wire-dtype: "
              + String.valueOf(wireDtype).toLowerCase(Locale.ROOT)
              + " (expected: f16, bf16 or q8_0)");
    }
  }

  private int send(TensorSource source, Node node, List<Peer> peers, SendOptions how)
      throws IOException, InterruptedException {
    long total = source.totalBytes() * peers.size();
    long start = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    try (ProgressLine bar = new ProgressLine(root.shell(), "sending", total);
        ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
      AtomicLong sent = new AtomicLong();
      List<Future<Outcome>> tasks = new ArrayList<>();
      for (Peer peer : peers) {
        PatientSender sender = new PatientSender(root, node, peer, retryFor);
        tasks.add(threads.submit(() -> sendAll(source, sender, how, new Tally(sent, bar))));
      }
      for (Future<Outcome> task : tasks) {
        outcomes.add(task.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused; // a tensor that cannot travel, such as one with a name too long
      }
      throw new IllegalStateException("a sender ended without an outcome", e.getCause());
    }
    return conclude(outcomes, Duration.ofNanos(System.nanoTime() - start));
  }

  /// How sending to one peer went.
  private record Outcome(
      Peer peer, int tensors, int confirmed, long bytes, @Nullable IOException failure) {}

  /// Adds up what all senders have sent.
  private record Tally(AtomicLong sent, ProgressLine bar) {
    Progress of() {
      long[] before = {0};
      return (sentBytes, _) -> {
        bar.at(sent.addAndGet(sentBytes - before[0]));
        before[0] = sentBytes;
      };
    }
  }

  private Outcome sendAll(TensorSource source, PatientSender sender, SendOptions how, Tally tally)
      throws InterruptedException {
    int tensors = 0;
    int confirmed = 0;
    long bytes = 0;
    try {
      for (TensorSource.Named named : source.tensors()) {
        long start = System.nanoTime();
        Receipt receipt = sender.deliver(named, how.progress(tally.of()));
        tensors++;
        confirmed += receipt.confirmed() ? 1 : 0;
        bytes += named.tensor().byteSize();
        report(named, sender.peer(), receipt, Duration.ofNanos(System.nanoTime() - start));
      }
      return new Outcome(sender.peer(), tensors, confirmed, bytes, null);
    } catch (IOException e) {
      return new Outcome(sender.peer(), tensors, confirmed, bytes, e);
    }
  }

  private SendOptions how() {
    Persistence persistence =
        fromTheFirstByte ? Persistence.once() : Persistence.resuming(RESUME_BYTES);
    return SendOptions.defaults()
        .digest(digest)
        .limit(confirm)
        .persistence(persistence)
        .form(form());
  }

  /// Tells what goes on where an earlier attempt ended.
  private final class Resumptions implements NodeListener {
    @Override
    public void resuming(PeerId peer, String name, long fromBytes, long totalBytes) {
      if (root.json()) {
        root.print(
            NodeEvents.event(
                "resuming",
                "tensor",
                name,
                "peer",
                peer.text(),
                "from",
                fromBytes,
                "bytes",
                totalBytes));
      } else {
        root.note(
            name
                + ": "
                + peer.brief()
                + " has "
                + Words.bytes(fromBytes)
                + " of "
                + Words.bytes(totalBytes)
                + " already");
      }
    }
  }

  private void report(TensorSource.Named named, Peer peer, Receipt receipt, Duration time) {
    String dtypeName = named.tensor().dtype().name().toLowerCase(Locale.ROOT);
    if (root.json()) {
      root.print(
          Json.object(
              "tensor",
              named.name(),
              "dtype",
              dtypeName,
              "shape",
              shapeOf(named),
              "bytes",
              named.tensor().byteSize(),
              "peer",
              idOf(peer),
              "confirmed",
              receipt.confirmed(),
              "seconds",
              time.toNanos() / 1e9));
      return;
    }
    root.print(
        (receipt.confirmed() ? "sent  " : "sent, unconfirmed  ")
            + named.name()
            + "  "
            + dtypeName
            + named.tensor().shape()
            + "  "
            + Words.bytes(named.tensor().byteSize())
            + " to "
            + brief(peer)
            + " in "
            + Words.time(time)
            + ", "
            + Words.rate(named.tensor().byteSize(), time));
  }

  private int conclude(List<Outcome> outcomes, Duration time) throws IOException {
    summarise(outcomes, time);
    List<IOException> failures = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      IOException failure = outcome.failure();
      if (failure != null) {
        failures.add(failure);
        if (outcomes.size() > 1) {
          root.note("to " + brief(outcome.peer()) + ": " + failure.getMessage());
        }
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    return ExitCodes.OK;
  }

  private void summarise(List<Outcome> outcomes, Duration time) {
    long bytes = outcomes.stream().mapToLong(Outcome::bytes).sum();
    int tensors = outcomes.stream().mapToInt(Outcome::tensors).sum();
    int confirmed = outcomes.stream().mapToInt(Outcome::confirmed).sum();
    if (root.json()) {
      Map<String, Object> summary = Json.object("tensors", tensors, "bytes", bytes);
      summary.put("seconds", time.toNanos() / 1e9);
      summary.put("confirmed", confirmed);
      summary.put("peers", outcomes.size());
      root.print(summary);
      return;
    }
    String sure = (tensors - confirmed) + " unconfirmed: a stock peer confirms nothing";
    root.print(
        String.format(
            Locale.ROOT,
            "%s, %s to %s in %s%s",
            Words.count(tensors, "tensor"),
            Words.bytes(bytes),
            Words.count(outcomes.size(), "peer"),
            Words.time(time),
            tensors == 0 ? "" : ", " + (tensors == confirmed ? "all confirmed" : sure)));
  }

  private static List<Long> shapeOf(TensorSource.Named named) {
    return java.util.Arrays.stream(named.tensor().shape().toArray()).boxed().toList();
  }

  private static String idOf(Peer peer) {
    return peer.id().map(PeerId::text).orElse("");
  }

  private static String brief(Peer peer) {
    return peer.id().map(PeerId::brief).orElseGet(() -> String.valueOf(peer.endpoints()));
  }
}
