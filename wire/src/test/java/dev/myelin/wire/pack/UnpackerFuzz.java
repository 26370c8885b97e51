package dev.myelin.wire.pack;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.myelin.tensor.DType;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Any bytes are a chunk that unpacks to what was promised, or are refused; nothing else happens.
class UnpackerFuzz {
  private static final Packaging[] FORMS = {
    Packaging.of(DType.F32, DType.F32),
    Packaging.of(DType.BF16, DType.BF16),
    Packaging.of(DType.U8, DType.U8),
    Packaging.of(DType.F32, DType.F16),
    Packaging.of(DType.F32, DType.Q8_0)
  };

  @FuzzTest(maxDuration = "5m")
  void anyBytesUnpackOrAreRefused(byte[] chunk) throws IOException {
    MemorySegment target = MemorySegment.ofArray(new byte[Packer.MOST]);
    for (Packaging form : FORMS) {
      try (Unpacker unpacker = Unpacker.open()) {
        Unpacker.Input in = Chunks.input(chunk);
        int held = unpacker.begin(in, chunk.length);
        assertThat(held).isPositive();
        unpacker.finish(in, form, target.asSlice(0, held), 0);
      } catch (PackException | EOFException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
