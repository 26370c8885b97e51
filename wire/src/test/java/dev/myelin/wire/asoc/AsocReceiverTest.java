package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
@ExtendWith(LeakCheck.class)
class AsocReceiverTest {
  static final Limits SMALL = AsocWire.small();
  private static final AsocBytes FOUR = AsocBytes.of(new byte[4]);

  static Stream<Arguments> violations() {
    return Stream.of(violationsOfFrames(), violationsOfOpen(), violationsOfStreams())
        .flatMap(all -> all);
  }

  private static Stream<Arguments> violationsOfFrames() {
    return Stream.of(
        violation(
            "version: 2",
            new AsocWire().add(new byte[] {2, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})),
        violation("stream: 0 (expected: any other) of DATA", new AsocWire().data(0, 0)),
        violation("stream: 0 (expected: any other) of END", new AsocWire().end(0, 0)),
        violation("length: 65 (expected: <= 64) of DATA", new AsocWire().header(1, 1, 0, 65)),
        violation("length: 4294967295", new AsocWire().header(1, 1, 0, -1)),
        violation("length: 1025 (expected: <= 1024) of END", new AsocWire().header(2, 1, 0, 1025)),
        violation(
            "length: 1025 (expected: <= 1024) of CONTROL", new AsocWire().header(3, 0, 0, 1025)),
        violation("(expected: <= 1024) of UNKNOWN(9)", new AsocWire().header(9, 0, 0, 1025)),
        violation("sequence: 1 (expected: 0) of DATA", new AsocWire().data(1, 1)),
        violation("sequence: 5 (expected: 0) of END", new AsocWire().end(1, 5)),
        violation(
            "length: 5 (expected: <= 4", new AsocWire().open(1, 4, 0).data(1, 0, new byte[5])),
        violation(
            "bytes: 3 (expected: 4) before END",
            new AsocWire().open(1, 4, 0).data(1, 0, new byte[3]).end(1, 1)));
  }

  private static Stream<Arguments> violationsOfOpen() {
    List<Long> none = List.of();
    return Stream.of(
        violation("rank: 3 (expected: <= 2)", open(12, List.of(1L, 1L, 1L), 1, "t")),
        violation("name length: 9 (expected: <= 8)", open(12, none, 1, "123456789")),
        violation("byte length: 2 (expected: 1", open(12, none, 2, "t")),
        violation("multiple of 32", open(14, List.of(33L), 34, "t")),
        violation("within a long", open(1, List.of(1L << 62, 4L), 8, "t")),
        violation("dim: ", open(12, List.of(-1L), 1, "t")),
        violation("byte length: ", open(12, none, -1, "t")));
  }

  private static Stream<Arguments> violationsOfStreams() {
    return Stream.of(
        violation("which is open", new AsocWire().open(1, 4, 0).open(1, 4, 0)),
        violation("OPEN of stream 1", new AsocWire().open(1, 4, 9).open(1, 4, 0)),
        violation("stream: 0", new AsocWire().open(0, 4, 0)),
        violation("no DIGEST", new AsocWire().open(1, 0, 1).end(1, 0)),
        violation(
            "DIGEST of 4 bytes",
            new AsocWire().open(1, 0, 0).control(1, new AsocExtension.Digest(FOUR))),
        violation(
            "DIGEST of 4 bytes",
            new AsocWire().open(1, 0, 2).control(1, new AsocExtension.Digest(FOUR))),
        violation("DIGEST of 4 bytes", new AsocWire().control(1, new AsocExtension.Digest(FOUR))),
        violation(
            "DATA behind DIGEST",
            new AsocWire()
                .open(1, 1, 1)
                .control(1, new AsocExtension.Digest(FOUR))
                .data(1, 0, (byte) 1)),
        violation(
            "PROVED (expected: none",
            new AsocWire().control(0, new AsocExtension.Proved(AsocBytes.of(new byte[32])))),
        violation("payload: 14 bytes (expected: 13)", raw(AsocExtension.PING)),
        violation("name: not UTF-8", openWithBadName()));
  }

  static Arguments violation(String says, AsocWire wire) {
    return Arguments.of(says, wire.bytes());
  }

  private static AsocWire open(int dtype, List<Long> dims, long length, String name) {
    return new AsocWire().control(1, new AsocExtension.Open(dtype, 0, dims, length, name));
  }

