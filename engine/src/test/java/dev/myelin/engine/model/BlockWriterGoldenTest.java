package dev.myelin.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.engine.WeightType;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Blocks against the gguf package, both ways.
@Timeout(60)
final class BlockWriterGoldenTest {
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "Q8_0", "Q4_0", "Q4_1"})
  void roundsToTheBytesOfTheGgufPackage(WeightType type) throws Exception {
    JsonNode golden = golden("quantised");
    byte[] written = written(type, floats(golden.get("floats")));
    assertThat(written).isEqualTo(golden.get(type.name()).binaryValue());
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"})
  void readsTheNumbersOfTheGgufPackage(WeightType type) throws Exception {
    JsonNode golden = golden("types").get(type.name());
    float[] expected = floats(golden.get("floats"));
    float[] found = new float[expected.length];
    BlockReader.read(type, MemorySegment.ofArray(golden.get("bytes").binaryValue()), found);
    for (int i = 0; i < found.length; i++) {
      Offset<Float> bound = Offset.offset(1e-6f + 1e-6f * Math.abs(expected[i]));
      assertThat(found[i]).isCloseTo(expected[i], bound);
    }
  }

  // The bounds are a third more than what was seen of the smallest numbers; a nibble out of place
  // is far beyond.
  @ParameterizedTest
  @CsvSource({
    "Q8_0, 0.013",
    "Q6_K, 0.037",
    "Q5_K, 0.05",
    "Q4_K, 0.095",
    "Q4_1, 0.11",
    "Q4_0, 0.12"
  })
  void staysNearTheNumbersThatItRounds(WeightType type, float bound) throws Exception {
    float[] numbers = floats(golden("quantised").get("floats"));
    float[] found = new float[numbers.length];
    BlockReader.read(type, MemorySegment.ofArray(written(type, numbers)), found);
    for (int row = 0; row < numbers.length; row += 256) {
      double wrong = 0;
      double all = 0;
      for (int i = row; i < row + 256; i++) {
        wrong += (found[i] - numbers[i]) * (found[i] - numbers[i]);
        all += numbers[i] * numbers[i];
      }
      assertThat(Math.sqrt(wrong / all)).as("row " + row / 256).isLessThan(bound);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"})
  void blocksOfOneNumberStayThat(WeightType type) {
    for (float number : new float[] {0, 1, -1}) {
      float[] numbers = new float[256];
      java.util.Arrays.fill(numbers, number);
      float[] found = new float[256];
      BlockReader.read(type, MemorySegment.ofArray(written(type, numbers)), found);
      for (float each : found) {
        assertThat(each).isCloseTo(number, Offset.offset(0.01f));
      }
    }
  }

  private static byte[] written(WeightType type, float[] numbers) {
    ByteBuffer out = ByteBuffer.allocate((int) type.bytesFor(numbers.length));
    new BlockWriter(out.order(ByteOrder.LITTLE_ENDIAN)).write(type, numbers, numbers.length);
    assertThat(out.hasRemaining()).isFalse();
    return out.array();
  }

  private static float[] floats(JsonNode node) throws Exception {
    return MemorySegment.ofArray(node.binaryValue())
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
  }

  private static JsonNode golden(String name) throws Exception {
    try (InputStream in =
        BlockWriterGoldenTest.class.getResourceAsStream("/golden/" + name + ".json")) {
      return new ObjectMapper().readTree(in);
    }
  }
}
