package dev.myelin.cli;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Two processes meet on this machine and stream a tensor file there and back.
@Command(
    name = "demo",
    header = "See two nodes discover each other and stream a tensor file both ways, here.",
    description = {
      "",
      "Starts two nodes as processes of their own with a fresh key and community, on ports of",
      "their own. They discover each other, prove the key, stream a file of tensors there and",
      "back, and the digests of all copies are compared. Leaves nothing behind.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin demo",
      "  myelin demo --bytes 1g",
      "  myelin demo --json | tail -1 | jq .verified"
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final RootCommand root;

  @Option(
      names = "--bytes",
      paramLabel = "SIZE",
      defaultValue = "16m",
      description = "How large the file is, about (default: ${DEFAULT-VALUE}).")
  private ByteSize size = new ByteSize(16 << 20);

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Work in this new folder and leave the files there.")
  private @Nullable Path keep;

  DemoCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    long start = System.nanoTime();
    Path folder =
        keep == null ? Files.createTempDirectory("myelin-demo-") : Files.createDirectories(keep);
    try {
      Meeting meeting = new Meeting(folder);
      boolean verified = meeting.run();
      conclude(meeting, verified, Duration.ofNanos(System.nanoTime() - start));
      return verified ? ExitCodes.OK : ExitCodes.SOFTWARE;
    } finally {
      if (keep == null) {
        delete(folder);
      }
    }
  }

  /// The two nodes and what they did.
  private final class Meeting {
    private final Path first;
    private final Path second;
    private final Path file;
    private final List<String> options;
    private final Map<String, String> secrets;
    private int tensors;
    private long bytes;

    Meeting(Path folder) throws IOException {
      this.first = Files.createDirectories(folder.resolve("a"));
      this.second = Files.createDirectories(folder.resolve("b"));
      this.file = folder.resolve("demo.safetensors");
      this.options =
          List.of(
              "--host",
              "127.0.0.1",
              "--port",
              "0",
              "--community",
              "demo-" + HexFormat.of().formatHex(random(4)),
              "--discovery",
              "broadcast,multicast",
              "--broadcast-port",
              Integer.toString(freePort()));
      this.secrets =
          Map.of(
              "MYELIN_API_KEY", Base64.getUrlEncoder().withoutPadding().encodeToString(random(32)));
    }

    boolean run() throws IOException, InterruptedException {
      try (ChildProcess a = start("a", first);
          ChildProcess b = start("b", second)) {
        long begun = System.nanoTime();
        DemoFile.write(file, size.bytes());
        say(
            "wrote  "
                + Words.bytes(Files.size(file))
                + " of tensors in "
                + Words.time(since(begun)),
            NodeEvents.event("wrote", "bytes", Files.size(file)));
        try (ExecutorService verifier = Executors.newVirtualThreadPerTaskExecutor()) {
          // each copy is looked at while the next one is made
          Future<Map<String, String>> sent = verifier.submit(() -> DemoFile.digests(List.of(file)));
          introduce(a, b);
          long there = stream(a, "a", "b", List.of(file));
          Future<Map<String, String>> arrived =
              verifier.submit(() -> DemoFile.digests(files(second)));
          long back = stream(b, "b", "a", files(second));
          a.order(Json.object("end", true));
          b.order(Json.object("end", true));
          tensors = files(second).size() + files(first).size();
          bytes = there + back;
          return verify(sent.get(), arrived.get());
        } catch (ExecutionException e) {
          throw new IOException("a copy cannot be read: " + e.getCause(), e);
        }
      }
    }

    private ChildProcess start(String name, Path dir) throws IOException {
      List<String> args = new ArrayList<>(List.of("demo-node", "--dir", dir.toString()));
      args.addAll(options);
      return ChildProcess.start("node " + name, args, secrets);
    }

    private void introduce(ChildProcess a, ChildProcess b) throws InterruptedException {
      for (ChildProcess child : List.of(a, b)) {
        Map<String, Object> at = child.await("listening", LIMIT);
        String name = child == a ? "a" : "b";
        say(
            "node " + name + " listens on " + at.get("endpoint") + ", process " + child.pid(),
            NodeEvents.event(
                "node", "name", name, "endpoint", at.get("endpoint"), "pid", child.pid()));
      }
      Map<String, Object> met = a.await("met", LIMIT);
      Map<String, Object> metToo = b.await("met", LIMIT);
      double seconds = Math.min(number(met.get("seconds")), number(metToo.get("seconds")));
      say(
          "they found each other by "
              + met.get("source")
              + "/"
              + metToo.get("source")
              + " and proved the key in "
              + Words.time(Duration.ofNanos((long) (seconds * 1e9))),
          NodeEvents.event(
              "met", "seconds", seconds, "proven", met.get("proven"), "source", met.get("source")));
    }

    private long stream(ChildProcess from, String a, String b, List<Path> files)
        throws IOException, InterruptedException {
      from.order(Json.object("send", files));
      Map<String, Object> event = watch(from, a + " -> " + b, totalBytes(files));
      long sent = (long) number(event.get("bytes"));
      long count = (long) number(event.get("tensors"));
      Duration time = Duration.ofNanos((long) (number(event.get("seconds")) * 1e9));
      say(
          a
              + " -> "
              + b
              + "  "
              + Words.count(count, "tensor")
              + ", "
              + Words.bytes(sent)
              + " in "
              + Words.time(time)
              + ", "
              + Words.rate(sent, time)
              + ", digests checked on both sides",
          NodeEvents.event(
              "streamed", "from", a, "to", b, "bytes", sent, "seconds", event.get("seconds")));
      return sent;
    }

    private Map<String, Object> watch(ChildProcess from, String label, long total)
        throws InterruptedException {
      try (ProgressLine bar = new ProgressLine(root.shell(), label, total)) {
        while (true) {
          Map<String, Object> event = from.next(LIMIT);
          if ("sent".equals(event.get("event"))) {
            return event;
          }
          if ("progress".equals(event.get("event"))) {
            bar.at((long) number(event.get("bytes")));
          }
        }
      }
    }

    private long totalBytes(List<Path> files) throws IOException {
      long total = 0;
      for (Path path : files) {
        total += Files.size(path);
      }
      return total;
    }

    private boolean verify(Map<String, String> expected, Map<String, String> arrived)
        throws IOException, InterruptedException {
      boolean same = expected.equals(arrived) && expected.equals(DemoFile.digests(files(first)));
      say(
          same
              ? "verified  SHA-256 of all "
                  + expected.size()
                  + " tensors is the same in all three places"
              : "NOT VERIFIED  the copies differ",
          NodeEvents.event("verified", "same", same));
      return same;
    }
  }

  private void conclude(Meeting meeting, boolean verified, Duration time) {
    if (root.json()) {
      root.print(
          Json.object(
              "nodes",
              2,
              "tensors",
              meeting.tensors,
              "bytes",
              meeting.bytes,
              "seconds",
              time.toNanos() / 1e9,
              "verified",
              verified));
      return;
    }
    root.print(
        "done   "
            + Words.count(meeting.tensors, "tensor")
            + ", "
            + Words.bytes(meeting.bytes)
            + " in "
            + Words.time(time)
            + " in all");
    root.print("");
    root.print("Next, on two machines of one network:");
    root.print("  myelin keygen --out key.txt                         copy the file to both");
    root.print("  myelin receive --dir in --key-file key.txt          on one");
    root.print("  myelin send FILE.safetensors --key-file key.txt     on the other");
    root.print("  myelin doctor --key-file key.txt                    if they do not meet");
  }

  private void say(String line, Map<String, Object> event) {
    if (root.json()) {
      root.print(event);
    } else {
      root.print(line);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> !path.getFileName().toString().startsWith(".")).sorted().toList();
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : 0;
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return random;
  }

  // Demonstrations on one network must not meet each other's nodes.
  private static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
