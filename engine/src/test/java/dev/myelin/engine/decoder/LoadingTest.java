package dev.myelin.engine.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What may take long, and who is told meanwhile.
@Timeout(60)
final class LoadingTest {
  private static final EngineConfig CONFIG = new EngineConfig(2, 128, 16);

  @Test
  void tellsHowMuchIsThereUpToWhatItCosts() throws Exception {
    List<Long> told = new ArrayList<>();
    try (Model model = Model.open(Golden.of("phi3").path)) {
      ShardSpec whole = ShardSpec.of(model.whole());
      long cost = VectorEngine.cost(model, whole, CONFIG).weightBytes();
      VectorEngine.load(model, whole, CONFIG, told::add).close();
      assertThat(told).isSorted().hasSizeGreaterThan(10).last().isEqualTo(cost);
    }
  }

  @Test
  void endsAtOnceWhenWhoIsToldWantsNoMore() throws Exception {
    List<Long> told = new ArrayList<>();
    try (Model model = Model.open(Golden.of("llama2").path)) {
      assertThatThrownBy(
              () ->
                  VectorEngine.load(
                      model,
                      ShardSpec.of(model.whole()),
                      CONFIG,
                      loaded -> {
                        told.add(loaded);
                        throw new IllegalStateException("enough");
                      }))
          .hasMessage("enough");
    }
    assertThat(told).hasSize(1);
  }

  @Test
  void aPromptInPiecesGivesTheTokensOfTheWhole() throws Exception {
    Golden golden = Golden.of("qwen3");
    try (Model model = Model.open(golden.path);
        VectorEngine engine = VectorEngine.load(model, CONFIG);
        Generator whole = Generator.open(engine, Sampler.greedy(), 128);
        Generator pieces = Generator.open(engine, Sampler.greedy(), 128)) {
      int[] prompt = Arrays.copyOf(golden.prompt, 40);
      System.arraycopy(golden.prompt, 0, prompt, golden.prompt.length, 40 - golden.prompt.length);
      int first = whole.next(prompt);
      pieces.read(Arrays.copyOf(prompt, 16));
      pieces.read(Arrays.copyOfRange(prompt, 16, 32));
      assertThat(pieces.length()).isEqualTo(32);
      assertThat(pieces.next(Arrays.copyOfRange(prompt, 32, 40))).isEqualTo(first);
      int second = whole.next();
      pieces.read();
      assertThat(pieces.length()).isEqualTo(41);
      pieces.truncate(40);
      assertThat(pieces.next(first)).isEqualTo(second);
      assertThatThrownBy(() -> pieces.read(new int[128]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
