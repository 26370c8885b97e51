package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.DummyEngine;
import dev.myelin.engine.sample.SamplingOptions;
import dev.myelin.engine.text.ModelText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TalkTest {
  private static final int CAPACITY = 2_000;
  private static final SamplingOptions GREEDY = SamplingOptions.defaults().withTemperature(0);

  @TempDir private Path folder;

  @Test
  void aLongPromptIsStoppedBetweenItsPieces() throws Exception {
    try (DummyEngine engine = DummyEngine.whole();
        ModelText text = ModelText.open(TinyModel.folder(folder));
        Talk talk = new Talk(engine, text, GREEDY, CAPACITY)) {
      Iterator<Boolean> stops = List.of(false, false, true, true).iterator();
      Answer none = talk.answer(prompt(1_000, 5), 10, _ -> {}, stops::next);
      assertThat(stops.hasNext()).as("asked after two pieces, and once more").isFalse();
      assertThat(none.stop()).isEqualTo(Answer.Stop.INTERRUPTED);
      assertThat(none.tokens()).isZero();
      assertThat(none.words()).startsWith("stopped after ").endsWith("in a prompt of 1000 tokens");
      assertThat(none.json()).containsEntry("stop", "interrupted").containsEntry("text", "");
      Answer next = talk.answer(prompt(1_000, 7), 2, _ -> {}, () -> false);
      assertThat(next.text()).isEqualTo(text.tokenizer().decode(8, 9));
      assertThat(next.stop()).isEqualTo(Answer.Stop.LENGTH);
    }
  }

  @Test
  void aPromptOfManyPiecesIsAnsweredByItsEnd() throws Exception {
    try (DummyEngine engine = DummyEngine.whole();
        ModelText text = ModelText.open(TinyModel.folder(folder));
        Talk talk = new Talk(engine, text, GREEDY, CAPACITY)) {
      for (int length : List.of(1, 255, 256, 257, 512, 513, 1_999)) {
        Answer answer = talk.answer(prompt(length, 3), 1, _ -> {}, () -> false);
        assertThat(answer.text()).as("%d", length).isEqualTo(text.tokenizer().decode(4));
        assertThat(answer.promptTokens()).isEqualTo(length);
      }
    }
  }

  private static int[] prompt(int length, int last) {
    int[] tokens = new int[length];
    Arrays.fill(tokens, 1);
    tokens[length - 1] = last;
    return tokens;
  }
}
