package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Message;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class SharedSecretTest {
  private static final String SENDER = "a1b2c3d4-e5f6-0718-2930-a1b2c3d4e5f6" + "01".repeat(32);

  /// The vectors of docs/reference/wire/zmtp.md, computed there with another program.
  @Test
  void provesWhatThePageOfZmtpSays() {
    Message.Meet meet =
        new Message.Meet(
            0x0102030405060708L, 1000, true, new Message.Place(4242, 9, 77, 1052672), "");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(SharedSecret.BYTES);
      for (int i = 0; i < SharedSecret.BYTES; i++) {
        memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
      }
      SharedSecret secret = SharedSecret.of(memory, ApiKey.of("key"), SharedSecret.Words.ZMTP);
      assertThat(secret.meet(meet, SENDER))
          .isEqualTo("e15ccf85d8b4ce39aedff7922089847ce66b80da39102ce45e007e6331cd0cc8");
      assertThat(secret.met(meet, SENDER))
          .isEqualTo("e8f1a91965d1000c2883e262e313b91338baed85b16220c3e82162930a2689e6");
    }
  }
}
