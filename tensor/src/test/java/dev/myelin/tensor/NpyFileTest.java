package dev.myelin.tensor;

import static dev.myelin.tensor.ConversionTest.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.myelin.tensor.TensorFileException.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  @TempDir private Path folder;

  @Test
  void readsEveryTypeThatNumpyWrites() throws Exception {
    for (DType dtype : DType.values()) {
      if (dtype.elementsPerBlock() == 1) {
        String name = "npy/v1-" + dtype.name().toLowerCase(Locale.ROOT) + ".npy";
        try (NpyFile file = NpyFile.open(resource(name))) {
          assertThat(file.tensor()).hasToString(dtype + "[2, 3]");
          assertThat(file.tensor().doubleAt(4)).isEqualTo(dtype == DType.BOOL ? 1 : 100);
          assertThat(file.tensor().rows(1, 2).doubleAt(0)).isEqualTo(dtype == DType.BOOL ? 1 : 3);
        }
      }
    }
  }

  @Test
  void readsEveryVersionAndRank() throws Exception {
    for (String name : new String[] {"v2-f32", "v3-f32"}) {
      try (NpyFile file = NpyFile.open(resource("npy/" + name + ".npy"))) {
        assertThat(file.tensor().doubleAt(4)).isEqualTo(100);
      }
    }
    try (NpyFile scalar = NpyFile.open(resource("npy/scalar-f64.npy"));
        NpyFile vector = NpyFile.open(resource("npy/vector-i32.npy"));
        NpyFile empty = NpyFile.open(resource("npy/empty-f32.npy"))) {
      assertThat(scalar.tensor().shape()).isEqualTo(Shape.of());
      assertThat(scalar.tensor().doubleAt(0)).isEqualTo(1.5);
      assertThat(vector.tensor().longAt(4)).isEqualTo(4);
      assertThat(empty.tensor().shape()).isEqualTo(Shape.of(2, 0, 3));
    }
  }

  @Test
  void writesByteForByteWhatNumpyWrites() throws Exception {
    for (String name :
        new String[] {"v1-f32", "v1-u8", "v1-bf16", "scalar-f64", "vector-i32", "empty-f32"}) {
      Path source = resource("npy/" + name + ".npy");
      Path target = folder.resolve(name);
      try (NpyFile file = NpyFile.open(source)) {
        NpyFile.write(target, file.tensor());
      }
      assertThat(target).hasSameBinaryContentAs(source);
    }
  }

  @Test
  void writesThroughTheTensorOfAFileItCreates() throws IOException {
    Path path = folder.resolve("made.npy");
    Files.writeString(path, "something else that was here before");
    Tensor left;
    try (NpyFile file = NpyFile.create(path, DType.F16, Shape.of(3, 2))) {
      left = file.tensor();
      left.set(5, 0.5);
      assertThat(left.segment().address() % 64).isZero();
      file.force();
    }
    assertThatThrownBy(() -> left.set(0, 1.0)).isInstanceOf(IllegalStateException.class);
    try (NpyFile file = NpyFile.open(path)) {
      assertThat(file.tensor().doubleAt(5)).isEqualTo(0.5);
      assertThat(file.tensor().doubleAt(0)).isZero();
      assertThatThrownBy(() -> file.tensor().set(0, 1.0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void reachesBeyondFourGibibytes() throws IOException {
    Path path = folder.resolve("large.npy");
    long count = (5L << 30) + 3;
    try (NpyFile file = NpyFile.create(path, DType.U8, Shape.of(count))) {
      file.tensor().set(count - 1, 77L);
    }
    try (NpyFile file = NpyFile.open(path)) {
      assertThat(file.tensor().longAt(count - 1)).isEqualTo(77);
      assertThat(file.tensor().rows(count - 2, count).longAt(1)).isEqualTo(77);
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void refusesWhatATensorCannotHold() throws Exception {
    assertThat(failure(resource("npy/bad-big-endian.npy")))
        .hasMessageContaining("'>f4' (expected: little-endian")
        .extracting(TensorFileException::rule)
        .isEqualTo(Rule.ORDER);
    assertThat(failure(resource("npy/bad-fortran.npy")))
        .hasMessageContaining("numpy.ascontiguousarray")
        .extracting(TensorFileException::rule)
        .isEqualTo(Rule.ORDER);
    assertThat(failure(resource("npy/bad-complex.npy")).rule()).isEqualTo(Rule.DTYPE);
    assertThat(failure(resource("npy/bad-structured.npy")).rule()).isEqualTo(Rule.DTYPE);
    assertThatThrownBy(() -> NpyFile.create(folder.resolve("q"), DType.Q8_0, Shape.of(32)))
        .hasMessageContaining("block types");
  }

  @Test
  void refusesHostileHeaders() throws IOException {
    String good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
    assertThat(file(1, good.replace("(2,)", "(3,)"), 8)).isEqualTo(Rule.LENGTH);
    assertThat(file(1, good.replace("(2,)", "(1,)"), 8)).isEqualTo(Rule.LENGTH);
    assertThat(file(1, good.replace("(2,)", "(-2,)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "(2)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "(2 2)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "(4294967296, 4294967296)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "(99999999999999999999,)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "(" + "1,".repeat(65) + ")"), 4)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "((((2,)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("(2,)", "(4611686018427387904,)"), 8)).isEqualTo(Rule.SHAPE);
    assertThat(file(1, good.replace("'shape'", "'descr'"), 8)).isEqualTo(Rule.DUPLICATE);
    assertThat(file(1, good.replace("'shape'", "'other'"), 8)).isEqualTo(Rule.SYNTAX);
    assertThat(file(1, good.replace("False", "Maybe"), 8)).isEqualTo(Rule.SYNTAX);
    assertThat(file(1, good + "x", 8)).isEqualTo(Rule.SYNTAX);
    assertThat(file(1, "{}", 8)).isEqualTo(Rule.SYNTAX);
    assertThat(file(1, good.replace("<f4", ""), 8)).isEqualTo(Rule.DTYPE);
    assertThat(file(1, good.replace("<f4", "Zf4"), 8)).isEqualTo(Rule.DTYPE);
    assertThat(file(4, good, 8)).isEqualTo(Rule.SIGNATURE);
    assertThat(raw(new byte[20])).isEqualTo(Rule.SIGNATURE);
    assertThat(raw(new byte[0])).isEqualTo(Rule.LENGTH);
    byte[] endless = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, 0, 0};
    assertThat(raw(endless)).isEqualTo(Rule.LENGTH);
  }

  @Test
  void survivesAFileThatShrinks() throws IOException {
    Path path = folder.resolve("shrinks.npy");
    NpyFile.create(path, DType.U8, Shape.of(1 << 20)).close();
    try (NpyFile file = NpyFile.open(path)) {
      try (RandomAccessFile other = new RandomAccessFile(path.toFile(), "rw")) {
        other.setLength(4096);
      }
      assertThatThrownBy(() -> TensorSummary.of(file.tensor())).isInstanceOf(InternalError.class);
    }
  }

  private Rule file(int version, String header, int bytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    out.write(
        ByteBuffer.allocate(2)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) text.length)
            .array());
    out.write(text);
    out.write(new byte[bytes]);
    return raw(out.toByteArray());
  }

  private Rule raw(byte[] content) throws IOException {
    return failure(Files.write(folder.resolve("hostile.npy"), content)).rule();
  }

  private static TensorFileException failure(Path path) {
    TensorFileException failure =
        catchThrowableOfType(TensorFileException.class, () -> NpyFile.open(path).close());
    assertThat(failure).hasMessageContaining(path.toString()).hasMessageContaining("expected");
    return failure;
  }
}
