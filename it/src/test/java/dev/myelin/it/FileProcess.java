package dev.myelin.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Finding;
import dev.myelin.net.NodeConfig.Identity;
import dev.myelin.net.NodeListener;
import dev.myelin.net.Peer;
import dev.myelin.net.PeerId;
import dev.myelin.net.Persistence;
import dev.myelin.net.Reception;
import dev.myelin.net.SendOptions;
import dev.myelin.net.Stored;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Progress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// A node in a process of its own, with little memory, that sends or stores a file.
///
/// `FileProcess receive ID PORT DIR` reports `ready` (port), `half` once half of a tensor is here,
/// and `stored` (file, bytes, resumed). `FileProcess send ID PORT FILE RETRY_SECONDS PAUSE_BYTES`
/// reports `resuming` (from), `paused` once when it has sent so much, after which it waits for a
/// line, `failed` (text) and `done`. Both report their own memory, `anon`, in KiB.
final class FileProcess {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private FileProcess() {}

  /// Returns the command that starts one in a JVM with little memory.
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xmx48m", "-XX:MaxDirectMemorySize=16m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(FileProcess.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /// Runs until it is killed, or has sent.
  public static void main(String[] args) throws Exception {
    if (args[0].equals("receive")) {
      receive(args);
    } else {
      send(args);
    }
  }

  private static NodeConfig config(String id, int port) {
    Limits.Partials all = Limits.Partials.defaults();
    Limits.Partials often = new Limits.Partials(all.files(), all.bytes(), all.age(), 1 << 20);
    Identity identity =
        new Identity(UUID.fromString(id), "lab", ApiKey.of(Identities.KEY), Optional.empty());
    return NodeConfig.of("lab", Identities.KEY)
        .identity(identity)
        .listen(new Endpoint("127.0.0.1", port))
        .limits(Limits.defaults().partials(often))
        .finding(Finding.only());
  }

  private static void receive(String[] args) throws Exception {
    NodeConfig config = config(args[1], Integer.parseInt(args[2]));
    try (Node node = Node.start(config, Reception.folder(Path.of(args[3]), FileProcess::stored))) {
      node.addListener(new Half());
      say(event("ready").put("port", node.endpoint().port()));
      new CountDownLatch(1).await();
    }
  }

  private static void stored(Stored stored) {
    say(
        event("stored")
            .put("file", stored.file().toString())
            .put("bytes", stored.bytes())
            .put("resumed", stored.resumedBytes()));
  }

  private static void send(String[] args) throws Exception {
    Path file = Path.of(args[3]);
    Persistence persistence =
        Persistence.resuming(0).retryFor(Duration.ofSeconds(Long.parseLong(args[4])));
    long pauseBytes = Long.parseLong(args[5]);
    try (Node node = Node.start(config(args[1], 0));
        Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      node.addListener(new Half());
      long bytes = channel.size();
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
      Tensor tensor = Tensor.wrap(DType.U8, Shape.of(bytes), memory);
      Peer peer = node.connect(new Endpoint("127.0.0.1", Integer.parseInt(args[2])), LIMIT);
      AtomicBoolean paused = new AtomicBoolean();
      Progress pausing =
          (sent, _) -> {
            if (sent >= pauseBytes && paused.compareAndSet(false, true)) {
              pause();
            }
          };
      SendOptions options =
          SendOptions.defaults().limit(LIMIT).progress(pausing).persistence(persistence);
      peer.deliver("file:" + file.getFileName(), tensor, options);
      say(event("done"));
    } catch (IOException e) {
      say(event("failed").put("text", e.toString()));
    }
  }

  private static void pause() throws IOException {
    say(event("paused"));
    int _ = System.in.read();
  }

  private static ObjectNode event(String name) {
    return JSON.createObjectNode().put("event", name).put("anon", anonymousKib());
  }

  private static long anonymousKib() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("RssAnon"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .sum();
    } catch (IOException e) {
      return -1;
    }
  }

  private static void say(ObjectNode event) {
    synchronized (JSON) {
      System.out.println(event);
      System.out.flush();
    }
  }

  private static final class Half implements NodeListener {
    private long total;
    private boolean told;

    @Override
    public void receiving(PeerId peer, int stream, String name, long totalBytes) {
      total = totalBytes;
    }

    @Override
    public void progressed(PeerId peer, int stream, long bytesSoFar) {
      if (!told && bytesSoFar >= total / 2) {
        told = true;
        say(event("half"));
      }
    }

    @Override
    public void resuming(PeerId peer, String name, long fromBytes, long totalBytes) {
      say(event("resuming").put("from", fromBytes));
    }
  }
}
