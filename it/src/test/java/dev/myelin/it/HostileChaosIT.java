package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.SendOptions;
import dev.myelin.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Strangers do their worst to a node in a process of its own while a good peer is served.
///
/// Judged from outside: the most memory the process ever had, its descriptors afterwards, and how
/// the good peer fared.
@Timeout(150)
class HostileChaosIT {
  private static final long MEBIBYTE = 1 << 20;
  private static final long TENSOR_MEMORY = 256 * MEBIBYTE;
  // The heap of the process, the memory of tensors it may use, and what a JVM needs besides.
  private static final long RESIDENT_LIMIT = 128 * MEBIBYTE + TENSOR_MEMORY + 256 * MEBIBYTE;
  private static final long SERVED_WITHIN_MILLIS = 3000;
  private static final Duration START = Duration.ofSeconds(20);

  private LineProcess process;
  private int port;
  private GoodPeer good;
  private long descriptorsBefore;

  @BeforeEach
  void startNodeAndGoodPeer() throws Exception {
    process =
        LineProcess.start(
            NodeProcess.command(
                UUID.randomUUID(), "127.0.0.1", 0, "compat", Long.toString(TENSOR_MEMORY)));
    port = process.await("ready", START).path("port").asInt();
    good = GoodPeer.at(port);
    descriptorsBefore = descriptors();
  }

  @AfterEach
  void end() {
    good.close();
    process.close();
  }

  @Test
  void takesNoMemoryForAClaimedLength() throws Exception {
    try (Crew crew = new Crew()) {
      for (int i = 0; i < 32; i++) {
        Random random = new Random(i);
        crew.run(() -> claim(Stranger.silent(port), Stranger.header(4, 0, 0, 1 << 30)));
        crew.run(() -> claim(Stranger.greeted(port, random), Stranger.header(1, 1, 0, 1 << 30)));
        crew.run(() -> claim(Stranger.greeted(port, random), Stranger.header(3, 0, 0, 1 << 30)));
      }
      crew.join();
    }
    requireUnharmed("1 GiB claimed by 96 strangers");
  }

  /// Strangers that hold the key may use up the memory of tensors; then others wait, or are told so
  /// by their deadline, and are served again after.
  @Test
  void staysWithinItsMemoryWhenPeersFillItAndServesWhenTheyLeave() throws Exception {
    int largest = Limits.defaults().frames().frameBytes();
    long told;
    SendOptions hasty = SendOptions.defaults().deadline(Duration.ofMillis(500));
    List<Stranger> strangers = new ArrayList<>();
    try (GoodPeer impatient = GoodPeer.at(port, hasty);
        Crew crew = new Crew()) {
      for (int i = 0; i < 16; i++) {
        Stranger stranger = Stranger.greeted(port, new Random(i));
        strangers.add(stranger);
        stranger.write(Stranger.header(1, 1, 0, largest));
        crew.run(() -> stranger.pour(largest - 1));
      }
      long served = impatient.served();
      await("served or told", () -> impatient.served() - served + impatient.failures() > 10);
      told = impatient.failures();
      strangers.forEach(Stranger::close);
      crew.join();
    }
    long left = System.nanoTime();
    awaitServed(good.served() + 1);
    System.out.printf(
        "full: told %d times, most resident %d MiB, served again %d ms after the last left%n",
        told, resident() / MEBIBYTE, (System.nanoTime() - left) / 1_000_000);
    awaitServed(good.served() + 50);
    assertThat(resident()).isLessThanOrEqualTo(RESIDENT_LIMIT);
    awaitDescriptors(descriptorsBefore + 20);
  }

