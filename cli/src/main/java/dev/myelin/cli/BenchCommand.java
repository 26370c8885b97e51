package dev.myelin.cli;

import java.io.IOException;
import java.net.DatagramSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures two processes on this machine, beside other programs where asked.
@Command(
    name = "bench",
    header = "Measure throughput and latency between two processes here, or of a model.",
    description = {
      "",
      "Every run starts two fresh processes. The runs of all sides take turns, so that a busy",
      "moment of the machine hits all alike. Figures are medians over the runs.",
      "",
      "  one-way     large tensors, frames of 1 MiB, into memory of their own",
      "  round-trip  small tensors there and back over one connection",
      "  small       small tensors one way",
      "  handshake   from dialling to the first tensor confirmed",
      "  discovery   from the start of both nodes to the first tensor confirmed",
      "",
      "With --model the engine is measured instead, in this process, warm, with what it reaches of",
      "what the memory (decode) or float arithmetic (prefill) can do at most; beside llama.cpp,",
      "whose llama-bench runs while our threads sleep:",
      "",
      "  prefill     a prompt, all its tokens together",
      "  decode      tokens one after the other, from an empty text on",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin bench",
      "  myelin bench --case one-way --bytes 256m --against c-tcp --runs 7",
      "  myelin bench --against jeromq,grpc,c-tcp",
      "  myelin bench --case round-trip,small --json",
      "  myelin bench --model tale",
      "  myelin bench --case decode --model m.gguf --against llama-bench=build/bin/llama-bench"
    })
final class BenchCommand implements Callable<Integer> {
  /// What this command runs by itself; all else is for the harness of peers.
  private static final Set<String> OWN_SIDES = Set.of(CSide.NAME, MyelinSide.TLS);

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Set<BenchCase> PEER_CASES =
      EnumSet.of(BenchCase.ONE_WAY, BenchCase.ROUND_TRIP, BenchCase.SMALL);

  private final RootCommand root;

  @Option(
      names = "--case",
      paramLabel = "CASE,…",
      split = ",",
      converter = CaseConverter.class,
      description =
          "What to measure (default: the five of nodes; with --model, prefill and decode).")
  private @Nullable List<BenchCase> cases;

  @Option(
      names = "--bytes",
      paramLabel = "SIZE,…",
      split = ",",
      description =
          "Bytes of a tensor (default: 256m one way, or 1m,10m,50m,100m for the table; 64"
              + " otherwise).")
  private @Nullable List<ByteSize> sizes;

  @Option(
      names = "--against",
      paramLabel = "NAME,…",
      split = ",",
      description = {
        "What to measure beside our nodes in clear: tls, our nodes encrypted; c-tcp, plain C over",
        "blocking sockets; and from the source",
        "tree, where Maven fetches them: jeromq, grpc, grpc-zero-copy, flight, aeron-ipc,",
        "aeron-udp, java-nio, memcpy, c-unix, c-tcp-batched, and where they are installed",
        "libzmq, ucx-tcp, ucx-shm. With any of these, --case has one-way, round-trip and small.",
        "For a model: llama-bench=PATH, the program of llama.cpp."
      })
  private List<String> against = List.of();

  @Option(
      names = {"--runs", "--rounds"},
      paramLabel = "N",
      description =
          "How often each side runs (default: 3; 4 of a model, where an even number lets both begin"
              + " as often).")
  private @Nullable Integer wantedRuns;

  private int runs = 3;

  @Mixin private final ModelBenchArguments model = new ModelBenchArguments();

  BenchCommand(RootCommand root) {
    this.root = root;
  }

  /// Reads the name of a case.
  static final class CaseConverter implements picocli.CommandLine.ITypeConverter<BenchCase> {
    CaseConverter() {}