  private static AsocWire openWithBadName() {
    byte[] bytes = open(12, List.of(), 1, "t").bytes();
    bytes[bytes.length - 1] = (byte) 0xFF;
    return new AsocWire().add(bytes);
  }

  @ParameterizedTest
  @MethodSource("violations")
  void whoeverBreaksTheDialectIsTold(String says, byte[] bytes, TensorPool pool) {
    try (Session session = AsocWire.read(bytes, SMALL, Introduction.Proof.MUTUAL)) {
      assertThatThrownBy(() -> readAll(session, Landing.in(pool)))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining(says)
          .hasMessageContaining("at offset");
    }
  }

  @Test
  void interleavedStreamsArriveEachWhole(TensorPool pool) throws IOException {
    Session session =
        new AsocWire()
            .open(1, 3, 0)
            .data(9, 0, (byte) 7)
            .open(65, 2, 0)
            .data(1, 0, (byte) 1, (byte) 2)
            .data(65, 0, (byte) 5)
            .data(1, 1, (byte) 3)
            .data(65, 1, (byte) 6)
            .end(65, 2)
            .end(9, 1)
            .end(1, 2)
            .read(SMALL);

    assertThat(content(session, pool))
        .containsExactly("9#0:[7]", "65:[5, 6]", "end 9", "1:[1, 2, 3]");
  }

  @Test
  void whatIsNotWantedIsDroppedAndTheRestGoesOn(TensorPool pool) throws IOException {
    Session session =
        new AsocWire()
            .open(1, 3, 0)
            .data(1, 0, new byte[3])
            .open(3, 2, 1)
            .data(3, 0, new byte[2])
            .control(3, new AsocExtension.Digest(FOUR))
            .end(3, 1)
            .end(1, 1)
            .data(5, 0, new byte[40])
            .data(5, 1, new byte[40])
            .end(5, 2)
            .open(7, 101, 0)
            .end(7, 0)
            .open(1, 1, 0)
            .control(1, new AsocExtension.Abort(1, "never mind"))
            .open(9, 1, 0)
            .data(9, 0, (byte) 4)
            .end(9, 1)
            .read(SMALL);

    List<Message> messages = readAll(session, refusing(pool));
    assertThat(messages)
        .containsExactly(
            new Message.Declined(1, FaultCode.OVERLOADED.code(), "no room"),
            new Message.Declined(3, FaultCode.REFUSED.code(), "not for us"),
            new Message.Declined(5, FaultCode.OVERLOADED.code(), "no room"),
            new Message.Declined(7, FaultCode.TOO_LARGE.code(), "101 bytes (expected: <= 100)"),
            new Message.Declined(1, FaultCode.OVERLOADED.code(), "no room"),
            messages.getLast());
    close(messages);
    assertThat(messages.getLast()).isInstanceOf(Message.Transfer.class);
  }

  @Test
  void anUndescribedStreamBeyondTheLimitIsDeclined(TensorPool pool) throws IOException {
    Session session =
        new AsocWire().data(5, 0, new byte[60]).data(5, 1, new byte[60]).end(5, 2).read(SMALL);

    List<Message> messages = readAll(session, Landing.in(pool));
    close(messages);
    assertThat(messages).hasSize(2);
    assertThat(messages.getLast()).isInstanceOf(Message.Declined.class);
  }

  @Test
  void unknownElementTypesAndDigestsAreDeclined(TensorPool pool) throws IOException {
    Session session = open(200, List.of(), 1, "t").open(3, 4, 9).read(SMALL);

    assertThat(readAll(session, Landing.in(pool)))
        .allMatch(m -> m instanceof Message.Declined d && d.code() == FaultCode.UNSUPPORTED.code())
        .hasSize(2);
  }

