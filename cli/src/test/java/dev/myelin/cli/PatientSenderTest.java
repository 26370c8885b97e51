package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeListener;
import dev.myelin.net.PeerId;
import dev.myelin.net.Reception;
import dev.myelin.net.Stored;
import dev.myelin.wire.Limits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class PatientSenderTest {
  private static final long MIB = 1L << 20;
  private static final long BYTES = 80 * MIB + 7;

  private final LinkedBlockingQueue<Stored> stored = new LinkedBlockingQueue<>();
  private final Terminal terminal = new Terminal().with("MYELIN_API_KEY", Terminal.KEY);

  @TempDir Path folder;

  @Test
  void goesOnWithAReceiverThatWasRestarted() throws Exception {
    Path file = folder.resolve("model.bin");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.writeLong(42);
      sparse.setLength(BYTES);
    }
    Stop stop = new Stop();
    Endpoint at;
    Background send;
    try (Node first = receiver(new Endpoint("127.0.0.1", 0))) {
      first.addListener(stop);
      at = first.endpoint();
      send = Background.start(terminal, args(file, at));
      assertThat(stop.half.await(60, TimeUnit.SECONDS)).isTrue();
    }
    try (Node _ = receiver(at)) {
      assertThat(send.exitCode()).as(terminal.err()).isEqualTo(ExitCodes.OK);
      Stored whole = Objects.requireNonNull(stored.poll(60, TimeUnit.SECONDS));
      assertThat(whole.resumedBytes()).isGreaterThanOrEqualTo(39 * MIB);
      assertThat(Files.mismatch(whole.file(), file)).isEqualTo(-1);
    }
    assertThat(terminal.err()).contains("trying again for");
    assertThat(terminal.json())
        .extracting((JsonNode event) -> event.path("event").asText())
        .contains("resuming");
  }

  private static String[] args(Path file, Endpoint to) {
    return new String[] {
      "send",
      file.toString(),
      "--to",
      to.toString(),
      "--retry-for",
      "60s",
      "--json",
      "--no-discovery",
      "--host",
      "127.0.0.1"
    };
  }

  private Node receiver(Endpoint at) throws IOException {
    Limits all = Limits.defaults();
    Limits.Waits waits = all.waits();
    Limits.Waits hasty =
        new Limits.Waits(
            waits.connect(),
            waits.sniff(),
            waits.handshake(),
            waits.alive(),
            waits.silence(),
            Duration.ofMillis(50));
    Limits.Partials kept = all.partials();
    Limits often =
        new Limits(all.frames(), all.streams(), all.strangers(), hasty)
            .partials(new Limits.Partials(kept.files(), kept.bytes(), kept.age(), (int) MIB));
    NodeConfig config =
        NodeConfig.of("myelin", Terminal.KEY)
            .listen(at)
            .limits(often)
            .finding(NodeConfig.Finding.only());
    return Node.start(config, Reception.folder(folder.resolve("in"), stored::add));
  }

  /// Holds a receiver's reader when half of a tensor is here, until its node is closed.
  private static final class Stop implements NodeListener {
    private final CountDownLatch half = new CountDownLatch(1);

    @Override
    public void progressed(PeerId peer, int stream, long bytesSoFar) {
      if (bytesSoFar >= BYTES / 2) {
        half.countDown();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
