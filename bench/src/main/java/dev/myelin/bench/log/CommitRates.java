package dev.myelin.bench.log;

import dev.myelin.net.log.Flushing;
import dev.myelin.net.log.LogCounts;
import dev.myelin.net.log.LogOptions;
import dev.myelin.net.log.TopicLog;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Times appends that are forced before they return, by one thread and by several.
///
/// `CommitRates FOLDER [SECONDS]`. Prints appends and forces per second, and beside them what a
/// plain write of 4 KiB and a force take.
final class CommitRates {
  private static final int[] THREADS = {1, 2, 8, 32};
  private static final int MESSAGE_BYTES = 1000;

  private CommitRates() {}

  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = Path.of(args[0]);
    Duration time = Duration.ofSeconds(args.length > 1 ? Integer.parseInt(args[1]) : 3);
    plain(folder, time);
    for (int threads : THREADS) {
      appended(folder, threads, Duration.ofSeconds(1), false);
      appended(folder, threads, time, true);
    }
    plain(folder, time);
  }

  private static void plain(Path folder, Duration time) throws IOException {
    Path file = folder.resolve("plain");
    ByteBuffer message = ByteBuffer.allocateDirect(4 << 10);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long start = System.nanoTime();
      long end = start + time.toNanos();
      long count = 0;
      while (System.nanoTime() < end) {
        channel.write(message.clear());
        channel.force(false);
        count++;
      }
      System.out.printf("plain write and force: %.0f/s%n", count / seconds(start));
    } finally {
      Files.delete(file);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void appended(Path folder, int threads, Duration time, boolean told)
      throws IOException, InterruptedException, ExecutionException {
    LogOptions options = LogOptions.defaults().withFlushing(new Flushing.EveryWrite());
    try (TopicLog log = TopicLog.open(folder, "log", options, InstantSource.system());
        ExecutorService all = Executors.newFixedThreadPool(threads)) {
      long start = System.nanoTime();
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        ends.add(all.submit(() -> append(log, start + time.toNanos())));
      }
      for (Future<?> each : ends) {
        each.get();
      }
      double seconds = seconds(start);
      LogCounts counts = log.counts();
      if (told) {
        System.out.printf(
            "%2d threads: %.0f appends/s, %.0f forces/s, groups of %.1f (largest %d)%n",
            threads,
            counts.messages() / seconds,
            counts.forces() / seconds,
            (double) counts.messages() / counts.forces(),
            counts.largestGroup());
      }
    } finally {
      LogRates.delete(folder.resolve("log"));
    }
  }

  private static int append(TopicLog log, long end) throws IOException {
    Parts message = Parts.of(new byte[MESSAGE_BYTES]);
    while (System.nanoTime() < end) {
      log.append(message);
    }
    return 0;
  }
}