    @Override
    public BenchCase convert(String text) {
      return BenchCase.parse(text);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<BenchCase> cases = cases();
    boolean ofModel = cases.stream().anyMatch(BenchCase::isOfModel);
    runs = wantedRuns != null ? wantedRuns : ofModel ? 4 : 3;
    if (runs < 1) {
      throw new CommandException(ExitCodes.USAGE, "--runs: " + runs + " (expected: >= 1)");
    }
    if (ofModel) {
      return ofModel(cases);
    }
    if (model.isGiven()) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--model: with --case "
              + cases.getFirst().text()
              + " (expected: prefill or decode, which measure a model)");
    }
    model.requireNone();
    if (against.stream().anyMatch(name -> !OWN_SIDES.contains(name.strip()))) {
      return besidePeers(cases);
    }
    List<BenchSide> sides = sides();
    for (BenchCase what : cases) {
      List<BenchResult> results = new ArrayList<>();
      for (long bytes : bytes(what)) {
        results.addAll(measure(what, bytes, sides));
      }
      if (!root.json()) {
        root.print(what == BenchCase.ONE_WAY ? throughputTable(results) : rateTable(results));
        root.print("");
      }
    }
    return ExitCodes.OK;
  }

  private List<BenchCase> cases() {
    boolean ofModel =
        model.isGiven() || against.stream().map(String::strip).anyMatch(LlamaBench::isMeant);
    return cases == null ? BenchCase.all(ofModel) : cases;
  }

  private int ofModel(List<BenchCase> cases) throws IOException, InterruptedException {
    for (BenchCase what : cases) {
      if (!what.isOfModel()) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--case: '" + what.text() + "' beside a model (expected: prefill and decode alone)");
      }
    }
    model.check();
    if (sizes != null) {
      throw new CommandException(
          ExitCodes.USAGE, "--bytes: with a model (expected: --tokens, how long a pass is)");
    }
    Optional<LlamaBench> other = Optional.empty();
    for (String name : against) {
      if (!LlamaBench.isMeant(name.strip()) || other.isPresent()) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--against: '" + name.strip() + "' (expected beside a model: llama-bench=PATH, once)");
      }
      other = Optional.of(LlamaBench.of(name.strip(), root.shell()));
    }
    ModelBench.Plan plan = new ModelBench.Plan(cases, runs, other);
    return new ModelBench(root, model, plan, this::progress).run();
  }

  private List<BenchSide> sides() throws IOException, InterruptedException {
    List<BenchSide> sides = new ArrayList<>(List.of(MyelinSide.plain()));
    for (String name : against) {
      if (name.strip().equals(CSide.NAME)) {
        sides.add(CSide.of(root.shell()));
      } else if (name.strip().equals(MyelinSide.TLS)) {
        sides.add(MyelinSide.encrypted());
      }
    }
    return sides;
  }

  private int besidePeers(List<BenchCase> wantedCases) throws IOException, InterruptedException {
    List<String> names = against.stream().map(String::strip).toList();
    for (String name : names) {
      if (!PeerHarness.NAMES.contains(name)) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--against: '" + name + "' (expected: " + String.join(", ", PeerHarness.NAMES) + ")");
      }
    }
    List<String> wanted = new ArrayList<>();
    for (BenchCase what : wantedCases) {
      if (PEER_CASES.contains(what)) {
        peerSizes(what).forEach(size -> wanted.add(what.text() + ":" + size));
      } else if (cases != null) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--case: '" + what.text() + "' (expected beside peers: one-way, round-trip or small)");
      }
    }
    return PeerHarness.of(root, PeerHarness.home()).run(wanted, names, runs);
  }

  private List<Long> peerSizes(BenchCase what) {
    if (sizes == null && what == BenchCase.ONE_WAY) {
      return List.of(64L << 10, 1L << 20, 16L << 20);
    }
    return sizes == null ? List.of(what.usualBytes()) : bytes(what);
  }

  private List<Long> bytes(BenchCase what) {
    if (sizes != null) {
      return sizes.stream().map(ByteSize::bytes).toList();
    }
    if (what == BenchCase.ONE_WAY && !root.json()) {
      return List.of(1L << 20, 10L << 20, 50L << 20, 100L << 20);
    }
    return List.of(what.usualBytes());
  }

  private List<BenchResult> measure(BenchCase what, long bytes, List<BenchSide> sides)
      throws IOException, InterruptedException {
    Map<BenchSide, List<BenchResult.Sample>> samples = new LinkedHashMap<>();
    for (int run = 1; run <= runs; run++) {
      for (BenchSide side : sides) {
        if (side.cases().contains(what)) {
          progress(what.text() + ", " + side.name() + ", run " + run + " of " + runs);
          samples.computeIfAbsent(side, _ -> new ArrayList<>()).add(run(side, what, bytes));
        }
      }
    }
    progress("");
    List<BenchResult> results = new ArrayList<>();
    samples.forEach(
        (side, values) -> results.add(new BenchResult(what, bytes, side.name(), values)));
    if (root.json()) {
      results.forEach(result -> root.print(result.json()));
    }
    return results;
  }

  private void progress(String text) {
    if (root.shell().errIsTerminal()) {
      root.shell().err().print("\r" + text + "\033[K");
      root.shell().err().flush();
    }
  }

  private static BenchResult.Sample run(BenchSide side, BenchCase what, long bytes)
      throws IOException, InterruptedException {
    Map<String, String> environment = meeting();
    try (ChildProcess server = side.server(what, bytes, environment)) {
      int port = (int) number(server.next(LIMIT).get("port"));
      try (ChildProcess client = side.client(what, bytes, port, environment)) {
        if (what == BenchCase.DISCOVERY) {
          return BenchMeetings.run(server, client, LIMIT);
        }
        Map<String, Object> dialler = client.next(LIMIT);
        Map<String, Object> dialled = what == BenchCase.HANDSHAKE ? Map.of() : server.next(LIMIT);
        return sample(what, dialler, dialled);
      }
    }
  }

  private static BenchResult.Sample sample(
      BenchCase what, Map<String, Object> client, Map<String, Object> server) {
    return switch (what) {
      case ONE_WAY -> {
        double gigabytes = number(client.get("bytes")) / 1e9;
        double cpu = number(client.get("cpu_s")) + number(server.get("cpu_s"));
        yield new BenchResult.Sample(number(client.get("gb_per_s")), cpu / gigabytes, 0);
      }
      case SMALL -> new BenchResult.Sample(number(client.get("msg_per_s")), 0, 0);
      case ROUND_TRIP, HANDSHAKE, DISCOVERY ->
          new BenchResult.Sample(number(client.get("p50")), 0, number(client.get("p99")));
      case PREFILL, DECODE ->
          throw new IllegalArgumentException("case: " + what.text() + " (expected: one of nodes)");
    };
  }

  // A key, a community and a port of their own: benchmarks on one network do not meet.
  private static Map<String, String> meeting() throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String key = HexFormat.of().formatHex(random);
    try (DatagramSocket socket = new DatagramSocket()) {
      return Map.of(
          "MYELIN_API_KEY",
          key,
          "MYELIN_COMMUNITY",
          "bench-" + key.substring(0, 8),
          "MYELIN_BROADCAST_PORT",
          Integer.toString(socket.getLocalPort()));
    }
  }

  private static String throughputTable(List<BenchResult> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "SIZE", "SIDE", "TIME", "THROUGHPUT", "OVERHEAD", "CPU-S/GB", "MIN..MAX GB/S", "RUNS"));
    for (BenchResult result : results) {
      rows.add(
          List.of(
              Words.bytes(result.bytes()),
              result.side(),
              Words.time(result.time()),
              String.format(Locale.ROOT, "%.2f GB/s", result.median()),
              String.format(Locale.ROOT, "%.4f %%", result.overhead() * 100),
              String.format(Locale.ROOT, "%.3f", result.cpuSecondsPerGb()),
              String.format(Locale.ROOT, "%.2f..%.2f", result.least(), result.most()),
              Integer.toString(result.samples().size())));
    }
    return "one-way\n" + Words.table(rows);
  }

  private static String rateTable(List<BenchResult> results) {
    if (results.isEmpty()) {
      return "";
    }
    BenchCase what = results.getFirst().what();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "SIZE",
            "SIDE",
            what.isLatency() ? "P50" : "MEDIAN",
            what.isLatency() ? "P99" : "",
            "MIN..MAX",
            "RUNS"));
    for (BenchResult result : results) {
      rows.add(
          List.of(
              Words.bytes(result.bytes()),
              result.side(),
              figure(result.median()) + " " + what.unit(),
              what.isLatency() ? figure(result.p99()) + " " + what.unit() : "",
              figure(result.least()) + ".." + figure(result.most()),
              Integer.toString(result.samples().size())));
    }
    return what.text() + "\n" + Words.table(rows);
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value >= 1_000 ? "%,.0f" : "%.2f", value);
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : 0;
  }
}
