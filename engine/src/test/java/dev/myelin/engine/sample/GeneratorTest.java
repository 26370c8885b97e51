package dev.myelin.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.DummyEngine;
import dev.myelin.engine.text.Tokenizer;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  @Test
  void whatTheTokenizerHasNoTokenForIsNeverChosen() {
    float[] seen = new float[DummyEngine.DIMENSIONS.vocabulary()];
    try (DummyEngine engine = DummyEngine.whole();
        Generator text = Generator.open(engine, new Five(), new Watching(seen), 8)) {
      assertThat(text.next(3)).isEqualTo(4);
      assertThat(text.next()).isLessThan(5);
      for (int i = 0; i < seen.length; i++) {
        assertThat(seen[i] > Float.NEGATIVE_INFINITY).as("token %d", i).isEqualTo(i < 5);
      }
    }
  }

  @Test
  void withoutATokenizerEveryLogitCounts() {
    try (DummyEngine engine = DummyEngine.whole();
        Generator text = Generator.open(engine, Sampler.greedy(), 8)) {
      assertThat(text.next(3)).isEqualTo(4);
      assertThat(text.next()).isEqualTo(5);
    }
  }

  /// Keeps what the logits were before one was chosen.
  private static final class Watching implements Sampler {
    private final float[] seen;

    Watching(float[] seen) {
      this.seen = seen;
    }

    @Override
    public int choose(float[] logits) {
      System.arraycopy(logits, 0, seen, 0, logits.length);
      return Sampler.greedy().choose(logits);
    }

    @Override
    public void saw(int token) {
      // What went before does not matter here.
    }
  }

  /// A vocabulary of five tokens beside an engine that has a thousand.
  private static final class Five implements Tokenizer {
    @Override
    public int vocabulary() {
      return 5;
    }

    @Override
    public byte[] bytes(int token) {
      return new byte[] {(byte) token};
    }

    @Override
    public boolean isEnd(int token) {
      return false;
    }

    @Override
    public int[] encode(String text) {
      throw new UnsupportedOperationException("no text here");
    }

    @Override
    public Decoder decoder() {
      throw new UnsupportedOperationException("no text here");
    }
  }
}
