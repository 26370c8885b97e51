package dev.myelin.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.tensor.MappedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GgufTest {
  private static final int U32 = 4;
  private static final int TEXT = 8;
  private static final int LIST = 9;

  @TempDir private Path folder;

  @Test
  void readsValuesAndWeights() throws Exception {
    Path path = write(sound());
    try (MappedFile file = MappedFile.open(path)) {
      Gguf gguf = Gguf.read(path, file);
      Metadata metadata = gguf.metadata();
      assertThat(metadata.text("name")).contains("ünï");
      assertThat(metadata.whole("seven")).contains(7L);
      assertThat(metadata.number("seven")).contains(7.0);
      assertThat(metadata.texts("words")).contains(List.of("a", "", "bc"));
      assertThat(metadata.texts("seven")).isEmpty();
      assertThat(metadata.truth("nothing")).isEmpty();
      Weight weight = Objects.requireNonNull(gguf.weights().get("w"));
      assertThat(weight.shape().toArray()).containsExactly(2, 32);
      assertThat(weight.data().byteSize()).isEqualTo(256);
      assertThat(weight.data().get(GgufValue.INT, 4)).isEqualTo(0x01010101);
    }
  }

  @Test
  void refusesOtherFormatsAndVersions() throws Exception {
    breaks(Rule.SIGNATURE, file -> file.putInt(0, 0x46554746), "GGUF");
    breaks(Rule.SIGNATURE, file -> file.putInt(4, 1), "version: 1 (expected: 2, 3)");
    breaks(Rule.SIGNATURE, file -> file.putInt(4, 4), "expected: 2, 3");
  }

  @Test
  void refusesCountsAndLengthsThatCannotBe() throws Exception {
    breaks(Rule.LENGTH, file -> file.putLong(8, 1L << 40), "weights: 1099511627776");
    breaks(Rule.LENGTH, file -> file.putLong(16, -1), "values: 18446744073709551615");
    breaks(Rule.LENGTH, file -> file.putLong(24, 1L << 62), "key: 4611686018427387904");
  }

  @Test
  void refusesAnythingCutShort() throws Exception {
    byte[] whole = sound();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = new byte[length];
      System.arraycopy(whole, 0, part, 0, length);
      Path path = write(part);
      try (MappedFile file = MappedFile.open(path)) {
        assertThat(catchThrowableOfType(ModelFileException.class, () -> Gguf.read(path, file)))
            .isNotNull();
      }
    }
  }

  @Test
  void refusesWeightsThatOverlap() throws Exception {
    refuses(Rule.LAYOUT, two(0, 0), "starts at 0 (expected: >= 128");
    refuses(Rule.LAYOUT, two(0, 64), "starts at 64 (expected: >= 128");
    refuses(Rule.LAYOUT, two(0, 130), "a multiple of 32");
    refuses(Rule.LAYOUT, two(0, 1L << 40), "from 1099511627776");
    refuses(Rule.LAYOUT, two(0, -32), "expected: within");
  }

  @Test
  void refusesTypesRanksAndExtents() throws Exception {
    refuses(Rule.TYPE, one(1, new long[] {32}, 9), "type 9 (expected: one of");
    refuses(Rule.SHAPE, one(0, new long[] {}, 0), "rank 0");
    refuses(Rule.SHAPE, one(5, new long[] {1, 1, 1, 1, 1}, 0), "rank 5");
    refuses(Rule.SHAPE, one(1, new long[] {0}, 0), "extents [0]");
    refuses(Rule.SHAPE, one(2, new long[] {1L << 32, 1L << 32}, 0), "extents");
    refuses(Rule.SHAPE, one(1, new long[] {-1}, 0), "extents [-1]");
    refuses(Rule.SHAPE, one(1, new long[] {31}, 8), "whole blocks");
  }

  @Test
  void refusesWhatStandsTwice() throws Exception {
    Bytes twice = new Bytes().header(0, 2);
    twice.text("k").int32(U32).int32(1).text("k").int32(U32).int32(2);
    refuses(Rule.DUPLICATE, twice.toByteArray(), "'k': twice");
  }

  @Test
  void refusesListsOfListsAndOddAlignments() throws Exception {
    Bytes lists = new Bytes().header(0, 1).text("k").int32(LIST).int32(LIST).int64(1);
    refuses(Rule.SYNTAX, lists.int32(0).int64(0).int32(0).toByteArray(), "a list of lists");
    Bytes odd = new Bytes().header(0, 1).text("general.alignment").int32(U32).int32(24);
    refuses(Rule.LAYOUT, odd.toByteArray(), "a power of two");
    Bytes unknown = new Bytes().header(0, 1).text("k").int32(13).int32(24);
    refuses(Rule.SYNTAX, unknown.toByteArray(), "type 13 (expected: 0..12)");
  }

  @Test
  void saysWhatFamiliesThereAre() throws Exception {
    Bytes other = new Bytes().header(0, 1).text("general.architecture").int32(TEXT).text("bert");
    Path path = write(other.toByteArray());
    ModelFileException e = catchThrowableOfType(ModelFileException.class, () -> Model.open(path));
    assertThat(e.rule()).isEqualTo(Rule.UNSUPPORTED);
    assertThat(e).hasMessageContaining("'bert' (expected: one of [gemma2, gemma3, llama,");
  }

  private void breaks(Rule rule, Consumer<ByteBuffer> change, String message) throws Exception {
    byte[] bytes = sound();
    change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    refuses(rule, bytes, message);
  }

  private void refuses(Rule rule, byte[] bytes, String message) throws Exception {
    Path path = write(bytes);
    try (MappedFile file = MappedFile.open(path)) {
      ModelFileException e =
          catchThrowableOfType(ModelFileException.class, () -> Gguf.read(path, file));
      assertThat(e).hasMessageContaining(message);
      assertThat(e.rule()).isEqualTo(rule);
      assertThat(e.file()).isEqualTo(path.toString());
    }
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model.gguf"), bytes);
  }

  private static byte[] sound() {
    Bytes bytes = new Bytes().header(1, 3).text("name").int32(TEXT).text("ünï");
    bytes.text("seven").int32(U32).int32(7);
    bytes.text("words").int32(LIST).int32(TEXT).int64(3).text("a").text("").text("bc");
    bytes.weight("w", new long[] {32, 2}, 0, 0);
    return bytes.pad(32).fill(256).toByteArray();
  }

  private static byte[] two(long first, long second) {
    Bytes bytes = new Bytes().header(2, 0);
    bytes.weight("a", new long[] {32}, 0, first).weight("b", new long[] {32}, 0, second);
    return bytes.pad(32).fill(320).toByteArray();
  }

  private static byte[] one(int rank, long[] dims, int type) {
    Bytes bytes = new Bytes().header(1, 0).text("w").int32(rank);
    for (long dim : dims) {
      bytes.int64(dim);
    }
    return bytes.int32(type).int64(0).pad(32).fill(256).toByteArray();
  }

  /// The bytes of a file, one after the other.
  private static final class Bytes extends ByteArrayOutputStream {
    Bytes header(long weights, long values) {
      return int32(Gguf.MAGIC).int32(3).int64(weights).int64(values);
    }

    Bytes weight(String name, long[] dims, int type, long offset) {
      text(name).int32(dims.length);
      for (long dim : dims) {
        int64(dim);
      }
      return int32(type).int64(offset);
    }

    Bytes int32(int value) {
      writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    Bytes int64(long value) {
      writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
      return this;
    }

    Bytes text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int64(bytes.length);
      writeBytes(bytes);
      return this;
    }

    Bytes pad(int alignment) {
      while (size() % alignment != 0) {
        write(0);
      }
      return this;
    }

    Bytes fill(int count) {
      for (int i = 0; i < count; i++) {
        write(1);
      }
      return this;
    }
  }
}
