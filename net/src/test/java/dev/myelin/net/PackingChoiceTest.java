package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.PackingChoice.Trial;
import dev.myelin.testkit.Property;
import dev.myelin.wire.pack.PackCodec;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackingChoiceTest {
  private static final double MB = 1e6;
  private static final Trial LZ4 = new Trial(PackCodec.LZ4, 0.9, 1500 * MB);
  private static final Trial ZSTD = new Trial(PackCodec.ZSTD, 0.6, 500 * MB);
  private static final List<Trial> BOTH = List.of(LZ4, ZSTD);

  @Test
  void packsHarderTheSlowerTheLink() {
    assertThat(PackingChoice.choose(50 * MB, PackCodec.RAW, BOTH)).isEqualTo(PackCodec.ZSTD);
    assertThat(PackingChoice.choose(5000 * MB, PackCodec.RAW, BOTH)).isEqualTo(PackCodec.RAW);
    Trial sparse = new Trial(PackCodec.LZ4, 0.2, 1500 * MB);
    Trial denser = new Trial(PackCodec.ZSTD, 0.15, 400 * MB);
    assertThat(PackingChoice.choose(500 * MB, PackCodec.RAW, List.of(sparse, denser)))
        .isEqualTo(PackCodec.LZ4);
  }

  @Test
  void doesNothingOnALinkNobodyKnows() {
    assertThat(PackingChoice.choose(0, PackCodec.ZSTD, BOTH)).isEqualTo(PackCodec.RAW);
    assertThat(PackingChoice.choose(Double.NaN, PackCodec.ZSTD, BOTH)).isEqualTo(PackCodec.RAW);
  }

  @Test
  void doesNothingWithNoiseHoweverSlowTheLink() {
    List<Trial> noise = List.of(new Trial(PackCodec.ZSTD, 1.0, 1000 * MB));
    assertThat(PackingChoice.choose(1, PackCodec.RAW, noise)).isEqualTo(PackCodec.RAW);
  }

  @Test
  void beginsAtATenthButStaysForLess() {
    // At this link packing saves a twentieth of the time.
    List<Trial> little = List.of(new Trial(PackCodec.ZSTD, 0.92, 1000 * MB));
    assertThat(PackingChoice.choose(100 * MB, PackCodec.RAW, little)).isEqualTo(PackCodec.RAW);
    assertThat(PackingChoice.choose(100 * MB, PackCodec.ZSTD, little)).isEqualTo(PackCodec.ZSTD);
    assertThat(PackingChoice.choose(300 * MB, PackCodec.ZSTD, little)).isEqualTo(PackCodec.RAW);
  }

  @Test
  void changesTheCodecOnlyForATenth() {
    List<Trial> close =
        List.of(
            new Trial(PackCodec.LZ4, 0.52, 1000 * MB), new Trial(PackCodec.ZSTD, 0.48, 1000 * MB));
    assertThat(PackingChoice.choose(50 * MB, PackCodec.LZ4, close)).isEqualTo(PackCodec.LZ4);
    assertThat(PackingChoice.choose(50 * MB, PackCodec.ZSTD, close)).isEqualTo(PackCodec.ZSTD);
  }

  @Test
  void neverChoosesWhatItPredictsToBeSlower() {
    Property.check(
        1000,
        random -> {
          double link = Math.pow(10, random.nextDouble(4, 11));
          List<Trial> trials =
              List.of(
                  new Trial(
                      PackCodec.LZ4, random.nextDouble(), Math.pow(10, random.nextDouble(7, 10))),
                  new Trial(
                      PackCodec.ZSTD, random.nextDouble(), Math.pow(10, random.nextDouble(7, 10))));
          PackCodec present = List.of(PackCodec.values()).get(random.nextInt(3));
          PackCodec chosen = PackingChoice.choose(link, present, trials);
          for (Trial trial : trials) {
            if (trial.codec() == chosen) {
              assertThat(trial.ratio()).isLessThan(1);
              assertThat(trial.bytesPerSecond()).isGreaterThan(link);
            }
          }
          assertThat(PackingChoice.choose(link, chosen, trials)).isEqualTo(chosen);
        });
  }
}
