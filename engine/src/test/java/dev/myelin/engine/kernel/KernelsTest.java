package dev.myelin.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.WeightType;
import dev.myelin.testkit.Property;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The vectors against the readable forms, on whatever width this machine prefers; the build runs
/// this class with narrower ones too.
@Timeout(120)
class KernelsTest {
  private static final int TRIALS = 20;

  /// How far sums of floats may be apart that are made in another order, of the sum of magnitudes.
  private static final double ORDER = 1e-6;

  private final Kernels vectors = VectorKernels.preferred();
  private final Kernels scalars = new ScalarKernels(vectors.lanes());
  private final int group = 2 * vectors.lanes();

  @ParameterizedTest
  @EnumSource
  void panelsAreTheSameNumbers(WeightType type) {
    Property.check(
        TRIALS,
        random -> {
          int columns = columns(type, random);
          Packed w = packed(type, 1 + random.nextInt(3 * group), columns, random);
          int step = Math.max(w.packing.columns(), type.elementsPerBlock() > 1 ? 32 : 1);
          int from = random.nextInt(columns / step) * step;
          int count = Math.min(Kernels.PANEL, columns - from);
          float[] ours = new float[Kernels.PANEL * group];
          float[] theirs = ours.clone();
          int index = random.nextInt(w.groups());
          vectors.panel(w, index, from, count, ours);
          scalars.panel(w, index, from, count, theirs);
          assertThat(ours).isEqualTo(theirs);
        });
  }

  @ParameterizedTest
  @EnumSource
  void productsAreNear(WeightType type) {
    Property.check(
        TRIALS,
        random -> {
          int columns = columns(type, random);
          Packed w = packed(type, 1 + random.nextInt(3 * group), columns, random);
          Column x = new Column(columns);
          x.set(gaussians(columns, random), 0, columns, w);
          float[] ours = new float[w.groups() * group];
          float[] theirs = ours.clone();
          vectors.product(w, x, ours, 0, w.groups());
          scalars.product(w, x, theirs, 0, w.groups());
          float[] row = new float[columns];
          for (int i = 0; i < w.rows; i++) {
            w.row(i, row, 0);
            double magnitude = 0;
            for (int k = 0; k < columns; k++) {
              magnitude += Math.abs((double) row[k] * x.plain[k]);
            }
            assertThat((double) ours[i] - theirs[i])
                .isBetween(-ORDER * magnitude, ORDER * magnitude);
          }
        });
  }

  @Test
  void aBlockOfHalvesIsAWholeNumberTimesTwoScales() {
    Property.check(
        TRIALS,
        random -> {
          Packed w = packed(WeightType.Q4_0, group, 32, random);
          Column x = new Column(32);
          float[] numbers = gaussians(32, random);
          x.set(numbers, 0, 32, w);
          float[] ours = new float[group];
          vectors.product(w, x, ours, 0, 1);
          for (int i = 0; i < group; i++) {
            float scale = Float.float16ToFloat(w.data.get(Packed.SHORT, 2L * i)) * w.unit;
            long sum = 0;
            for (int k = 0; k < 32; k++) {
              long weight = Math.round((double) w.element(0, i, k) / scale);
              sum += weight * Math.round(x.rounded(k) / (x.scales[0] / Column.HALF_SCALE));
            }
            double exact = sum * (double) scale * (x.scales[0] / Column.HALF_SCALE);
            assertThat((double) ours[i]).isCloseTo(exact, offset(exact));
          }
        });
  }

  private static Offset<Double> offset(double exact) {
    return Offset.offset(Math.abs(exact) * 0x1p-22 + 1e-30);
  }

  @Test
  void tilesAreNear() {
    Property.check(
        TRIALS,
        random -> {
          int count = 1 + random.nextInt(300);
          float[] w = gaussians(3 + count * group, random);
          float[] x = gaussians(5 + count * Kernels.TILE, random);
          int stride = group + random.nextInt(9);
          float[] ours = gaussians(2 + Kernels.TILE * stride, random);
          float[] theirs = ours.clone();
          boolean add = random.nextBoolean();
          vectors.tile(w, 3, x, 5, count, ours, 2, stride, add);
          scalars.tile(w, 3, x, 5, count, theirs, 2, stride, add);
          // Both add in the same order, and fuse.
          assertThat(ours).isEqualTo(theirs);
        });
  }

  @Test
  void normsSharesAndGatesAreNear() {
    Property.check(
        TRIALS,
        random -> {
          int count = 1 + random.nextInt(400);
          float[] weight = gaussians(count, random);
          float[] x = gaussians(count + 3, random);
          float[] ours = new float[count + 7];
          float[] theirs = ours.clone();
          vectors.norm(x, 3, weight, ours, 7, 1e-5f);
          scalars.norm(x, 3, weight, theirs, 7, 1e-5f);
          near(ours, theirs, 1e-5f);
          for (int i = 0; i < ours.length; i++) {
            ours[i] *= 20;
          }
          theirs = ours.clone();
          float[] u = gaussians(count, random);
          boolean gaussian = random.nextBoolean();
          vectors.gate(gaussian, ours, u, 0, count);
          scalars.gate(gaussian, theirs, u, 0, count);
          near(ours, theirs, 1e-4f);
          theirs = ours.clone();
          vectors.softmax(ours, 2, count);
          scalars.softmax(theirs, 2, count);
          near(ours, theirs, 2e-6f);
          theirs = ours.clone();
          vectors.add(ours, u, 1, count);
          scalars.add(theirs, u, 1, count);
          assertThat(ours).isEqualTo(theirs);
        });
  }

  private static void near(float[] ours, float[] theirs, float bound) {
    for (int i = 0; i < ours.length; i++) {
      float most = bound * Math.max(1, Math.abs(theirs[i]));
      assertThat(ours[i] - theirs[i]).isBetween(-most, most);
    }
  }

  private static int columns(WeightType type, RandomGenerator random) {
    int block = type.elementsPerBlock();
    return block == 1 ? 1 + random.nextInt(700) : block * (1 + random.nextInt(1024 / block));
  }

  private Packed packed(WeightType type, int rows, int columns, RandomGenerator random) {
    try (Team team = Team.of(1)) {
      Packed.Rows source = Weights.random(type, rows, columns, random);
      return Packed.of(source, vectors.lanes(), Arena.ofAuto(), team);
    }
  }

  private static float[] gaussians(int count, RandomGenerator random) {
    float[] found = new float[count];
    for (int i = 0; i < count; i++) {
      found[i] = (float) random.nextGaussian();
    }
    return found;
  }
}
