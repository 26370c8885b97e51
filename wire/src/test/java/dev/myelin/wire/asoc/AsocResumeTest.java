package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a receiver makes of streams that are taken up again.
@Timeout(20)
@ExtendWith(LeakCheck.class)
class AsocResumeTest {
  private static final Limits SMALL = AsocWire.small();
  private static final AsocBytes FOUR = AsocBytes.of(new byte[4]);

  /// The CRC-32C of four zeros.
  private static final AsocBytes CRC_OF_ZEROS = AsocBytes.of(HexFormat.of().parseHex("48674bc7"));

  static Stream<Arguments> violations() {
    return Stream.of(
        Arguments.of("step: 3", new AsocWire().add(AsocCodec.control(1, step(3)))),
        Arguments.of("digest: NONE", ask(0)),
        Arguments.of("DATA (expected: RESUME", ask(1).data(1, 0, (byte) 1)),
        Arguments.of("END (expected: RESUME", ask(1).end(1, 0)),
        Arguments.of("which is open", ask(1).open(1, 4, 1)),
        Arguments.of("DIGEST of 4 bytes", ask(1).control(1, new AsocExtension.Digest(FOUR))),
        Arguments.of("PACKED (expected: once", ask(1).control(1, new AsocExtension.Packed(1, 12))),
        Arguments.of("RESUME from byte 5", ask(1).control(1, new AsocExtension.From(5))),
        Arguments.of("RESUME from byte 0", new AsocWire().control(1, new AsocExtension.From(0))),
        Arguments.of(
            "RESUME from byte 0",
            new AsocWire().open(1, 4, 1).control(1, new AsocExtension.From(0))));
  }

  @ParameterizedTest
  @MethodSource("violations")
  void whoeverBreaksTheStepsIsTold(String says, AsocWire wire, TensorPool pool) {
    try (Session session = AsocWire.read(wire.bytes(), SMALL, Introduction.Proof.MUTUAL)) {
      assertThatThrownBy(() -> readAll(session, Landing.in(pool)))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining(says);
    }
  }

  @Test
  void aStreamThatAskedBeginsWhereItsSenderSays(TensorPool pool) throws IOException {
    Session session =
        ask(1)
            .control(1, new AsocExtension.From(0))
            .data(1, 0, new byte[4])
            .control(1, new AsocExtension.Digest(CRC_OF_ZEROS))
            .end(1, 1)
            .control(3, asking(1))
            .control(3, new AsocExtension.From(2))
            .data(3, 0, new byte[2])
            .end(3, 1)
            .control(5, asking(1))
            .control(5, new AsocExtension.Abort(1, "never mind"))
            .control(5, new AsocExtension.Held(3, FOUR))
            .read(SMALL);

    List<Message> messages = readAll(session, Landing.in(pool));
    close(messages);
    assertThat(messages)
        .extracting(each -> each.getClass().getSimpleName())
        .containsExactly("Ask", "Transfer", "Ask", "Declined", "Ask", "Abort", "Held");
    assertThat(messages.get(3))
        .isEqualTo(
            new Message.Declined(
                3, FaultCode.UNSUPPORTED.code(), "2 bytes are held (expected: none)"));
    assertThat(messages.getLast()).isEqualTo(new Message.Held(5, 3, "00000000"));
  }

  private static byte[] step(int number) {
    byte[] payload = AsocExtensionCodec.encode(new AsocExtension.From(0));
    payload[AsocExtensionCodec.HEAD] = (byte) number;
    return payload;
  }

  private static AsocWire ask(int digest) {
    return new AsocWire().control(1, asking(digest));
  }

  private static AsocExtension.Ask asking(int digest) {
    AsocExtension.Open open = new AsocExtension.Open(12, digest, List.of(4L), 4, "t");
    return new AsocExtension.Ask(AsocBytes.of(new byte[16]), open);
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
      if (message instanceof Message.Transfer transfer) {
        transfer.tensor().close();
      }
    }
  }
}
