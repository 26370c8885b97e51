package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.TensorHeader.Digest;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class CompressionTest {
  // More than a stream may send unasked, and no multiple of a chunk.
  private static final int ELEMENTS = (9 << 20) / 4 + 32;

  private final TensorPool pool = TensorPool.open("test", 64 << 20);

  @AfterEach
  void everythingCameBack() {
    pool.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"LZ4", "ZSTD"})
  void aCompressedTensorArrivesBitForBit(Compression compression) throws Exception {
    SendOptions options = SendOptions.defaults().form(Form.exact().compression(compression));
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = ramp(ELEMENTS)) {
      Peer there = there(one, two);
      assertThat(there.deliver("w", tensor, options.digest(Digest.SHA256)).confirmed()).isTrue();
      try (Delivery delivery = two.receive(Lab.SOON)) {
        assertThat(delivery.tensor().segment().mismatch(tensor.segment())).isEqualTo(-1);
        assertThat(delivery.travelledAs()).isEqualTo(DType.F32);
      }
      assertThat(there.compression()).isEqualTo(compression);
      // A small rest may not shrink.
      assertThat(one.counters().get("tensor-bytes-packed"))
          .isBetween(tensor.byteSize() - (1 << 20), tensor.byteSize());
      assertThat(one.counters().get("tensor-bytes-saved")).isBetween(1L, tensor.byteSize());
    }
  }

  @ParameterizedTest
  @CsvSource({"F16, OFF", "BF16, LZ4", "Q8_0, ZSTD", "Q8_0, AUTO"})
  void aRoundedTensorArrivesAsF32AndSaysSo(DType wire, Compression compression) throws Exception {
    Form form = Form.exact().wire(wire).compression(compression);
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = ramp(ELEMENTS)) {
      there(one, two).deliver("w", tensor, SendOptions.defaults().form(form));
      try (Delivery delivery = two.receive(Lab.SOON)) {
        assertThat(delivery.travelledAs()).isEqualTo(wire);
        assertThat(delivery.tensor().dtype()).isEqualTo(DType.F32);
        assertThat(delivery.tensor().segment().mismatch(tensor.segment())).isNotEqualTo(-1);
        for (long i = 0; i < ELEMENTS; i += 4999) {
          float sent = tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
          assertThat(delivery.tensor().segment().getAtIndex(ValueLayout.JAVA_FLOAT, i))
              .isCloseTo(sent, within(0.01f));
        }
      }
    }
  }

  @Test
  void whatCannotTravelNarrowerTravelsExactly() throws Exception {
    SendOptions options = SendOptions.defaults().form(Form.exact().wire(DType.Q8_0));
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor odd = ramp(100_001)) {
      there(one, two).deliver("w", odd, options);
      try (Delivery delivery = two.receive(Lab.SOON)) {
        assertThat(delivery.travelledAs()).isEqualTo(DType.F32);
        assertThat(delivery.tensor().segment().mismatch(odd.segment())).isEqualTo(-1);
      }
    }
  }

  @Test
  void withinThisMachineNothingIsCompressedUnasked() throws Exception {
    try (Node one = Node.start(Lab.config());
        Node two = Node.start(Lab.config());
        Tensor tensor = ramp(ELEMENTS)) {
      Peer there = there(one, two);
      for (int i = 0; i < 4; i++) {
        there.deliver("w", tensor, SendOptions.defaults());
        two.receive(Lab.SOON).close();
      }
      assertThat(there.compression()).isEqualTo(Compression.OFF);
      assertThat(one.counters()).containsEntry("tensor-bytes-packed", 0L);
    }
  }

  @Test
  void onlyNarrowFloatsAreWireTypes() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Form.exact().wire(DType.I8))
        .withMessage("wire: I8 (expected: F16, BF16 or Q8_0)");
  }

  private static Peer there(Node one, Node two) throws IOException, InterruptedException {
    return one.connect(two.endpoint(), Lab.SOON);
  }

  private Tensor ramp(int count) {
    Tensor tensor = pool.allocate(DType.F32, Shape.of(count));
    for (int i = 0; i < count; i++) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i / (float) ELEMENTS);
    }
    return tensor;
  }
}
