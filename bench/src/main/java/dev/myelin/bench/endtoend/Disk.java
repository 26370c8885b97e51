package dev.myelin.bench.endtoend;

import dev.myelin.net.log.Flushing;
import dev.myelin.net.log.LogCounts;
import dev.myelin.net.log.LogOptions;
import dev.myelin.net.log.Retention;
import dev.myelin.net.log.TopicLog;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
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

/// Messages onto the disk, by this process: plain writes, or appends to our log. Files are new each
/// turn, as large as segments of the log, and deleted after it.
///
/// Commits are of 1000 bytes; a plain one is a write and a force, by one thread whatever is asked.
final class Disk implements Design {
  /// What the log is compared with.
  static final String PLAIN = "disk";

  private static final int COMMIT_BYTES = 1000;

  /// The most that a turn writes: more would measure how the system clears its cache.
  private static final long MOST_BYTES = 512L << 20;

  private static final int DIFFERENT = 16;

  private final boolean ours;

  private Disk(boolean ours) {
    this.ours = ours;
  }

  static Disk plain() {
    return new Disk(false);
  }

  static Disk log() {
    return new Disk(true);
  }

  @Override
  public String name() {
    return ours ? "myelin-log" : PLAIN;
  }

  @Override
  public String about() {
    return ours
        ? "Myelin's log of topics, one message an append"
        : "Java, FileChannel, one message a write";
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.APPEND || what.what() == Case.What.COMMIT;
  }

  @Override
  public Pair open(Workplace workplace) {
    Path folder = workplace.folder();
    return ours ? new Log(folder) : new Plain(folder);
  }

  private static int different(Task task) {
    return task.kind() == Task.Kind.COMMIT ? 1 : DIFFERENT;
  }

  private static int bytes(Task task) {
    return task.kind() == Task.Kind.COMMIT ? COMMIT_BYTES : task.piece();
  }

  private static long count(Task task) {
    return Math.min(task.count(), Math.max(1, MOST_BYTES / bytes(task)));
  }

  private static Sample sample(long count, long start, double cpu, List<Double> figures) {
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Sample(count, seconds, new CpuClock().seconds() - cpu, List.of(), figures);
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private record Plain(Path folder) implements Pair {
    @Override
    public Sample run(Task task, Duration limit) throws IOException {
      Path files = Files.createTempDirectory(folder, "plain");
      try {
        return write(task, files);
      } finally {
        delete(files);
      }
    }

    private static Sample write(Task task, Path files) throws IOException {
      ByteBuffer[] messages = new ByteBuffer[different(task)];
      for (int i = 0; i < messages.length; i++) {
        messages[i] = ByteBuffer.allocateDirect(bytes(task));
      }
      long perFile = LogOptions.defaults().segmentBytes() / bytes(task);
      long count = count(task);
      double cpu = new CpuClock().seconds();
      long start = System.nanoTime();
      for (long first = 0; first < count; first += perFile) {
        Path file = files.resolve(Long.toString(first));
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          for (long i = first; i < Math.min(count, first + perFile); i++) {
            channel.write(messages[(int) (i % messages.length)].clear());
            forceIf(task.kind() == Task.Kind.COMMIT, channel);
          }
        }
      }
      return sample(count, start, cpu, List.of(1.0));
    }

    private static void forceIf(boolean wanted, FileChannel channel) throws IOException {
      if (wanted) {
        channel.force(false);
      }
    }

    @Override
    public void close() {
      // every turn cleans up behind itself
    }
  }

  private record Log(Path folder) implements Pair {
    @Override
    public Sample run(Task task, Duration limit) throws IOException, InterruptedException {
      Path files = Files.createTempDirectory(folder, "log");
      boolean forced = task.kind() == Task.Kind.COMMIT;
      LogOptions options =
          LogOptions.defaults()
              .withFlushing(forced ? new Flushing.EveryWrite() : new Flushing.Never())
              .withRetention(Retention.unlimited());
      try (TopicLog log = TopicLog.open(files, "log", options, InstantSource.system())) {
        return forced ? commit(task, log) : append(task, log);
      } finally {
        delete(files.resolve("log"));
        delete(files);
      }
    }

    private static Sample append(Task task, TopicLog log) throws IOException {
      Parts[] messages = new Parts[different(task)];
      for (int i = 0; i < messages.length; i++) {
        messages[i] = Parts.of(new byte[bytes(task)]);
      }
      long count = count(task);
      double cpu = new CpuClock().seconds();
      long start = System.nanoTime();
      for (long i = 0; i < count; i++) {
        log.append(messages[(int) (i % messages.length)]);
      }
      return sample(count, start, cpu, List.of());
    }

    private static Sample commit(Task task, TopicLog log) throws IOException, InterruptedException {
      int threads = (int) task.size();
      long each = Math.max(1, count(task) / threads);
      double cpu = new CpuClock().seconds();
      long start = System.nanoTime();
      List<Future<?>> ends = new ArrayList<>();
      try (ExecutorService all = Executors.newFixedThreadPool(threads)) {
        for (int i = 0; i < threads; i++) {
          ends.add(all.submit(() -> commit(log, each)));
        }
        for (Future<?> end : ends) {
          end.get();
        }
      } catch (ExecutionException e) {
        throw new IOException("a commit failed", e);
      }
      LogCounts counts = log.counts();
      double group = (double) counts.messages() / Math.max(1, counts.forces());
      return sample(each * threads, start, cpu, List.of(group));
    }

    private static int commit(TopicLog log, long count) throws IOException {
      Parts message = Parts.of(new byte[COMMIT_BYTES]);
      for (long i = 0; i < count; i++) {
        log.append(message);
      }
      return 0;
    }

    @Override
    public void close() {
      // every turn cleans up behind itself
    }
  }
}
