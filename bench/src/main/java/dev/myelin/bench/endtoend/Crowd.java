package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Many connections at once: in one process they are dialled and put to work, in the other they are
/// weighed.
///
/// A connection weighs what the process has more of, outside the kernel's buffers: resident memory
/// beside the heap, and the part of the heap that a collection leaves.
final class Crowd {
  private static final Duration IDLE = Duration.ofSeconds(3);
  private static final Duration BUSY = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final int DIALLERS = 8;
  private static final long KIB = 1024;
  private static final long STEP_NANOS = 10_000_000;

  private final long count;
  private final Histogram nanos;
  private final long before;
  private final Semaphore gone = new Semaphore(0);
  private final List<Double> figures = new ArrayList<>();
  private long trips;

  /// One connection of the dialling process.
  interface Link extends AutoCloseable {
    void trip() throws Exception;

    @Override
    void close() throws IOException;
  }

  Crowd(long count, Histogram nanos) throws IOException {
    this.count = count;
    this.nanos = nanos;
    this.before = weight();
  }

  /// Dials all, waits while they are weighed, lets each make trips as fast as it can, and closes
  /// them.
  void drive(Callable<? extends Link> dial) throws Exception {
    List<Link> links = dialAll(dial);
    for (Link link : links) {
      link.trip();
    }
    LockSupport.parkNanos(IDLE.toNanos());
    ConcurrentHistogram all = new ConcurrentHistogram(nanos);
    long end = System.nanoTime() + BUSY.toNanos();
    List<Future<Long>> done = new ArrayList<>();
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Link link : links) {
        done.add(workers.submit(() -> work(link, end, all)));
      }
    }
    nanos.add(all);
    fairness(done);
    for (Link link : links) {
      link.close();
    }
  }

  private List<Link> dialAll(Callable<? extends Link> dial) throws Exception {
    List<Link> links = new ArrayList<>();
    try (ExecutorService diallers = Executors.newFixedThreadPool(DIALLERS)) {
      List<Future<? extends Link>> dialled = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        dialled.add(diallers.submit(dial));
      }
      for (Future<? extends Link> link : dialled) {
        links.add(link.get());
      }
    }
    return links;
  }

  private static Long work(Link link, long end, ConcurrentHistogram nanos) throws Exception {
    long made = 0;
    for (long now = System.nanoTime(); now < end; made++) {
      link.trip();
      long then = System.nanoTime();
      nanos.recordValue(then - now);
      now = then;
    }
    return made;
  }

  /// Jain's index: one if all made as many trips, 1/n if one made them all.
  private void fairness(List<Future<Long>> done) throws InterruptedException, ExecutionException {
    double sum = 0;
    double squares = 0;
    for (Future<Long> each : done) {
      double made = each.get();
      sum += made;
      squares += made * made;
    }
    trips = (long) sum;
    figures.add(sum * sum / (done.size() * squares));
    figures.add(sum / (BUSY.toNanos() / 1e9));
  }

  /// Waits for an event that cannot be waited for otherwise.
  void awaitConnections(BooleanSupplier there) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IOException("the crowd was not complete after " + LIMIT.toSeconds() + " s");
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  /// Notes that a connection ended.
  void left() {
    gone.release();
  }

  /// Waits until all have ended.
  void awaitEnd() throws IOException, InterruptedException {
    gone.acquire((int) count);
    weighLeft();
  }

  /// Weighs while nothing moves.
  void weighIdle() throws IOException {
    LockSupport.parkNanos(IDLE.toNanos() / 2);
    figures.add((weight() - before) / (double) KIB / count);
  }

  /// Weighs what is left behind once all worked and went: what does not come back is a leak.
  void weighLeft() throws IOException {
    figures.add((weight() - before) / (double) KIB / count);
  }

  private static long weight() throws IOException {
    System.gc();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    long resident = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        resident = Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
      }
    }
    return resident - heap.getCommitted() + heap.getUsed();
  }

  String json() {
    List<String> texts =
        figures.stream().map(value -> String.format(Locale.ROOT, "%.4f", value)).toList();
    String made = trips > 0 ? ",\"count\":" + trips : "";
    return ",\"figures\":[" + String.join(",", texts) + "]" + made;
  }
}
