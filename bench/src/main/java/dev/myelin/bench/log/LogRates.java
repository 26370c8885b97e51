package dev.myelin.bench.log;

import dev.myelin.net.log.Flushing;
import dev.myelin.net.log.LogOptions;
import dev.myelin.net.log.LogReader;
import dev.myelin.net.log.Reading;
import dev.myelin.net.log.Retention;
import dev.myelin.net.log.Start;
import dev.myelin.net.log.TopicFilter;
import dev.myelin.net.log.TopicLog;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/// Times appends to a log against plain sequential writes of messages of the same size, in turns.
///
/// `LogRates FOLDER [ROUNDS]`. Nothing is forced; files are new each turn and deleted after it.
/// Prints the median of the rates and of the ratios round by round.
final class LogRates {
  private static final int GROUP = 64;
  private static final int HEAP_BYTES = 8 << 10;
  private static final Duration NOW = Duration.ZERO;

  private final Path folder;
  private final int size;
  private final int count;
  private final TensorPool pool;
  private final List<Parts> messages = new ArrayList<>();
  private final List<ByteBuffer> buffers = new ArrayList<>();

  private LogRates(Path folder, int size, long bytes, TensorPool pool) {
    this.folder = folder;
    this.size = size;
    this.count = (int) (bytes / size);
    this.pool = pool;
  }

  /// Makes messages, and buffers of the same memory, so many that they do not stay in a cache.
  private void prepare(Tensor memory) {
    SplittableRandom random = new SplittableRandom(size);
    for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
      memory.segment().set(ValueLayout.JAVA_LONG, at, random.nextLong());
    }
    for (long row = 0; row < memory.shape().dim(0); row++) {
      Tensor slot = memory.row(row);
      buffers.add(slot.segment().asByteBuffer());
      messages.add(
          size <= HEAP_BYTES
              ? Parts.of(slot.segment().toArray(ValueLayout.JAVA_BYTE))
              : Parts.of(slot));
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Path.of(args[0]);
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
    try (TensorPool pool = TensorPool.open("bench", 1L << 30)) {
      run(folder, pool, 64, 32L << 20, rounds);
      run(folder, pool, 4 << 10, 256L << 20, rounds);
      run(folder, pool, 1 << 20, 512L << 20, rounds);
    }
  }

  private static void run(Path folder, TensorPool pool, int size, long bytes, int rounds)
      throws IOException, InterruptedException {
    LogRates rates = new LogRates(folder, size, bytes, pool);
    long slots = Math.min(16_384, (64L << 20) / size);
    try (Tensor memory = pool.allocate(DType.U8, Shape.of(slots, size))) {
      rates.prepare(memory);
      rates.compare(rounds);
    }
  }

  private void compare(int rounds) throws IOException, InterruptedException {
    List<Double> raw = new ArrayList<>();
    List<Double> single = new ArrayList<>();
    List<Double> grouped = new ArrayList<>();
    List<Double> read = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> groupRatios = new ArrayList<>();
    for (int round = -2; round < rounds; round++) {
      double plain = plain();
      double[] alone = logged(1);
      double[] together = logged(GROUP);
      if (round >= 0) { // the first two are for the compiler
        raw.add(plain);
        single.add(alone[0]);
        read.add(alone[1]);
        grouped.add(together[0]);
        ratios.add(alone[0] / plain);
        groupRatios.add(together[0] / plain);
      }
    }
    System.out.printf(
        "%8d B  plain %7.1f MB/s  append %7.1f MB/s (%.2f)  groups of %d %7.1f MB/s (%.2f)"
            + "  read %7.1f MB/s%n",
        size,
        median(raw),
        median(single),
        median(ratios),
        GROUP,
        median(grouped),
        median(groupRatios),
        median(read));
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  private double rate(long start) {
    return (double) count * size / (System.nanoTime() - start) * 1e3;
  }

  /// Writes files of the size that segments have: one large file can be slower than several.
  private double plain() throws IOException {
    Path plain = Files.createDirectory(folder.resolve("plain"));
    int perFile = (int) (LogOptions.defaults().segmentBytes() / size);
    try {
      long start = System.nanoTime();
      for (int first = 0; first < count; first += perFile) {
        write(plain.resolve(Integer.toString(first)), first, Math.min(count, first + perFile));
      }
      return rate(start);
    } finally {
      delete(plain);
    }
  }

  private void write(Path file, int first, int end) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = first; i < end; i++) {
        channel.write(buffers.get(i % buffers.size()).clear());
      }
    }
  }

  /// Returns the rate of appending and that of reading again.
  private double[] logged(int group) throws IOException, InterruptedException {
    LogOptions options =
        LogOptions.defaults()
            .withFlushing(new Flushing.Never())
            .withRetention(Retention.unlimited());
    try (TopicLog log = TopicLog.open(folder, "log", options, InstantSource.system())) {
      long start = System.nanoTime();
      for (int i = 0; i < count; i += group) {
        int first = i % messages.size();
        log.append(messages.subList(first, first + group));
      }
      double appended = rate(start);
      return new double[] {appended, read(log)};
    } finally {
      delete(folder.resolve("log"));
    }
  }

  private double read(TopicLog log) throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
      for (int i = 0; i < count; i++) {
        if (reader.next(NOW) instanceof Reading.Kept kept) {
          kept.parts().close();
        }
      }
    }
    return rate(start);
  }

  static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
