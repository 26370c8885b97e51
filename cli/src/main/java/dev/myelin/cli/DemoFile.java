package dev.myelin.cli;

import dev.myelin.tensor.Conversion;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.SafetensorsFile.Spec;
import dev.myelin.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The file of tensors that the demonstration streams: the tables of a rotary position code, sine
/// positions, norm scales and random weights, as a small model has them.
final class DemoFile {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int SEED = 2026;
  private static final int WIDTH = 1_024;
  private static final int HALF_HEAD = 64;
  private static final double BASE = 10_000;
  private static final int CHECK_EVERY = 1 << 20;
  private static final int DIGEST_CHUNK = 1 << 20;

  private DemoFile() {}

  /// Writes a file of about that many bytes; equal sizes give equal bytes. An interrupt ends it.
  static void write(Path file, long bytes) throws IOException, InterruptedException {
    long positions = Math.max(64, bytes / 16 / (WIDTH * 4));
    long rows = Math.max(64, (bytes - positions * (WIDTH + 2L * HALF_HEAD) * 4) / (WIDTH * 4));
    List<Spec> specs =
        List.of(
            new Spec("rotary.cos", DType.F32, Shape.of(positions, HALF_HEAD)),
            new Spec("rotary.sin", DType.F32, Shape.of(positions, HALF_HEAD)),
            new Spec("positions", DType.F32, Shape.of(positions, WIDTH)),
            new Spec("embedding.weight", DType.F32, Shape.of(rows, WIDTH)),
            new Spec("norm.weight", DType.BF16, Shape.of(WIDTH)));
    try (SafetensorsFile made =
        SafetensorsFile.create(file, specs, Map.of("title", "myelin demo"))) {
      rotate(made.tensor("rotary.cos").segment(), made.tensor("rotary.sin").segment(), HALF_HEAD);
      interleave(made);
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
      weights(made.tensor("embedding.weight").segment(), random);
      scales(made.tensor("norm.weight").segment(), random);
    }
  }

  /// Returns the SHA-256 of every tensor in these files, by name. An interrupt ends it.
  static Map<String, String> digests(List<Path> files) throws IOException, InterruptedException {
    Map<String, String> digests = new TreeMap<>();
    try (TensorSource source =
        TensorSource.open(files.stream().map(Path::toString).toList(), RawFormat.NONE)) {
      for (TensorSource.Named named : source.tensors()) {
        digests.put(named.name(), sha256(named.tensor().segment()));
      }
    }
    return digests;
  }

  private static String sha256(MemorySegment segment) throws InterruptedException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (long at = 0; at < segment.byteSize(); at += DIGEST_CHUNK) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long part = Math.min(DIGEST_CHUNK, segment.byteSize() - at);
        digest.update(segment.asSlice(at, part).asByteBuffer());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 (expected: in every JDK)", e);
    }
  }

  // Each row is the one before, turned by the angle of its column: no sine per element.
  private static void rotate(MemorySegment cosines, MemorySegment sines, int columns) {
    double[] cos = new double[columns];
    double[] sin = new double[columns];
    java.util.Arrays.fill(cos, 1);
    long count = cosines.byteSize() / 4;
    for (long i = 0; i < count; i++) {
      int column = (int) (i % columns);
      cosines.setAtIndex(FLOAT, i, (float) cos[column]);
      sines.setAtIndex(FLOAT, i, (float) sin[column]);
      turn(cos, sin, column, Math.pow(BASE, -(double) column / columns));
    }
  }

  private static void turn(double[] cos, double[] sin, int column, double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    double turned = cos[column] * c - sin[column] * s;
    sin[column] = cos[column] * s + sin[column] * c;
    cos[column] = turned;
  }

  private static void interleave(SafetensorsFile file) {
    MemorySegment positions = file.tensor("positions").segment();
    MemorySegment cosines = file.tensor("rotary.cos").segment();
    MemorySegment sines = file.tensor("rotary.sin").segment();
    long rows = positions.byteSize() / (WIDTH * 4);
    for (long row = 0; row < rows; row++) {
      for (int column = 0; column < WIDTH; column++) {
        MemorySegment from = column % 2 == 0 ? sines : cosines;
        long source = row * HALF_HEAD + (column / 2) % HALF_HEAD;
        positions.setAtIndex(FLOAT, row * WIDTH + column, from.getAtIndex(FLOAT, source));
      }
    }
  }

  // The sum of four uniform numbers is near enough to a normal one, and four times as fast.
  private static void weights(MemorySegment segment, RandomGenerator random)
      throws InterruptedException {
    float scale = (float) (Math.sqrt(3.0 / WIDTH) / (1 << 16));
    long count = segment.byteSize() / 4;
    for (long i = 0; i < count; i++) {
      if (i % CHECK_EVERY == 0 && Thread.interrupted()) {
        throw new InterruptedException();
      }
      long bits = random.nextLong();
      long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
      segment.setAtIndex(FLOAT, i, (sum - 131_070) * scale);
    }
  }

  private static void scales(MemorySegment segment, RandomGenerator random) {
    for (long i = 0; i < segment.byteSize() / 2; i++) {
      segment.setAtIndex(
          SHORT, i, Conversion.floatToBf16(1 + (float) random.nextGaussian() / WIDTH));
    }
  }
}
