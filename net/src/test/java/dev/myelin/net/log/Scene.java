package dev.myelin.net.log;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// What tests of the log share: options, messages, and the files of a folder.
final class Scene {
  static final Duration NOW = Duration.ZERO;
  static final Duration SOON = Duration.ofSeconds(20);
  static final String NAME = "events";

  private Scene() {}

  static LogOptions never() {
    return LogOptions.defaults()
        .withFlushing(new Flushing.Never())
        .withRetention(Retention.unlimited());
  }

  static LogOptions everyWrite() {
    return never().withFlushing(new Flushing.EveryWrite());
  }

  static TopicLog open(Path root, LogOptions options) throws IOException {
    return TopicLog.open(root, NAME, options, HandClock.still());
  }

  static Path folder(Path root) {
    return root.resolve(NAME);
  }

  static List<Path> segments(Path root) throws IOException {
    return files(root, "*" + Segment.SUFFIX);
  }

  static List<Path> files(Path root, String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder(root), pattern)) {
      all.forEach(found::add);
    }
    return found.stream().sorted().toList();
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(folder(to));
    for (Path file : files(from, "*")) {
      Files.copy(file, folder(to).resolve(file.getFileName()));
    }
  }

  static void delete(Path root) throws IOException {
    for (Path file : files(root, "*")) {
      Files.delete(file);
    }
    Files.delete(folder(root));
    Files.delete(root);
  }

  static byte[] bytes(RandomGenerator random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  static Parts native1(TensorPool pool, String topic, byte[] body) {
    Tensor tensor = pool.allocate(DType.U8, Shape.of(body.length));
    MemorySegment.copy(body, 0, tensor.segment(), ValueLayout.JAVA_BYTE, 0, body.length);
    return Parts.of(topic).plus(tensor);
  }

  /// Reads what is there, as texts of all parts joined by `|`; what is lost or damaged shows as
  /// `-FROM+COUNT`.
  static List<String> texts(TopicReader reader) throws IOException, InterruptedException {
    List<String> texts = new ArrayList<>();
    while (true) {
      try {
        Reading reading = reader.next(NOW);
        if (reading == null) {
          return texts;
        }
        texts.add(text(reading));
      } catch (LogException.Corrupt e) {
        Reading.Lost lost = reader.passDamage();
        if (lost == null) {
          throw new AssertionError("nothing to pass over where " + e.getMessage(), e);
        }
        texts.add(text(lost));
      }
    }
  }

  /// Returns the next message, which must come in time.
  static Reading.Kept kept(TopicReader reader, Duration limit)
      throws IOException, InterruptedException {
    if (reader.next(limit) instanceof Reading.Kept kept) {
      return kept;
    }
    throw new AssertionError("no message at " + reader.position());
  }

  static String text(Reading reading) {
    return switch (reading) {
      case Reading.Kept kept -> {
        try (Parts parts = kept.parts()) {
          List<String> all = new ArrayList<>();
          for (int i = 0; i < parts.count(); i++) {
            all.add(new String(parts.bytes(i), StandardCharsets.ISO_8859_1));
          }
          yield String.join("|", all);
        }
      }
      case Reading.Lost lost -> "-" + lost.from() + "+" + lost.count();
    };
  }

  static List<String> texts(TopicLog log, TensorPool pool)
      throws IOException, InterruptedException {
    try (LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
      return texts(reader);
    }
  }

  static byte[] flipped(byte[] bytes, int at, int mask) {
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    copy[at] ^= (byte) mask;
    return copy;
  }
}
