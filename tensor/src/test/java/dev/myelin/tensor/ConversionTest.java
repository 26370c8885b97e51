package dev.myelin.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConversionTest {
  private static final int HALVES = 1 << 16;
  private static final int FLOATS = 1 << 20;

  private final TensorPool pool = TensorPool.open("test", 64 << 20);

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void widensEveryHalfAsNumpyDoes() throws Exception {
    assertThat(digestOfWidened(DType.F16)).isEqualTo(golden("f16_to_f32"));
    assertThat(digestOfWidened(DType.BF16)).isEqualTo(golden("bf16_to_f32"));
  }

  @Test
  void roundsFloatsAsNumpyDoes() throws Exception {
    assertThat(digestOfRounded(DType.F16)).isEqualTo(golden("f32_to_f16"));
    assertThat(digestOfRounded(DType.BF16)).isEqualTo(golden("f32_to_bf16"));
  }

  @Test
  void comesBackFromEveryHalf() {
    for (DType half : new DType[] {DType.F16, DType.BF16}) {
      try (Tensor from = everyHalf(half);
          Tensor wide = pool.allocate(DType.F32, Shape.of(HALVES));
          Tensor back = pool.allocate(half, Shape.of(HALVES))) {
        Conversion.convert(from, wide);
        Conversion.convert(wide, back);
        for (long i = 0; i < HALVES; i++) {
          double value = from.doubleAt(i);
          assertThat(Double.compare(back.doubleAt(i), value)).isZero();
          assertThat(Double.compare(wide.doubleAt(i), value)).isZero();
        }
      }
    }
  }

  @Test
  void keepsEveryNaN() {
    for (int payload = 1; payload < 1 << 23; payload = payload * 2 + 1) {
      float nan = Float.intBitsToFloat(0x7f800000 | payload);
      assertThat(Conversion.bf16ToFloat(Conversion.floatToBf16(nan))).isNaN();
      assertThat(Conversion.bf16ToFloat(Conversion.floatToBf16(-nan))).isNaN();
    }
    assertThat(Conversion.floatToBf16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    assertThat(Conversion.floatToBf16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xff80);
  }

  @Test
  void packsAndUnpacksAsGgmlDoes() throws Exception {
    for (DType packed : new DType[] {DType.Q8_0, DType.Q4_0}) {
      String name = packed.name().toLowerCase(java.util.Locale.ROOT);
      try (NpyFile bytes = NpyFile.open(resource("conversion/" + name + ".npy"));
          NpyFile unpacked = NpyFile.open(resource("conversion/" + name + "-f32.npy"));
          Tensor result = pool.allocate(DType.F32, unpacked.tensor().shape())) {
        Shape shape = unpacked.tensor().shape();
        Conversion.convert(Tensor.wrap(packed, shape, bytes.tensor().segment()), result);
        assertThat(result.contentEquals(unpacked.tensor())).isTrue();
      }
    }
    try (NpyFile input = NpyFile.open(resource("conversion/input.npy"));
        NpyFile bytes = NpyFile.open(resource("conversion/q8_0.npy"));
        Tensor result = pool.allocate(DType.Q8_0, input.tensor().shape())) {
      Conversion.convert(input.tensor(), result);
      assertThat(result.segment().mismatch(bytes.tensor().segment())).isEqualTo(-1);
    }
  }

  @Test
  void saysWhichConversionsThereAre() {
    try (Tensor from = pool.allocate(DType.F32, Shape.of(32));
        Tensor packed = pool.allocate(DType.Q4_0, Shape.of(32));
        Tensor same = pool.allocate(DType.F32, Shape.of(32));
        Tensor other = pool.allocate(DType.F16, Shape.of(4))) {
      assertThat(Conversion.isSupported(DType.Q4_0, DType.F32)).isTrue();
      assertThat(Conversion.isSupported(DType.F32, DType.Q4_0)).isFalse();
      assertThatThrownBy(() -> Conversion.convert(from, packed)).hasMessageContaining("Q4_0");
      assertThatThrownBy(() -> Conversion.convert(from, other)).hasMessageContaining("[32]");
      from.segment().fill((byte) 1);
      Conversion.convert(from, same);
      assertThat(same.contentEquals(from)).isTrue();
    }
  }

  private String digestOfWidened(DType half) throws Exception {
    try (Tensor from = everyHalf(half);
        Tensor to = pool.allocate(DType.F32, Shape.of(HALVES))) {
      Conversion.convert(from, to);
      for (long i = 0; i < HALVES; i++) {
        if (Double.isNaN(to.doubleAt(i))) {
          to.set(i, 0.0);
        }
      }
      return digest(to);
    }
  }

  private String digestOfRounded(DType half) throws Exception {
    try (Tensor from = pool.allocate(DType.F32, Shape.of(FLOATS));
        Tensor to = pool.allocate(half, Shape.of(FLOATS))) {
      for (int i = 0; i < FLOATS; i++) {
        float value = Float.intBitsToFloat((int) (i * 2654435761L));
        from.segment().set(Element.FLOAT, i * 4L, Float.isNaN(value) ? 0 : value);
      }
      Conversion.convert(from, to);
      return digest(to);
    }
  }

  private Tensor everyHalf(DType half) {
    Tensor all = pool.allocate(half, Shape.of(HALVES));
    for (int i = 0; i < HALVES; i++) {
      all.segment().set(Element.SHORT, i * 2L, (short) i);
    }
    return all;
  }

  private static String digest(Tensor tensor) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(tensor.segment().asByteBuffer());
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String golden(String key) throws Exception {
    String json = Files.readString(resource("conversion/digests.json"), StandardCharsets.UTF_8);
    String after = json.substring(json.indexOf('"' + key + '"') + key.length() + 2);
    return after.split("\"", 3)[1];
  }

  static Path resource(String name) throws Exception {
    return Path.of(ConversionTest.class.getResource("/golden/" + name).toURI());
  }
}
