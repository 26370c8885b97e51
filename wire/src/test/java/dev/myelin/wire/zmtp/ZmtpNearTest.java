package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands by which members move into memory: our own vectors, and what breaks them.
class ZmtpNearTest {
  private static final String PROOF =
      "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
  private static final Message.Meet MEET =
      new Message.Meet(
          0x0102030405060708L, 1000, true, new Message.Place(4242, 9, 77, 1052672), PROOF);
  private static final Message.Met MET = new Message.Met(0, PROOF, "");

  private static final String MEET_HEX =
      "044a044d4545540102030405060708000003e80100001092"
          + "00000009000000000000004d0000000000101000"
          + PROOF;
  private static final String MET_HEX = "0426034d45540000" + PROOF;
  private static final String MOVE_HEX = "0405044d4f5645";

  /// What a session says of memory, and how many messages came.
  private static final class Heard implements PartsInlet {
    final List<Message> words = new ArrayList<>();
    int messages;

    @Override
    public void message(Parts message) {
      messages++;
    }

    @Override
    public void near(Message word) {
      words.add(word);
    }

    @Override
    public Tensor room(long bytes) throws PeerException {
      throw new PeerException.Overloaded("no room", null);
    }
  }

  private static String encode(Message word) {
    Outlet out = new Outlet();
    ZmtpTalk.member(SocketRole.PULL, new byte[0]).encodeNear(word, out);
    return HexFormat.of().formatHex(out.toBytes());
  }

  private static Heard hear(String hex) throws IOException {
    Heard heard = new Heard();
    var session = ZmtpTalk.member(SocketRole.PULL, HexFormat.of().parseHex(hex));
    while (session.receive(heard)) {
      // More may come.
    }
    return heard;
  }

  @Test
  void writesAndReadsItsVectors() throws IOException {
    assertThat(encode(MEET)).isEqualTo(MEET_HEX);
    assertThat(encode(MET)).isEqualTo(MET_HEX);
    assertThat(encode(new Message.Move())).isEqualTo(MOVE_HEX);
    assertThat(hear(MEET_HEX + MET_HEX + MOVE_HEX).words)
        .containsExactly(MEET, MET, new Message.Move());
  }

  @Test
  void theVectorsStandOnThePage() throws IOException {
    String page = Files.readString(Path.of("..", "docs/reference/wire/zmtp.md"));
    assertThat(page.replaceAll("\\s", "")).contains(MEET_HEX, MET_HEX, MOVE_HEX);
  }

  @Test
  void aReasonTravelsInMet() throws IOException {
    Message.Met met = new Message.Met(4, "00".repeat(32), "another-machine");
    assertThat(hear(encode(met)).words).containsExactly(met);
  }

  @Test
  void zerosBehindMoveOnlyWake() throws IOException {
    Heard heard = hear(MOVE_HEX + "0000000000");
    assertThat(heard.words).containsExactly(new Message.Move());
    assertThat(heard.messages).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        MOVE_HEX + "000178", // a message behind the move
        MOVE_HEX + MOVE_HEX,
        "0406044d4f564500", // a move with data
        "0407044d4545540102", // too short
        "0427034d45540000",
      })
  void whatBreaksThemEndsTheSession(String hex) {
    assertThatThrownBy(() -> hear(hex.length() == 16 ? hex + PROOF : hex))
        .isInstanceOf(PeerException.class);
  }

  @Test
  void aLongerMeetIsMalformed() {
    String longer = MEET_HEX.replaceFirst("^044a", "044b") + "00";
    assertThatThrownBy(() -> hear(longer)).isInstanceOf(PeerException.Malformed.class);
  }

  @Test
  void aPeerOfAnotherMechanismIsNotHeard() throws IOException {
    Heard heard = new Heard();
    byte[] bytes = HexFormat.of().parseHex(MEET_HEX + MET_HEX + MOVE_HEX + "000178");
    var session = ZmtpTalk.reading(SocketRole.PULL, PartsLimits.defaults(), bytes);
    while (session.receive(heard)) {
      // More may come.
    }
    assertThat(heard.words).isEmpty();
    assertThat(heard.messages).isOne();
  }

  @Test
  void otherWordsAreNone() {
    assertThatThrownBy(() -> encode(new Message.Alive()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
