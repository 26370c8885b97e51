package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.DummyEngine;
import dev.myelin.engine.Shard;
import dev.myelin.engine.ShardSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ShardDigestTest {
  private static final ShardSpec FIRST = ShardSpec.of(new Shard("dummy", 0, 2, 8));

  private final Terminal terminal = new Terminal();
  private final RootCommand root = new RootCommand(terminal.shell());

  @AfterEach
  void noInterruptIsLeft() {
    Thread.interrupted();
  }

  @Test
  void aPromptOfManyPiecesHasOneDigest() throws Exception {
    int[] tokens = IntStream.range(0, 700).toArray();
    try (DummyEngine engine = DummyEngine.of(FIRST)) {
      new ShardDigest(root, engine).print(tokens);
    }
    int width = DummyEngine.DIMENSIONS.hidden();
    ByteBuffer states =
        ByteBuffer.allocate(tokens.length * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int token : tokens) {
      for (int i = 0; i < width; i++) {
        states.putFloat(token);
      }
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(states.array());
    assertThat(terminal.out())
        .contains("layers 0:2", "[700, 256]", HexFormat.of().formatHex(digest))
        .contains("last [699.0, 699.0, 699.0, 699.0]");
  }

  @Test
  void anInterruptEndsAPrompt() throws Exception {
    try (DummyEngine engine = DummyEngine.of(FIRST)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> new ShardDigest(root, engine).print(new int[1_000]))
          .isInstanceOf(InterruptedException.class);
    }
    assertThat(terminal.out()).isEmpty();
  }

  @Test
  void piecesOfALargeModelAreShort() {
    assertThat(Pieces.size(0)).isEqualTo(256);
    assertThat(Pieces.size(125_000_000)).isEqualTo(256);
    assertThat(Pieces.size(125_000_001)).isEqualTo(128);
    assertThat(Pieces.size(650_000_000)).isEqualTo(32);
    assertThat(Pieces.size(1L << 40)).isEqualTo(16);
  }
}