  @Test
  void servesThroughTenThousandHalfOpenConnections() throws Exception {
    List<Stranger> strangers = new ArrayList<>();
    byte[] hello = Stranger.hello(new Random(1));
    try {
      for (int i = 0; i < 10_000; i++) {
        Stranger stranger = Stranger.silent(port);
        strangers.add(stranger);
        stranger.write(Arrays.copyOf(hello, i % 3 == 0 ? 0 : i % 49));
      }
      try (GoodPeer newcomer = GoodPeer.at(port)) {
        awaitServed(good.served() + 100);
        newcomer.requireServed();
        assertThat(newcomer.worstMillis()).isLessThanOrEqualTo(SERVED_WITHIN_MILLIS);
      }
      long held = descriptors() - descriptorsBefore;
      System.out.printf("half-open: the node holds %d of 10000%n", held);
      assertThat(held).isLessThanOrEqualTo(1100);
    } finally {
      strangers.forEach(Stranger::close);
    }
    requireUnharmed("10 000 half-open connections");
  }

  @Test
  void survivesAMillionRandomAndMutatedFrames() throws Exception {
    long seed = Long.getLong("myelin.seed", new Random().nextLong());
    System.out.printf("mutants: repeat with -Dmyelin.seed=%d%n", seed);
    List<byte[]> recorded = Recording.make();
    assertThat(recorded).hasSizeGreaterThan(10);
    AtomicLong frames = new AtomicLong();
    AtomicLong bursts = new AtomicLong();
    long begin = System.nanoTime();
    try (Crew crew = new Crew()) {
      for (int i = 0; i < 16; i++) {
        Random random = new Random(seed + i);
        crew.run(
            () -> {
              Mutants mutants = new Mutants(recorded, random);
              while (frames.get() < 1_000_000) {
                frames.addAndGet(attack(mutants.burst(), random));
                bursts.incrementAndGet();
              }
            });
      }
      crew.join();
    }
    System.out.printf(
        "mutants: %d frames over %d connections in %.1f s%n",
        frames.get(), bursts.get(), (System.nanoTime() - begin) / 1e9);
    requireUnharmed("a million frames");
  }

  private static void claim(Stranger stranger, byte[] header) throws IOException {
    try (stranger) {
      stranger.write(header);
      stranger.pour(64 * MEBIBYTE);
      assertThat(stranger.isEnded(10_000)).as("the node ends the connection").isTrue();
    }
  }

  private int attack(List<byte[]> burst, Random random) throws IOException {
    try (Stranger stranger = Stranger.greeted(port, random)) {
      try {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : burst) {
          all.write(frame);
        }
        stranger.write(all.toByteArray());
        stranger.endOutput();
      } catch (IOException e) {
        // It has noticed and left; as good as an end.
        return burst.size();
      }
      assertThat(stranger.isEnded(15_000)).as("the node ends the connection").isTrue();
      return burst.size();
    }
  }

  private void requireUnharmed(String what) throws Exception {
    awaitServed(good.served() + 50);
    good.requireServed();
    awaitDescriptors(descriptorsBefore + 20);
    process.command(Map.of("cmd", "counters"));
    String counters = process.await("counters", START).path("counters").toString();
    long most = resident();
    System.out.printf(
        "%s: most resident %d MiB, good peer served %d times, at worst in %d ms%n  %s%n",
        what, most / MEBIBYTE, good.served(), good.worstMillis(), counters);
    assertThat(most).isLessThanOrEqualTo(RESIDENT_LIMIT);
    assertThat(good.worstMillis()).isLessThanOrEqualTo(SERVED_WITHIN_MILLIS);
  }

  private void awaitServed(long times) throws Exception {
    await("served " + times + " times", () -> good.served() >= times);
  }

  private void awaitDescriptors(long most) throws Exception {
    await("at most " + most + " descriptors", () -> descriptors() <= most);
  }

  private void await(String what, Callable<Boolean> reached) throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    while (!reached.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            what
                + ": not reached; served "
                + good.served()
                + ", told "
                + good.failures()
                + ", descriptors "
                + descriptors());
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return open.count();
    }
  }

  /// Returns the most memory the process ever had in RAM.
  private long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
