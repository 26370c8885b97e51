package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Delivery;
import dev.myelin.net.Node;
import dev.myelin.net.Reception;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.ThreadWatch;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Nodes come, send, are sent to, cancel, are reset, cut off and garbled, and go, for
/// `-Dmyelin.soak.minutes` (2): nothing may grow.
///
/// Rounds are compared with rounds, so that a slow machine plays fewer and is judged alike.
@Timeout(value = 12, unit = TimeUnit.HOURS)
class SoakIT {
  private static final long MEBIBYTE = 1 << 20;
  private static final long GROWTH_BYTES = 32 * MEBIBYTE;
  private static final int LEAST_ROUNDS = 12;

  /// What the host's pool of shared memory may keep: 32 MiB, and twice what it gave out at once.
  private static final long MOST_SHARED_BYTES = 64 * MEBIBYTE;

  /// All sizes come from the first round on: a load that grew would look like a leak.
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  /// Bytes that the process holds between two rounds.
  ///
  /// @param unasked the resident memory of this process alone, but what the two pools hold, which
  ///   has limits of its own and follows the load
  /// @param shared the memory that the host made for its neighbours, and keeps for the next
  /// @param pool what tensors hold
  private record Memory(long unasked, long direct, long shared, long pool) {
    static Memory now(TensorPool host, TensorPool guests) throws IOException {
      System.gc();
      long resident =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssFile:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
              .sum();
      return new Memory(
          resident - host.reserved() - guests.reserved(),
          buffers("direct").getMemoryUsed(),
          buffers("mapped").getMemoryUsed(),
          host.outstanding() + guests.outstanding());
    }
  }

  /// What the process holds between two rounds.
  ///
  /// @param descriptors but those of shared memory
  /// @param ours the threads of nodes, virtual ones too, but those that seek whoever went: a peer
  ///   is forgotten after a minute only
  private record Holdings(Memory memory, long descriptors, long threads, long ours) {
    static Holdings now(TensorPool host, TensorPool guests) throws IOException {
      Memory memory = Memory.now(host, guests);
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        return new Holdings(
            memory,
            open.count() - buffers("mapped").getCount(),
            Thread.getAllStackTraces().size(),
            ThreadWatch.ours().values().stream().filter(name -> !name.contains("seeker")).count());
      }
    }

    /// Returns the medians: single rounds are as noisy as the machine.
    static Holdings typical(List<Holdings> many) {
      Memory memory =
          new Memory(
              median(many, each -> each.memory.unasked),
              median(many, each -> each.memory.direct),
              median(many, each -> each.memory.shared),
              median(many, each -> each.memory.pool));
      return new Holdings(
          memory,
          median(many, Holdings::descriptors),
          median(many, Holdings::threads),
          median(many, Holdings::ours));
    }

    private static long median(List<Holdings> many, ToLongFunction<Holdings> of) {
      long[] sorted = many.stream().mapToLong(of).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  private static BufferPoolMXBean buffers(String kind) {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(each -> each.getName().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nothingGrowsWhileNodesComeAndGo() throws Exception {
    long minutes = Long.getLong("myelin.soak.minutes", 2);
    long begin = System.nanoTime();
    long nanos = Duration.ofMinutes(minutes).toNanos();
    List<Holdings> rounds = new ArrayList<>();
    try (Node host = Node.start(Guest.config(), Reception.handler(Delivery::close));
        TensorPool pool = TensorPool.open("soak", 64 * MEBIBYTE)) {
      while (System.nanoTime() - begin < nanos || rounds.size() < LEAST_ROUNDS) {
        round(host, pool, rounds.size());
        rounds.add(Holdings.now(host.pool(), pool));
      }
    }
    int count = rounds.size();
    Holdings first = Holdings.typical(rounds.subList(count / 3, count / 2));
    Holdings last = Holdings.typical(rounds.subList(count * 3 / 4, count));
    System.out.printf("soak: %d rounds, from %s to %s%n", count, first, last);
    assertThat(last.memory().unasked())
        .isLessThanOrEqualTo(first.memory().unasked() + GROWTH_BYTES);
    assertThat(last.memory().direct()).isLessThanOrEqualTo(first.memory().direct() + MEBIBYTE);
    assertThat(last.memory().shared()).isLessThanOrEqualTo(MOST_SHARED_BYTES);
    assertThat(last.descriptors()).isLessThanOrEqualTo(first.descriptors() + 10);
    assertThat(last.threads()).isLessThanOrEqualTo(first.threads() + 10);
    assertThat(last.ours()).isLessThanOrEqualTo(first.ours() + 4);
    assertThat(last.memory().pool()).isZero();
  }

  private static void round(Node host, TensorPool pool, int round) throws Exception {
    Guest[] guests = Guest.values();
    try (Crew crew = new Crew()) {
      for (int i = 0; i < guests.length; i++) {
        Guest guest = guests[i];
        long place = guests.length * (long) round + i;
        long bytes = Long.remainderUnsigned(place * SPREAD, 4 * MEBIBYTE);
        crew.run(() -> guest.visit(host, pool, bytes));
      }
      crew.join();
    }
  }
}
