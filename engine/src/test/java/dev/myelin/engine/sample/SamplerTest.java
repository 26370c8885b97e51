package dev.myelin.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float NAN = Float.NaN;
  private static final float LESS = Float.NEGATIVE_INFINITY;
  private static final float MORE = Float.POSITIVE_INFINITY;

  @Test
  void drawsAsOftenAsTheSharesSay() {
    Sampler sampler = Sampler.of(SamplingOptions.defaults().withSeed(42));
    float[] logits = {(float) Math.log(1), (float) Math.log(2), (float) Math.log(5), LESS};
    int[] seen = new int[4];
    for (int i = 0; i < 80_000; i++) {
      seen[sampler.choose(logits.clone())]++;
    }
    // Four standard deviations.
    assertThat(seen[0]).isBetween(10_000 - 374, 10_000 + 374);
    assertThat(seen[1]).isBetween(20_000 - 490, 20_000 + 490);
    assertThat(seen[2]).isBetween(50_000 - 548, 50_000 + 548);
    assertThat(seen[3]).isZero();
  }

  @Test
  void aSeedGivesTheSameTokensOnEveryMachine() {
    Sampler sampler = Sampler.of(SamplingOptions.defaults().withSeed(7).withTopP(0.9));
    int[] drawn = new int[12];
    for (int i = 0; i < drawn.length; i++) {
      float[] logits = new float[1000];
      for (int j = 0; j < logits.length; j++) {
        logits[j] = (j * 7919 + i * 104_729) % 1000 / 100f;
      }
      drawn[i] = sampler.choose(logits);
    }
    assertThat(drawn).containsExactly(384, 24, 907, 595, 457, 256, 474, 335, 147, 403, 103, 953);
  }

  @Test
  void theGeneratorIsSplitMix() {
    SeededGenerator generator = new SeededGenerator(1234567);
    assertThat(Long.toUnsignedString(generator.nextLong())).isEqualTo("6457827717110365317");
    assertThat(Long.toUnsignedString(generator.nextLong())).isEqualTo("3203168211198807973");
  }

  @Test
  void theExponentialIsThatOfTheLibrary() {
    for (double x = 0; x > -690; x -= 0.0371) {
      assertThat(Exponential.of(x) / Math.exp(x)).isCloseTo(1, within(1e-10));
    }
    assertThat(Exponential.of(0)).isEqualTo(1);
    assertThat(Exponential.of(LESS)).isZero();
  }

  @Test
  void whatIsNoNumberIsNeverChosenAndInfinityIs() {
    for (double temperature : new double[] {0, 1}) {
      SamplingOptions options = SamplingOptions.defaults().withTemperature(temperature);
      Sampler sampler = Sampler.of(options.withTopP(0.9).withMinP(0.1));
      assertThat(sampler.choose(new float[] {NAN, LESS, -5, NAN})).isEqualTo(2);
      assertThat(sampler.choose(new float[] {9, NAN, MORE, 8})).isEqualTo(2);
      assertThatThrownBy(() -> sampler.choose(new float[] {NAN, LESS}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("among 2 (expected: at least one)");
    }
    assertThat(Sampler.greedy().choose(new float[] {NAN, 1, 2, 2})).isEqualTo(2);
    assertThatThrownBy(() -> Sampler.greedy().choose(new float[] {NAN}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void temperatureZeroTakesTheLikeliestAfterBiasAndPenalties() {
    SamplingOptions options = SamplingOptions.defaults().withTemperature(0).withBias(1, -3);
    Sampler sampler =
        Sampler.of(options.withPenalties(new SamplingOptions.Penalties(1, 64, 0.6, 0.5)));
    int[] chosen = new int[4];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = sampler.choose(new float[] {4, 6, 2.5f});
    }
    // 4, then 2.9, then 2.4 below 2.5, which falls to 1.4
    assertThat(chosen).containsExactly(0, 1, 0, 2);
  }

  @Test
  void cutsLeaveAtLeastOneAndOfEqualsTheFirst() {
    float[] equal = new float[50];
    SamplingOptions options = SamplingOptions.defaults();
    assertThat(left(options.withTopK(3), equal)).isEqualTo(3);
    assertThat(left(options.withTopP(0.1), equal)).isEqualTo(5);
    assertThat(left(options.withTopP(1e-9), equal)).isEqualTo(1);
    assertThat(left(options.withMinP(1), equal)).isEqualTo(50);
    Candidates first = new ChanceSampler(options.withTopK(3)).distribution(equal);
    assertThat(first.share(2)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(first.share(3)).isZero();
  }

  @Test
  void allocatesNothingForATokenOfALargeVocabulary() throws Exception {
    LongSupplier allocated = allocated();
    SamplingOptions options = SamplingOptions.defaults().withTopK(40).withTopP(0.9).withMinP(0.01);
    Sampler sampler =
        Sampler.of(options.withPenalties(new SamplingOptions.Penalties(1.1, 64, 0.1, 0.1)));
    float[] logits = new float[150_000];
    float[] copy = new float[logits.length];
    Random random = new Random(3);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (4 * random.nextGaussian());
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      System.arraycopy(logits, 0, copy, 0, copy.length);
      long before = allocated.getAsLong();
      sampler.choose(copy);
      least = Math.min(least, allocated.getAsLong() - before);
    }
    assertThat(least).isZero();
  }

  @Test
  void namesWhatIsOutOfRange() {
    SamplingOptions options = SamplingOptions.defaults();
    assertThatThrownBy(() -> options.withTemperature(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature: -1.0 (expected: 0 to 100)");
    assertThatThrownBy(() -> options.withTemperature(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> options.withTopK(-1)).hasMessageContaining("top-k");
    assertThatThrownBy(() -> options.withTopP(0)).hasMessageContaining("top-p: 0.0");
    assertThatThrownBy(() -> options.withTopP(Double.NaN)).hasMessageContaining("top-p");
    assertThatThrownBy(() -> options.withMinP(1.1)).hasMessageContaining("min-p");
    assertThatThrownBy(() -> options.withBias(-1, 1)).hasMessageContaining("bias of token: -1");
    assertThatThrownBy(() -> options.withBias(1, MORE)).hasMessageContaining("bias: Infinity");
    assertThatThrownBy(() -> new SamplingOptions.Penalties(0, 0, 0, 0))
        .hasMessageContaining("repetition penalty");
    assertThatThrownBy(() -> Sampler.of(options.withBias(9, 1)).choose(new float[9]))
        .hasMessage("bias of token: 9 (expected: < 9)");
  }

  @Test
  void tellsHowLikelyTheChosenAndTheLikeliestWere() {
    SamplingOptions options = SamplingOptions.defaults().withTemperature(0).withBias(0, 9);
    LikelihoodSampler sampler = LikelihoodSampler.of(Sampler.of(options), 3);
    assertThatThrownBy(sampler::chosen).isInstanceOf(IllegalStateException.class);
    float[] logits = {0, (float) Math.log(3), LESS, (float) Math.log(4), NAN};
    assertThat(sampler.choose(logits)).isZero();
    assertThat(sampler.chosen().logprob()).isCloseTo(Math.log(1 / 8.0), within(1e-6));
    assertThat(sampler.top()).extracting(Likelihood::token).containsExactly(3, 1, 0);
    assertThat(sampler.top().getFirst().logprob()).isCloseTo(Math.log(0.5), within(1e-6));
    sampler.choose(new float[] {1, MORE});
    assertThat(sampler.chosen()).isEqualTo(new Likelihood(1, 0));
    assertThat(sampler.top().getLast().logprob()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void topOfManyIsThatOfASort() {
    Random random = new Random(5);
    float[] logits = new float[500];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = random.nextInt(60);
    }
    LikelihoodSampler sampler = LikelihoodSampler.of(Sampler.greedy(), 20);
    sampler.choose(logits.clone());
    Integer[] order = new Integer[logits.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
    assertThat(sampler.top())
        .extracting(Likelihood::token)
        .containsExactly(Arrays.copyOf(order, 20));
  }

  /// Returns what this thread has allocated so far; the module that tells is not one of ours.
  private static LongSupplier allocated() throws Exception {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    MethodHandle bytes =
        MethodHandles.publicLookup()
            .findVirtual(
                Class.forName("com.sun.management.ThreadMXBean"),
                "getCurrentThreadAllocatedBytes",
                MethodType.methodType(long.class))
            .bindTo(threads);
    return MethodHandleProxies.asInterfaceInstance(LongSupplier.class, bytes);
  }

  private static int left(SamplingOptions options, float[] logits) {
    return new ChanceSampler(options).distribution(logits.clone()).count();
  }
}
