package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files between processes that are killed in the middle: the next attempt goes on, and what is
/// stored is what was sent.
@Timeout(300)
class ResumeChaosIT {
  private static final String RECEIVER = "11111111-1111-1111-1111-111111111111";
  private static final String SENDER = "22222222-2222-2222-2222-222222222222";
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final long MIB = 1L << 20;
  private static final long BYTES = 96 * MIB + 12_345;

  /// What a JVM with a heap of 48 MiB and its code may have beside the page cache.
  private static final long MOST_ANONYMOUS_KIB = 160 << 10;

  @TempDir Path folder;

  @Test
  void goesOnAfterTheReceiverWasKilled() throws Exception {
    Path file = randomFile();
    int port;
    LineProcess sender;
    try (LineProcess receiver = receiver(0)) {
      port = receiver.await("ready", SOON).get("port").asInt();
      sender = sender(port, file, 60, BYTES * 3 / 4);
      sender.await("paused", SOON);
      receiver.await("half", SOON);
      receiver.signal("KILL");
    }
    sender.command(Map.of("cmd", "go"));
    try (LineProcess receiver = receiver(port)) {
      sender.await("done", SOON);
      requireStored(receiver, file, BYTES / 2 - MIB);
      assertThat(sender.heard("resuming")).isNotEmpty();
    } finally {
      sender.close();
    }
  }

  @Test
  void goesOnAfterTheSenderWasKilled() throws Exception {
    Path file = randomFile();
    try (LineProcess receiver = receiver(0)) {
      int port = receiver.await("ready", SOON).get("port").asInt();
      try (LineProcess sender = sender(port, file, 0, BYTES * 3 / 4)) {
        sender.await("paused", SOON);
        receiver.await("half", SOON);
        sender.signal("KILL");
      }
      try (LineProcess sender = sender(port, file, 0, BYTES + 1)) {
        assertThat(sender.await("resuming", SOON).get("from").asLong())
            .isGreaterThanOrEqualTo(BYTES / 2 - MIB);
        sender.await("done", SOON);
      }
      requireStored(receiver, file, BYTES / 2 - MIB);
    }
  }

  @Test
  void goesOnAfterBothWereKilledAgainAndAgain() throws Exception {
    Path file = randomFile();
    int port = 0;
    for (int part = 1; part <= 3; part++) {
      try (LineProcess receiver = receiver(port)) {
        port = receiver.await("ready", SOON).get("port").asInt();
        try (LineProcess sender = sender(port, file, 0, BYTES * part / 4)) {
          sender.await("paused", SOON);
          receiver.signal("KILL");
          sender.signal("KILL");
        }
      }
    }
    try (LineProcess receiver = receiver(port);
        LineProcess sender = sender(port, file, 0, BYTES + 1)) {
      sender.await("done", SOON);
      requireStored(receiver, file, 0);
    }
  }

  @Test
  void goesOnWhenAFullDiskHasRoomAgain() throws Exception {
    Path file = randomFile();
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (LineProcess receiver = LineProcess.start(onSmallDisk(disk))) {
      int port = receiver.await("ready", SOON).get("port").asInt();
      try (LineProcess sender = sender(port, file, 0, BYTES / 2)) {
        sender.await("paused", SOON);
        inside(receiver, "dd if=/dev/zero of=" + disk.resolve("filler") + " bs=1M || true");
        sender.command(Map.of("cmd", "go"));
        assertThat(sender.await("failed", SOON).get("text").asText()).contains("STORAGE");
      }
      inside(receiver, "rm " + disk.resolve("filler"));
      try (LineProcess sender = sender(port, file, 0, BYTES + 1)) {
        sender.await("done", SOON);
      }
      JsonNode stored = receiver.await("stored", SOON);
      assertThat(stored.get("resumed").asLong()).isGreaterThanOrEqualTo(BYTES / 2 - 2 * MIB);
      inside(receiver, "cmp " + file + " " + disk.resolve("in").resolve("model.bin"));
    }
  }

  /// Returns the command of a receiver with a disk of its own.
  private static List<String> onSmallDisk(Path disk) {
    List<String> command = new ArrayList<>();
    String mount = "mount -t tmpfs -o size=160m tmpfs " + disk + " && exec \"$@\"";
    command.addAll(List.of("unshare", "--mount", "sh", "-c", mount, "sh"));
    command.addAll(FileProcess.command("receive", RECEIVER, "0", disk.resolve("in").toString()));
    return command;
  }

  /// Runs a shell command where the disk of that process is seen.
  private static void inside(LineProcess process, String command) throws Exception {
    String[] all = {
      "nsenter", "--mount", "--target", Long.toString(process.pid()), "sh", "-c", command
    };
    Process run = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(run.waitFor()).as(said).isZero();
  }

  @Test
  void movesAFileLargerThanAllTheMemoryOfBothProcesses() throws Exception {
    Path file = folder.resolve("large.bin");
    long bytes = (4L << 30) + 4097;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
      for (long at = 0; at < bytes; at += 512 * MIB) {
        sparse.seek(at);
        sparse.writeLong(~at);
      }
    }
    try (LineProcess receiver = receiver(0)) {
      int port = receiver.await("ready", SOON).get("port").asInt();
      long start = System.nanoTime();
      try (LineProcess sender = sender(port, file, 0, bytes + 1)) {
        JsonNode done = sender.await("done", LONG);
        JsonNode stored = receiver.await("stored", SOON);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
            "disk to disk: %.2f GB/s; anonymous memory: sender %d KiB, receiver %d KiB%n",
            bytes / seconds / 1e9, done.get("anon").asLong(), stored.get("anon").asLong());
        assertThat(done.get("anon").asLong()).isBetween(1L, MOST_ANONYMOUS_KIB);
        assertThat(stored.get("anon").asLong()).isBetween(1L, MOST_ANONYMOUS_KIB);
        assertThat(Files.mismatch(file, Path.of(stored.get("file").asText()))).isEqualTo(-1);
      }
    }
  }

  private Path randomFile() throws IOException {
    byte[] bytes = new byte[(int) BYTES];
    new Random(7).nextBytes(bytes);
    return Files.write(folder.resolve("model.bin"), bytes);
  }

  private LineProcess receiver(int port) throws IOException {
    String dir = folder.resolve("in").toString();
    return LineProcess.start(FileProcess.command("receive", RECEIVER, Integer.toString(port), dir));
  }

  private static LineProcess sender(int port, Path file, int retrySeconds, long pauseBytes)
      throws IOException {
    return LineProcess.start(
        FileProcess.command(
            "send",
            SENDER,
            Integer.toString(port),
            file.toString(),
            Integer.toString(retrySeconds),
            Long.toString(pauseBytes)));
  }

  private static void requireStored(LineProcess receiver, Path sent, long leastResumed)
      throws Exception {
    JsonNode stored = receiver.await("stored", SOON);
    assertThat(stored.get("bytes").asLong()).isEqualTo(BYTES);
    assertThat(stored.get("resumed").asLong()).isGreaterThanOrEqualTo(leastResumed);
    Path file = Path.of(stored.get("file").asText());
    assertThat(file.getFileName()).hasToString("model.bin");
    assertThat(Files.mismatch(file, sent)).isEqualTo(-1);
  }
}
