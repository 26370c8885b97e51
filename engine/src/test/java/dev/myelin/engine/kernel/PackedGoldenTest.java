package dev.myelin.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.engine.WeightType;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What packed bytes stand for, against ggml's own reading of them.
@Timeout(60)
class PackedGoldenTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 512;

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"})
  void readsTheNumbersThatGgmlReads(WeightType type) throws Exception {
    JsonNode golden;
    try (InputStream in = getClass().getResourceAsStream("/golden/types.json")) {
      golden = new ObjectMapper().readTree(in).get(type.name());
    }
    byte[] bytes = golden.get("bytes").binaryValue();
    float[] expected =
        MemorySegment.ofArray(golden.get("floats").binaryValue())
            .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    MemorySegment rows = MemorySegment.ofArray(bytes);
    try (Arena arena = Arena.ofConfined();
        Team team = Team.of(1)) {
      Packed.Rows source = new Packed.Rows(type, rows, ROWS, COLUMNS);
      Packed packed = Packed.of(source, 4, arena, team);
      float[] numbers = new float[COLUMNS];
      for (int row = 0; row < ROWS; row++) {
        packed.row(row, numbers, 0);
        for (int k = 0; k < COLUMNS; k++) {
          float wanted = expected[row * COLUMNS + k];
          // A product and a difference may be rounded once together, or twice.
          assertThat(numbers[k]).isCloseTo(wanted, within(wanted));
        }
      }
    }
  }

  private static Offset<Float> within(float wanted) {
    return Offset.offset(1e-6f + 1e-6f * Math.abs(wanted));
  }
}
