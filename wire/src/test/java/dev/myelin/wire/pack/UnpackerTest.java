package dev.myelin.wire.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.myelin.tensor.DType;
import java.io.EOFException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UnpackerTest {
  private static final Packaging F32 = Packaging.of(DType.F32, DType.F32);
  private static final Packaging HALVES = Packaging.of(DType.F32, DType.F16);

  @Test
  void bothLibrariesWorkHere() {
    assertThat(PackCodec.values()).allMatch(PackCodec::isAvailable);
  }

  @ParameterizedTest
  @CsvSource({
    "00,                 length: 1",
    "0000000001,         length: 5",
    "030000000141,       codec: 3",
    "ff0000000141,       codec: 255",
    "000000000041,       plain length: 0",
    "020000000041,       plain length: 0",
    "020040000141,       plain length: 4194305",
    "02ffffffff41,       plain length: 4294967295",
    "00000000014141,     length: 2 (expected: <= 1)",
  })
  void refusesHeadsThatCannotBe(String hex, String complaint) {
    byte[] chunk = HexFormat.of().parseHex(hex);
    assertThatExceptionOfType(PackException.class)
        .isThrownBy(
            () -> {
              try (Unpacker unpacker = Unpacker.open()) {
                unpacker.begin(Chunks.input(chunk), chunk.length);
              }
            })
        .withMessageStartingWith(complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "000000000241,       length: 1 (expected: exactly 2)",
    "020000000141,       length: 1 (expected: less than 1)",
    "01000000024141,     length: 2 (expected: less than 2)",
  })
  void refusesBodiesThatCannotBe(String hex, String complaint) {
    byte[] chunk = HexFormat.of().parseHex(hex);
    assertThatExceptionOfType(PackException.class)
        .isThrownBy(() -> unpack(F32, chunk))
        .withMessage(complaint);
  }

  @ParameterizedTest
  @CsvSource({
    "0000000003414141,   plain length: 3 (expected: a multiple of 4)",
    "0000000004414141,   length: 3 (expected: exactly 2)",
    "01000000044141,     length: 2 (expected: less than 2)",
  })
  void refusesHalfElements(String hex, String complaint) {
    byte[] chunk = HexFormat.of().parseHex(hex);
    assertThatExceptionOfType(PackException.class)
        .isThrownBy(() -> unpack(HALVES, chunk))
        .withMessage(complaint);
  }

  @ParameterizedTest
  @EnumSource(names = {"LZ4", "ZSTD"})
  void refusesMoreBytesThanWerePromised(PackCodec codec) {
    byte[] chunk = PackProperties.chunk(F32, zeros(100_000), codec);
    byte[] less = withPlainLength(chunk, 99_999);
    assertThatExceptionOfType(PackException.class)
        .isThrownBy(() -> unpack(F32, less))
        .withMessageContaining("damaged (expected: 99999 bytes)");
  }

  @ParameterizedTest
  @EnumSource(names = {"LZ4", "ZSTD"})
  void refusesFewerBytesThanWerePromised(PackCodec codec) {
    byte[] chunk = PackProperties.chunk(F32, zeros(100_000), codec);
    byte[] more = withPlainLength(chunk, Packer.MOST);
    assertThatExceptionOfType(PackException.class)
        .isThrownBy(() -> unpack(F32, more))
        .withMessageContaining("damaged (expected: 4194304 bytes)");
  }

  @ParameterizedTest
  @EnumSource(names = {"LZ4", "ZSTD"})
  void refusesABodyThatEndsEarly(PackCodec codec) {
    MemorySegment plain = PackProperties.compressible(new SplittableRandom(5), 4096);
    byte[] chunk = PackProperties.chunk(F32, plain, codec);
    byte[] cut = Arrays.copyOf(chunk, chunk.length - 7);
    assertThatExceptionOfType(PackException.class).isThrownBy(() -> unpack(F32, cut));
  }

  @Test
  void anInputThatEndsInsideAChunkIsClosed() {
    byte[] chunk = PackProperties.chunk(F32, zeros(4096), PackCodec.ZSTD);
    assertThatExceptionOfType(EOFException.class)
        .isThrownBy(
            () -> {
              try (Unpacker unpacker = Unpacker.open()) {
                Unpacker.Input in = Chunks.input(Arrays.copyOf(chunk, Packer.HEAD));
                unpacker.begin(in, chunk.length);
                unpacker.finish(in, F32, zeros(4096), 0);
              }
            });
  }

  @Test
  void worksOnAfterADamagedChunk() throws Exception {
    byte[] chunk = PackProperties.chunk(F32, zeros(4096), PackCodec.ZSTD);
    byte[] damaged = chunk.clone();
    Arrays.fill(damaged, Packer.HEAD, damaged.length, (byte) 0x77);
    try (Unpacker unpacker = Unpacker.open()) {
      Unpacker.Input bad = Chunks.input(damaged);
      unpacker.begin(bad, damaged.length);
      assertThatExceptionOfType(PackException.class)
          .isThrownBy(() -> unpacker.finish(bad, F32, zeros(4096), 0));
      MemorySegment out = MemorySegment.ofArray(new byte[4096]);
      out.fill((byte) 1);
      Unpacker.Input good = Chunks.input(chunk);
      assertThat(unpacker.begin(good, chunk.length)).isEqualTo(4096);
      unpacker.finish(good, F32, out, 0);
      assertThat(out.mismatch(zeros(4096))).isEqualTo(-1);
    }
  }

  @Test
  void aChunkThatDoesNotShrinkStaysRaw() {
    byte[] noise = new byte[10_000];
    new SplittableRandom(9).nextBytes(noise);
    byte[] chunk = PackProperties.chunk(F32, MemorySegment.ofArray(noise), PackCodec.ZSTD);
    assertThat(chunk).hasSize(Packer.HEAD + noise.length).startsWith(0, 0, 0, 0x27, 0x10);
  }

  @Test
  void onlyF32TravelsNarrower() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Packaging.of(DType.F64, DType.F16))
        .withMessage("wire: F16 (expected: F64, or F16, BF16, Q8_0 for F32)");
    assertThat(Packaging.isPossible(DType.F32, DType.Q4_0)).isFalse();
  }

  private static void unpack(Packaging form, byte[] chunk) throws Exception {
    try (Unpacker unpacker = Unpacker.open()) {
      Unpacker.Input in = Chunks.input(chunk);
      unpacker.begin(in, chunk.length);
      unpacker.finish(in, form, MemorySegment.ofArray(new byte[Packer.MOST]), 0);
    }
  }

  private static byte[] withPlainLength(byte[] chunk, int length) {
    byte[] other = chunk.clone();
    for (int i = 0; i < 4; i++) {
      other[1 + i] = (byte) (length >>> (24 - 8 * i));
    }
    return other;
  }

  private static MemorySegment zeros(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }
}
