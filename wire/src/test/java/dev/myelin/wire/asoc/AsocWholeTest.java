package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
@ExtendWith(LeakCheck.class)
class AsocWholeTest {
  private static AsocExtension.Whole whole(long length, int digest, byte[] value, byte... content) {
    return new AsocExtension.Whole(
        new AsocExtension.Open(12, digest, List.of(length), length, "t"),
        AsocBytes.of(value),
        MemorySegment.ofArray(content));
  }

  @Test
  void aTensorInOneFrameArrivesAndLeavesItsNumberFree(TensorPool pool) throws IOException {
    Session session =
        new AsocWire()
            .control(1, whole(3, 0, new byte[0], (byte) 7, (byte) 8, (byte) 9))
            .control(1, whole(0, 0, new byte[0]))
            .read(AsocReceiverTest.SMALL);
    Message.Transfer first = AsocTalk.receive(session, Landing.in(pool), Message.Transfer.class);
    try (Tensor tensor = first.tensor()) {
      assertThat(first.header().name()).isEqualTo("t");
      assertThat(tensor.segment().toArray(ValueLayout.JAVA_BYTE)).containsExactly(7, 8, 9);
    }
    AsocTalk.receive(session, Landing.in(pool), Message.Transfer.class).tensor().close();
    assertThat(session.receive(AsocTalk.NOWHERE)).isNull();
  }

  @Test
  void tensorsInOneFrameThatAreDescribedAlikeAllArrive(TensorPool pool) throws IOException {
    Session session =
        new AsocWire()
            .control(1, whole(2, 0, new byte[0], (byte) 1, (byte) 2))
            .control(3, whole(2, 0, new byte[0], (byte) 3, (byte) 4))
            .control(5, whole(1, 0, new byte[0], (byte) 5))
            .control(7, whole(2, 0, new byte[0], (byte) 6, (byte) 7))
            .read(AsocReceiverTest.SMALL);
    assertThat(AsocReceiverTest.content(session, pool))
        .containsExactly("1:[1, 2]", "3:[3, 4]", "5:[5]", "7:[6, 7]");
  }

  @Test
  void aTensorDescribedAsTheLastIsDeclinedWhereItDoesNotLand() throws IOException {
    Session session =
        new AsocWire()
            .control(1, whole(1, 0, new byte[0], (byte) 1))
            .control(3, whole(1, 0, new byte[0], (byte) 2))
            .read(AsocReceiverTest.SMALL);
    try (TensorPool tiny = TensorPool.open("tiny", 1)) {
      Landing landing = Landing.in(tiny);
      try (Tensor first = AsocTalk.receive(session, landing, Message.Transfer.class).tensor()) {
        assertThat(first.byteSize()).isEqualTo(1);
        Message.Declined declined = AsocTalk.receive(session, landing, Message.Declined.class);
        assertThat(declined.stream()).isEqualTo(3);
        assertThat(session.receive(landing)).isNull();
      }
    }
  }

  @Test
  void aTensorInOneFrameWithAnotherDigestIsDeclined(TensorPool pool) throws IOException {
    Session session =
        new AsocWire()
            .control(1, whole(1, 1, new byte[4], (byte) 7))
            .end(3, 0)
            .read(AsocReceiverTest.SMALL);
    Message.Declined declined = AsocTalk.receive(session, Landing.in(pool), Message.Declined.class);
    assertThat(declined.code()).isEqualTo(FaultCode.DIGEST_MISMATCH.code());
    assertThat(session.receive(AsocTalk.NOWHERE)).isEqualTo(new Message.End(3));
  }

  @Test
  void aTensorInOneFrameThatDoesNotFitIsDeclined() throws IOException {
    Session session =
        new AsocWire()
            .control(1, whole(101, 0, new byte[0], new byte[101]))
            .end(3, 0)
            .read(AsocReceiverTest.SMALL);
    Message.Declined declined = AsocTalk.receive(session, AsocTalk.NOWHERE, Message.Declined.class);
    assertThat(declined.code()).isEqualTo(FaultCode.TOO_LARGE.code());
    assertThat(session.receive(AsocTalk.NOWHERE)).isEqualTo(new Message.End(3));
  }

  static Stream<Arguments> brokenWholes() {
    return Stream.of(
        AsocReceiverTest.violation(
            "content: 1 bytes left (expected: >= 2)",
            new AsocWire().control(1, whole(2, 0, new byte[0], (byte) 1))),
        AsocReceiverTest.violation(
            "(expected:", new AsocWire().control(1, whole(1, 0, new byte[0], new byte[2]))),
        AsocReceiverTest.violation(
            "no DIGEST", new AsocWire().control(1, whole(1, 1, new byte[0], (byte) 1))),
        AsocReceiverTest.violation(
            "DIGEST of 4 bytes", new AsocWire().control(1, whole(1, 0, new byte[4], (byte) 1))),
        AsocReceiverTest.violation(
            "which is open",
            new AsocWire().open(1, 4, 0).control(1, whole(1, 0, new byte[0], (byte) 1))));
  }

  static Stream<Arguments> brokenBehindAnother() {
    byte[] none = new byte[0];
    AsocExtension.Whole two = whole(2, 0, none, (byte) 1, (byte) 2);
    return Stream.of(
        AsocReceiverTest.violation(
            "content: 1 bytes left (expected: >= 2)",
            new AsocWire().control(1, two).control(3, whole(2, 0, none, (byte) 1))),
        AsocReceiverTest.violation(
            "(expected:",
            new AsocWire().control(1, two).control(3, whole(2, 0, none, new byte[3]))),
        AsocReceiverTest.violation(
            "DIGEST of 4 bytes",
            new AsocWire()
                .control(1, two)
                .control(3, whole(2, 0, new byte[4], (byte) 1, (byte) 2))),
        AsocReceiverTest.violation(
            "which is open", new AsocWire().control(1, two).open(3, 4, 0).control(3, two)),
        AsocReceiverTest.violation("stream: 0", new AsocWire().control(1, two).control(0, two)));
  }

  @ParameterizedTest
  @MethodSource("brokenBehindAnother")
  void aBrokenTensorInOneFrameEndsTheSessionAlsoBehindOneLikeIt(
      String message, byte[] bytes, TensorPool pool) throws IOException {
    Session session = AsocWire.read(bytes, AsocReceiverTest.SMALL, Introduction.Proof.MUTUAL);
    AsocTalk.receive(session, Landing.in(pool), Message.Transfer.class).tensor().close();
    assertThatThrownBy(() -> session.receive(Landing.in(pool)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining(message);
    session.close();
  }

  @ParameterizedTest
  @MethodSource("brokenWholes")
  void brokenTensorsInOneFrameEndTheSession(String message, byte[] bytes, TensorPool pool) {
    Session session = AsocWire.read(bytes, AsocReceiverTest.SMALL, Introduction.Proof.MUTUAL);
    assertThatThrownBy(() -> session.receive(Landing.in(pool)))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining(message);
    session.close();
  }
}
