package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.Conversion;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.RunningDigest;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Packed tensors of which a part had arrived before.
@Timeout(20)
@ExtendWith(LeakCheck.class)
class AsocPackedResumeTest {
  private static final int COUNT = 400_000;
  private static final String IDENTITY = "00112233445566778899aabbccddeeff";

  @ParameterizedTest
  @CsvSource({
    "F32, RAW, 1234567",
    "F32, LZ4, 1",
    "F32, ZSTD, 999999",
    "F32, ZSTD, 1600000",
    "F16, RAW, 400000",
    "BF16, LZ4, 4",
    "Q8_0, ZSTD, 128000",
    "Q8_0, RAW, 1600000",
  })
  void theRestOfATensorTravelsPacked(DType wire, PackCodec codec, long held, TensorPool pool)
      throws IOException {
    try (Tensor tensor = ramp(pool);
        Tensor arriving = rounded(pool, tensor, wire)) {
      assertThat(resume(pool, tensor, arriving, held, Packing.always(codec, wire))).isEqualTo(held);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {400_000, 1_600_000})
  void whatArrivedExactlyIsNoPartOfARoundedTensor(long held, TensorPool pool) throws IOException {
    try (Tensor tensor = ramp(pool)) {
      Packing rounding = Packing.always(PackCodec.ZSTD, DType.BF16);
      assertThat(resume(pool, tensor, tensor, held, rounding)).isZero();
    }
  }

  @Test
  void whatArrivedRoundedIsNoPartOfAnExactTensor(TensorPool pool) throws IOException {
    try (Tensor tensor = ramp(pool);
        Tensor rounded = rounded(pool, tensor, DType.F16)) {
      Packing exact = Packing.always(PackCodec.ZSTD, DType.F32);
      assertThat(resume(pool, tensor, rounded, 400_000, exact)).isZero();
    }
  }

  @Test
  void noChunkBeginsInsideABlock(TensorPool pool) throws IOException {
    try (Tensor zeros = pool.allocate(DType.F32, Shape.of(COUNT))) {
      zeros.segment().fill((byte) 0);
      Packing blocks = Packing.always(PackCodec.ZSTD, DType.Q8_0);
      assertThat(resume(pool, zeros, zeros, 128 * 100 + 4, blocks)).isZero();
      assertThat(resume(pool, zeros, zeros, 128 * 100, blocks)).isEqualTo(128 * 100);
    }
  }

  /// Sends what is missing behind the first `held` bytes of `there`; returns the byte with which it
  /// begins, once the whole has arrived as it should.
  private static long resume(
      TensorPool pool, Tensor tensor, Tensor there, long held, Packing packing) throws IOException {
    Limits all = Limits.defaults();
    AsocTalk talk = AsocTalk.open(all.flow(all.flow().windowBytes(0)));
    TensorHeader header =
        new TensorHeader("w", DType.F32, tensor.shape(), TensorHeader.Digest.SHA256);
    talk.dialler().send(new Message.Ask(1, header, IDENTITY));
    AsocTalk.receive(talk.acceptor(), Landing.in(pool), Message.Ask.class);
    Message.Transfer transfer = new Message.Transfer(1, header, tensor).packed(packing);
    RunningDigest digest = digest(there.segment());
    digest.update(0, held);
    talk.dialler().send(new Message.Rest(transfer, new Message.Held(1, held, digest.hex())));
    Holding holding = new Holding(pool, there);
    Message.Transfer arrived = AsocTalk.receive(talk.acceptor(), holding, Message.Transfer.class);
    try (Tensor whole = arrived.tensor();
        Tensor expected = rounded(pool, tensor, packing.wire())) {
      assertThat(whole.segment().mismatch(expected.segment())).isEqualTo(-1);
      RunningDigest over = digest(expected.segment());
      over.update(0, expected.byteSize());
      assertThat(arrived.digestHex()).isEqualTo(over.hex());
      assertThat(arrived.travelledAs()).isEqualTo(packing.wire());
    }
    talk.dialler().close();
    talk.acceptor().close();
    return holding.from;
  }

  /// Has the first bytes of another tensor.
  private static final class Holding implements Landing {
    private final TensorPool pool;
    private final Tensor there;
    private long from = -1;

    Holding(TensorPool pool, Tensor there) {
      this.pool = pool;
      this.there = there;
    }

    @Override
    public Resumed resume(int stream, TensorHeader header, long bytes) {
      from = bytes;
      Tensor tensor = pool.allocate(header.dtype(), header.shape());
      MemorySegment.copy(there.segment(), 0, tensor.segment(), 0, bytes);
      RunningDigest digest = digest(tensor.segment());
      digest.update(0, bytes);
      return new Resumed(tensor, digest);
    }

    @Override
    public Tensor land(int stream, TensorHeader header) {
      throw new AssertionError("landed: " + header);
    }

    @Override
    public Tensor landChunk(int stream, long sequence, long bytes) {
      throw new AssertionError("landed: " + bytes + " bytes");
    }
  }

  private static RunningDigest digest(MemorySegment segment) {
    return Objects.requireNonNull(RunningDigest.of(TensorHeader.Digest.SHA256, segment));
  }

  private static Tensor ramp(TensorPool pool) {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    Tensor tensor = pool.allocate(DType.F32, Shape.of(COUNT));
    for (int i = 0; i < COUNT; i++) {
      float value = i / (float) COUNT + (float) random.nextGaussian() / 4096;
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    return tensor;
  }

  private static Tensor rounded(TensorPool pool, Tensor tensor, DType wire) {
    Tensor copy = pool.allocate(DType.F32, tensor.shape());
    if (wire == DType.F32) {
      copy.segment().copyFrom(tensor.segment());
      return copy;
    }
    try (Tensor narrow = pool.allocate(wire, tensor.shape())) {
      Conversion.convert(DType.F32, tensor.segment(), wire, narrow.segment(), COUNT);
      Conversion.convert(wire, narrow.segment(), DType.F32, copy.segment(), COUNT);
    }
    return copy;
  }
}