  @Test
  void aDigestThatDiffersLosesTheTensor(TensorPool pool) throws IOException {
    List<String> abandoned = new ArrayList<>();
    Session session =
        new AsocWire()
            .open(1, 1, 1)
            .data(1, 0, (byte) 9)
            .control(1, new AsocExtension.Digest(FOUR))
            .end(1, 1)
            .read(SMALL);

    List<Message> messages = readAll(session, watching(pool, abandoned));
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst())
        .isInstanceOf(Message.Declined.class)
        .extracting(m -> ((Message.Declined) m).code())
        .isEqualTo(FaultCode.DIGEST_MISMATCH.code());
    assertThat(abandoned).hasSize(1);
  }

  @Test
  void theSenderMayGiveUp(TensorPool pool) throws IOException {
    List<String> abandoned = new ArrayList<>();
    Session session =
        new AsocWire()
            .open(1, 4, 1)
            .data(1, 0, (byte) 9)
            .control(1, new AsocExtension.Abort(1, "cancelled\nby hand"))
            .read(SMALL);

    assertThat(readAll(session, watching(pool, abandoned)))
        .containsExactly(new Message.Abort(1, 1, "cancelled by hand"));
    assertThat(abandoned).containsExactly("1 the peer gave it up: cancelled by hand");
  }

  @Test
  void streamsUnderWayAreGivenUpWhenThePeerEnds(TensorPool pool) throws IOException {
    List<String> abandoned = new ArrayList<>();
    Session session = new AsocWire().open(1, 4, 0).data(1, 0, (byte) 9).read(SMALL);

    assertThat(session.receive(watching(pool, abandoned))).isNull();
    assertThat(abandoned).hasSize(1);
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void streamsUnderWayAreGivenUpWhenTheSessionIsClosed(TensorPool pool) {
    List<String> abandoned = new ArrayList<>();
    Session session = new AsocWire().open(1, 4, 0).data(1, 9).read(SMALL);
    assertThatThrownBy(() -> session.receive(watching(pool, abandoned)))
        .isInstanceOf(PeerException.Malformed.class);
    assertThat(pool.outstanding()).isEqualTo(4);

    session.close();
    session.close();

    assertThat(abandoned).hasSize(1);
    assertThat(pool.outstanding()).isZero();
    assertThatThrownBy(() -> session.receive(AsocTalk.NOWHERE))
        .isInstanceOf(PeerException.Closed.class);
  }

  @Test
  void memoryBeingReadIntoGoesBackOnlyAfterTheRead(TensorPool pool) throws IOException {
    MemoryPipe pipe = MemoryPipe.open();
    Session session = AsocWire.over(pipe, SMALL, Introduction.Proof.MUTUAL);
    pipe.write(new AsocWire().open(1, 4, 0).header(1, 1, 0, 4).bytes());
    var reading =
        AsocTalk.run(() -> session.receive(watching(pool, new ArrayList<>())) == null, pipe);
    while (pipe.available() > 0 || pool.outstanding() == 0) {
      Thread.onSpinWait();
    }

    session.close();
    assertThat(pool.outstanding()).isEqualTo(4);
    pipe.end();
    AsocTalk.await(reading);

    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void aChunkCutOffInTheMiddleLeaksNothing(TensorPool pool) {
    Session session = new AsocWire().header(1, 1, 0, 4).add(new byte[2]).read(SMALL);

    assertThatThrownBy(() -> session.receive(Landing.in(pool)))
        .isInstanceOf(PeerException.Closed.class);
  }

  @Test
  void framesOfLaterVersionsAreHandedOver(TensorPool pool) throws IOException {
    byte[] foreign = {'{', '}'};
    Session session =
        new AsocWire()
            .add(AsocCodec.control(0, foreign))
            .control(0, new AsocExtension.Unknown(99))
            .add(new byte[] {1, 6, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 42})
            .add(AsocCodec.control(0, new byte[0]))
            .read(SMALL);

    assertThat(content(session, pool))
        .containsExactly("opaque 3:2", "opaque 3:5", "opaque 6:1", "Alive[]");
  }

  @Test
  void aStockPeerHasNoExtensions(TensorPool pool) throws IOException {
    byte[] bytes = new AsocWire().open(1, 1, 0).data(1, 0, (byte) 3).end(1, 1).bytes();
    Session session = AsocWire.read(bytes, SMALL, Introduction.Proof.STOCK);

    assertThat(content(session, pool)).containsExactly("opaque 3:27", "1#0:[3]", "end 1");
  }

  private static AsocWire raw(int kind) {
    byte[] payload = AsocExtensionCodec.encode(new AsocExtension.Unknown(kind));
    byte[] longer = new byte[14];
    System.arraycopy(payload, 0, longer, 0, payload.length);
    return new AsocWire().add(AsocCodec.control(0, longer));
  }

  private static Landing refusing(TensorPool pool) {
    return new Landing() {
      @Override
      public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
        if (stream == 1) {
          throw new PeerException.Overloaded("no room", null);
        }
        if (stream == 3) {
          throw new PeerException.Refused("not for us");
        }
        return Landing.in(pool).land(stream, header);
      }

      @Override
      public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
        throw new PeerException.Overloaded("no room", null);
      }
    };
  }

  @Test
  void aStreamWhoseMemoryTakesNoMoreIsDeclinedWithItsReason(TensorPool pool) throws IOException {
    Session session =
        new AsocWire()
            .open(1, 6, 0)
            .data(1, 0, new byte[2])
            .data(1, 1, new byte[2])
            .data(1, 2, new byte[2])
            .end(1, 3)
            .open(1, 1, 0)
            .data(1, 0, (byte) 7)
            .end(1, 1)
            .read(SMALL);
    Landing inner = Landing.in(pool);
    Landing full =
        new Landing() {
          @Override
          public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
            return inner.land(stream, header);
          }

          @Override
          public void prepare(int stream, TensorHeader header, long upToBytes)
              throws PeerException {
            if (upToBytes > 2) {
              throw new PeerException.Faulted(FaultCode.STORAGE.code(), "disk full");
            }
          }

          @Override
          public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
            return inner.landChunk(stream, sequence, bytes);
          }
        };

    assertThat(session.receive(full))
        .isEqualTo(new Message.Declined(1, FaultCode.STORAGE.code(), "disk full"));
    List<Message> rest = readAll(session, full);
    close(rest);
    assertThat(rest).singleElement().isInstanceOf(Message.Transfer.class);
  }

  private static Landing watching(TensorPool pool, List<String> abandoned) {
    Landing inner = Landing.in(pool);
    return new Landing() {
      @Override
      public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
        return inner.land(stream, header);
      }

      @Override
      public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
        return inner.landChunk(stream, sequence, bytes);
      }

      @Override
      public void abandoned(int stream, TensorHeader header, String reason) {
        abandoned.add(stream + " " + reason);
      }
    };
  }

  private static List<Message> readAll(Session session, Landing landing) throws IOException {
    List<Message> all = new ArrayList<>();
    for (Message next = session.receive(landing); next != null; next = session.receive(landing)) {
      all.add(next);
    }
    return all;
  }

  private static void close(List<Message> messages) {
    for (Message message : messages) {
      switch (message) {
        case Message.Transfer transfer -> transfer.tensor().close();
        case Message.TensorData data -> data.tensor().close();
        default -> {}
      }
    }
  }

  static List<String> content(Session session, TensorPool pool) throws IOException {
    List<Message> messages = readAll(session, Landing.in(pool));
    List<String> all = messages.stream().map(AsocReceiverTest::content).toList();
    close(messages);
    return all;
  }

  private static String content(Message message) {
    return switch (message) {
      case Message.Transfer t -> t.stream() + ":" + bytes(t.tensor());
      case Message.TensorData d -> d.stream() + "#" + d.sequence() + ":" + bytes(d.tensor());
      case Message.End e -> "end " + e.stream();
      case Message.Opaque o -> "opaque " + o.type() + ":" + o.body().byteSize();
      default -> message.toString();
    };
  }

  private static String bytes(Tensor tensor) {
    return Arrays.toString(tensor.segment().toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void showsSmallChunksWhereTheyLieAndLandsThoseThatAreLeft(TensorPool pool) throws IOException {
    byte[] taken = {1, 2, 3};
    byte[] left = {4, 5, 6, 7};
    Session session =
        new AsocWire().data(1, 0, taken).data(1, 1, left).data(1, 2, taken).end(1, 3).read(SMALL);
    List<String> seen = new ArrayList<>();
    Landing memory = Landing.in(pool);
    Landing landing =
        new Landing() {
          @Override
          public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
            return memory.land(stream, header);
          }

          @Override
          public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
            return memory.landChunk(stream, sequence, bytes);
          }

          @Override
          public boolean takeChunk(
              int stream, long sequence, MemorySegment bytes, long offset, int length) {
            byte[] copy = bytes.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
            seen.add(stream + "/" + sequence + ":" + Arrays.toString(copy));
            return length == 3;
          }
        };

    try (Tensor landed = AsocTalk.receive(session, landing, Message.TensorData.class).tensor()) {
      assertThat(landed.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(left);
    }
    assertThat(session.receive(landing)).isEqualTo(new Message.End(1));
    assertThat(seen).containsExactly("1/0:[1, 2, 3]", "1/1:[4, 5, 6, 7]", "1/2:[1, 2, 3]");
    session.close();
  }
}
