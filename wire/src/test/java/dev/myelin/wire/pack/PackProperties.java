package dev.myelin.wire.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.myelin.tensor.DType;
import dev.myelin.testkit.Property;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PackProperties {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Test
  void whatIsPackedExactlyComesOutAsItWentIn() {
    Property.check(
        200,
        random -> {
          DType dtype = List.of(DType.values()).get(random.nextInt(DType.values().length));
          MemorySegment plain = bytes(random, random.nextInt(1, 40_000));
          MemorySegment out = roundTrip(random, Packaging.of(dtype, dtype), plain);
          assertThat(out.mismatch(plain)).isEqualTo(-1);
        });
  }

  @Test
  void everyShuffleIsUndone() {
    Property.check(
        100,
        random -> {
          int elementBytes = 1 << random.nextInt(4);
          int length = random.nextInt(0, 3000);
          int at = random.nextInt(9);
          MemorySegment plain = bytes(random, length + at);
          MemorySegment apart = MemorySegment.ofArray(new byte[length]);
          MemorySegment out = MemorySegment.ofArray(new byte[length + at]);
          Shuffle.apart(elementBytes, plain, at, apart, length);
          Shuffle.together(elementBytes, apart, out, at, length);
          assertThat(out.asSlice(at).mismatch(plain.asSlice(at))).isEqualTo(-1);
        });
  }

  @Test
  void aDamagedChunkGivesBytesOfThatLengthOrIsRefused() {
    Property.check(
        300,
        random -> {
          Packaging form = Packaging.of(DType.F32, DType.F32);
          byte[] chunk = chunk(form, compressible(random, 8192), codec(random));
          for (int i = random.nextInt(1, 4); i > 0; i--) {
            chunk[random.nextInt(chunk.length)] ^= (byte) (1 << random.nextInt(8));
          }
          MemorySegment target = MemorySegment.ofArray(new byte[Packer.MOST]);
          try (Unpacker unpacker = Unpacker.open()) {
            Unpacker.Input in = Chunks.input(chunk);
            int held = unpacker.begin(in, chunk.length);
            assertThat(held).isBetween(1, Packer.MOST);
            unpacker.finish(in, form, target, 0);
          } catch (PackException e) {
            assertThat(e).hasMessageContaining("expected");
          }
        });
  }

  @Test
  void f16ArrivesWithinItsBound() {
    checkBound(
        DType.F16,
        (random, _) -> (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-30, 13))),
        (x, _) -> Math.max(Math.abs(x) * 0x1p-11, 0x1p-25));
  }

  @Test
  void bf16ArrivesWithinItsBound() {
    checkBound(
        DType.BF16,
        (random, _) -> (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-140, 120))),
        (x, _) -> Math.max(Math.abs(x) * 0x1p-8, 0x1p-134));
  }

  @Test
  void q8ArrivesWithinItsBound() {
    checkBound(
        DType.Q8_0,
        (random, scale) -> (float) (random.nextGaussian() * Math.pow(2, scale)),
        (_, largest) -> largest * (1 / 254.0 + 1 / 2048.0) + 0x1p-18);
  }

  @Test
  void whatNarrowingMakesIsKnownToTheSenderBitForBit() {
    Property.check(
        60,
        random -> {
          DType wire = new DType[] {DType.F16, DType.BF16, DType.Q8_0}[random.nextInt(3)];
          Packaging form = Packaging.of(DType.F32, wire);
          MemorySegment plain = bytes(random, 128 * random.nextInt(1, 50));
          try (Packer packer = Packer.open(form)) {
            MemorySegment arrives = packer.arrived((int) plain.byteSize());
            packer.pack(codec(random), plain, 0, (int) plain.byteSize());
            MemorySegment out = unpack(form, bytesOf(packer), plain.byteSize());
            long length = plain.byteSize();
            assertThat(MemorySegment.mismatch(out, 0, length, arrives, 0, length)).isEqualTo(-1);
          }
        });
  }

  private interface Values {
    float next(RandomGenerator random, int scale);
  }

  private interface Bound {
    double of(double value, double largestOfBlock);
  }

  private static void checkBound(DType wire, Values values, Bound bound) {
    Property.check(
        100,
        random -> {
          int count = 32 * random.nextInt(1, 20);
          MemorySegment plain = Arena.ofAuto().allocate(4L * count);
          for (int block = 0; block < count; block += 32) {
            int scale = random.nextInt(-30, 18);
            for (int i = block; i < block + 32; i++) {
              plain.set(FLOAT, 4L * i, values.next(random, scale));
            }
          }
          MemorySegment out = roundTrip(random, Packaging.of(DType.F32, wire), plain);
          for (int i = 0; i < count; i++) {
            double x = plain.get(FLOAT, 4L * i);
            double error = Math.abs(x - out.get(FLOAT, 4L * i));
            assertThat(error)
                .as("%s of %s", wire, x)
                .isLessThanOrEqualTo(bound.of(x, largest(plain, i / 32 * 32)));
          }
        });
  }

  private static double largest(MemorySegment floats, int from) {
    double largest = 0;
    for (int i = from; i < from + 32; i++) {
      largest = Math.max(largest, Math.abs(floats.get(FLOAT, 4L * i)));
    }
    return largest;
  }

  private static MemorySegment roundTrip(
      RandomGenerator random, Packaging form, MemorySegment plain) throws Exception {
    return unpack(form, chunk(form, plain, codec(random)), plain.byteSize());
  }

  private static MemorySegment unpack(Packaging form, byte[] chunk, long expected)
      throws Exception {
    MemorySegment out = MemorySegment.ofArray(new byte[(int) expected]);
    try (Unpacker unpacker = Unpacker.open()) {
      Unpacker.Input in = Chunks.input(chunk);
      assertThat(unpacker.begin(in, chunk.length)).isEqualTo((int) expected);
      unpacker.finish(in, form, out, 0);
    }
    return out;
  }

  static byte[] chunk(Packaging form, MemorySegment plain, PackCodec codec) {
    try (Packer packer = Packer.open(form)) {
      packer.pack(codec, plain, 0, (int) plain.byteSize());
      return bytesOf(packer);
    }
  }

  private static byte[] bytesOf(Packer packer) {
    byte[] chunk = new byte[Packer.HEAD + packer.length()];
    MemorySegment all = MemorySegment.ofArray(chunk);
    packer.putHead(all, 0);
    MemorySegment.copy(packer.body(), packer.offset(), all, Packer.HEAD, packer.length());
    return chunk;
  }

  private static PackCodec codec(RandomGenerator random) {
    return List.of(PackCodec.values()).get(random.nextInt(3));
  }

  private static MemorySegment bytes(RandomGenerator random, int length) {
    if (random.nextBoolean()) {
      return compressible(random, length);
    }
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return MemorySegment.ofArray(noise);
  }

  static MemorySegment compressible(RandomGenerator random, int length) {
    byte[] few = new byte[length];
    for (int i = 0; i < length; i++) {
      few[i] = (byte) (random.nextInt(4) * random.nextInt(2));
    }
    return MemorySegment.ofArray(few);
  }

  @Test
  void refusesChunksThatAreNoWholeBlocks() {
    try (Packer packer = Packer.open(Packaging.of(DType.F32, DType.Q8_0))) {
      MemorySegment plain = MemorySegment.ofArray(new byte[256]);
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> packer.pack(PackCodec.RAW, plain, 0, 64))
          .withMessageContaining("a multiple of 128");
    }
  }
}
