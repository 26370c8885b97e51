package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.TensorHeader.Digest;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packing;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class AsocPackedTest {
  private static final int F32 = 2;
  private static final int F16 = 3;
  private static final int U8 = 12;

  private final TensorPool pool = TensorPool.open("test", 64 << 20);

  @AfterEach
  void everythingCameBack() {
    pool.close();
  }

  @ParameterizedTest
  @EnumSource(PackCodec.class)
  void aPackedTensorArrivesBitForBit(PackCodec codec) throws IOException {
    try (Tensor tensor = ramp(500_000)) {
      Message.Transfer arrived = pass(tensor, Packing.always(codec, DType.F32), Digest.SHA256);
      try (Tensor same = arrived.tensor()) {
        assertThat(same.segment().mismatch(tensor.segment())).isEqualTo(-1);
        assertThat(arrived.travelledAs()).isEqualTo(DType.F32);
        assertThat(arrived.digestHex()).hasSize(64);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"F16, RAW", "F16, ZSTD", "BF16, LZ4", "Q8_0, RAW", "Q8_0, ZSTD"})
  void aNarrowedTensorArrivesAsItWasAndItsDigestHolds(DType wire, PackCodec codec)
      throws IOException {
    try (Tensor tensor = ramp(500_000)) {
      Message.Transfer arrived = pass(tensor, Packing.always(codec, wire), Digest.CRC32C);
      try (Tensor near = arrived.tensor()) {
        assertThat(arrived.header().dtype()).isEqualTo(DType.F32);
        assertThat(arrived.travelledAs()).isEqualTo(wire);
        for (long i = 0; i < 500_000; i += 997) {
          assertThat(near.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i))
              .isCloseTo(tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i), within(0.01f));
        }
      }
    }
  }

  @Test
  void aPeerThatCannotUnpackGetsThePlainBytes() throws IOException {
    MemoryPipe pipe = MemoryPipe.open();
    try (Tensor tensor = ramp(64);
        Session stock = AsocWire.over(pipe, Limits.defaults(), Introduction.Proof.STOCK)) {
      stock.send(transfer(tensor, Packing.always(PackCodec.ZSTD, DType.F16), Digest.NONE));
      assertThat(pipe.drain()).hasSize(AsocHeader.SIZE + 256 + AsocHeader.SIZE);
    }
  }

  @Test
  void anEmptyTensorIsNotPacked() throws IOException {
    try (Tensor tensor = pool.allocate(DType.F32, Shape.of(0))) {
      Packing packing = Packing.always(PackCodec.ZSTD, DType.F32);
      pass(tensor, packing, Digest.CRC32C).tensor().close();
    }
  }

  @Test
  void refusesToSendHalfBlocks() throws IOException {
    MemoryPipe pipe = MemoryPipe.open();
    try (Tensor tensor = ramp(100_001);
        Session session = AsocWire.over(pipe, Limits.defaults(), Introduction.Proof.MUTUAL)) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(
              () ->
                  session.send(
                      transfer(tensor, Packing.always(PackCodec.RAW, DType.Q8_0), Digest.NONE)))
          .withMessageContaining("whole blocks of Q8_0");
      assertThat(pipe.available()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 4, wire: F32", "12, 5, shuffle: 5", "99, 1, wire: unknown"})
  void declinesWhatItCannotUnpackAndGoesOn(int wire, int shuffle, String complaint)
      throws IOException {
    AsocWire frames =
        new AsocWire()
            .open(1, 8, 0)
            .control(1, new AsocExtension.Packed(shuffle, wire))
            .data(1, 0, chunk(8, 1, 2, 3, 4, 5, 6, 7, 8))
            .end(1, 1)
            .open(3, 1, 0)
            .data(3, 0, (byte) 1)
            .end(3, 1);
    try (Session session = frames.read(Limits.defaults())) {
      Message.Declined declined =
          AsocTalk.receive(session, Landing.in(pool), Message.Declined.class);
      assertThat(declined.code()).isEqualTo(FaultCode.UNSUPPORTED.code());
      assertThat(declined.text()).startsWith(complaint).endsWith("of PACKED");
      AsocTalk.receive(session, Landing.in(pool), Message.Transfer.class).tensor().close();
    }
  }

  @Test
  void unpacksNothingOfAStreamItDeclined() throws IOException {
    AsocWire frames =
        new AsocWire()
            .control(1, new AsocExtension.Open(99, 0, List.of(8L), 8, "t"))
            .control(1, new AsocExtension.Packed(4, F16))
            .data(1, 0, chunk(8, 1, 2, 3))
            .end(1, 1)
            .control(0, new AsocExtension.Ping(1));
    try (Session session = frames.read(Limits.defaults())) {
      AsocTalk.receive(session, Landing.in(pool), Message.Declined.class);
      assertThat(session.receive(Landing.in(pool))).isEqualTo(new Message.Ping(1));
    }
  }

  @Test
  void packedStandsOnceBetweenOpenAndData() {
    AsocExtension.Packed packed = new AsocExtension.Packed(1, U8);
    List<AsocWire> wrong =
        List.of(
            new AsocWire().control(1, packed),
            new AsocWire().data(1, 0, (byte) 1).control(1, packed),
            new AsocWire().open(1, 8, 0).control(1, packed).control(1, packed),
            new AsocWire().open(1, 8, 0).data(1, 0, (byte) 1).control(1, packed));
    assertThat(wrong)
        .allSatisfy(
            frames ->
                expectMalformed(
                    frames, "PACKED (expected: once, between OPEN and the first DATA)"));
  }

  @Test
  void aChunkThatCannotBeEndsTheSession() {
    expectMalformed(packed(8).data(1, 0, (byte) 0), "length: 1 (expected: > 5) of DATA");
    expectMalformed(
        packed(8).data(1, 0, chunk(9, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
        "length: 9 (expected: <= 8 of 8 bytes) of DATA");
    expectMalformed(
        packed(8).data(1, 0, (byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 8, (byte) 1),
        "ZSTD: damaged (expected: 8 bytes) of DATA");
    expectMalformed(
        packed(8).data(1, 0, chunk(4, 1, 2, 3, 4)).end(1, 1), "bytes: 4 (expected: 8) before END");
  }

  @Test
  void creditCountsTheBytesOfTheTensor() {
    byte[] bomb = chunk(Math.toIntExact(AsocCredit.STREAM_WINDOW) + 1, 1);
    bomb[0] = (byte) PackCodec.ZSTD.code();
    AsocWire frames =
        new AsocWire()
            .control(1, new AsocExtension.Open(99, 0, List.of(8L), 8, "t"))
            .control(1, new AsocExtension.Packed(4, F32))
            .data(1, 0, bomb);
    assertThatExceptionOfType(PeerException.Malformed.class)
        .isThrownBy(
            () -> {
              try (Session session = frames.read(Limits.defaults())) {
                session.receive(Landing.in(pool));
                session.receive(Landing.in(pool));
              }
            })
        .withMessageContaining("its credit");
  }

  private static AsocWire packed(long length) {
    return new AsocWire().open(1, length, 0).control(1, new AsocExtension.Packed(1, U8));
  }

  private static byte[] chunk(int held, int... body) {
    byte[] chunk = new byte[5 + body.length];
    for (int i = 0; i < 4; i++) {
      chunk[1 + i] = (byte) (held >>> (24 - 8 * i));
    }
    for (int i = 0; i < body.length; i++) {
      chunk[5 + i] = (byte) body[i];
    }
    return chunk;
  }

  private void expectMalformed(AsocWire frames, String complaint) {
    assertThatExceptionOfType(PeerException.Malformed.class)
        .isThrownBy(
            () -> {
              try (Session session = frames.read(Limits.defaults())) {
                while (session.receive(Landing.in(pool)) instanceof Message.TensorData data) {
                  data.tensor().close();
                }
              }
            })
        .withMessageContaining(complaint);
  }

  private Message.Transfer pass(Tensor tensor, Packing packing, Digest digest) throws IOException {
    Limits all = Limits.defaults();
    AsocTalk talk = AsocTalk.open(all.flow(all.flow().windowBytes(0)));
    talk.dialler().send(transfer(tensor, packing, digest));
    Message.Transfer arrived =
        AsocTalk.receive(talk.acceptor(), Landing.in(pool), Message.Transfer.class);
    assertThat(arrived.header().shape()).isEqualTo(tensor.shape());
    return arrived;
  }

  private static Message.Transfer transfer(Tensor tensor, Packing packing, Digest digest) {
    TensorHeader header = new TensorHeader("w", tensor.dtype(), tensor.shape(), digest);
    return new Message.Transfer(1, header, tensor).packed(packing);
  }

  private Tensor ramp(int count) {
    Tensor tensor = pool.allocate(DType.F32, Shape.of(count));
    for (int i = 0; i < count; i++) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i / 500_000f);
    }
    return tensor;
  }
}
