package dev.myelin.engine.kernel;

import dev.myelin.engine.WeightType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/// Runs kernels on tiny shapes until the compiler has seen them.
///
/// Vectors are objects until a kernel is compiled, and a first answer on whole weights would take
/// seconds. The counts are what the compiler asks for: some hundred calls, some thousand rounds.
public final class WarmUp {
  private static final int SHORT_CALLS = 150;
  private static final int LONG_CALLS = 650;
  private static final int SHORT = 256;
  private static final int LONG = 1024;

  private final Kernels kernels;
  private final float[] some = new float[LONG];
  private final float[] others = new float[LONG];
  private final float[] panel;
  private final float[] sums;

  private WarmUp(Kernels kernels) {
    this.kernels = kernels;
    int group = 2 * kernels.lanes();
    this.panel = new float[Kernels.PANEL * group];
    this.sums = new float[Kernels.TILE * group];
  }

  /// Runs the kernels for weights of those types; the readable forms need no warmth.
  public static void run(Kernels kernels, Set<WeightType> types) {
    if (kernels instanceof ScalarKernels) {
      return;
    }
    WarmUp warm = new WarmUp(kernels);
    for (WeightType type : types) {
      warm.products(type);
    }
    warm.rest();
  }

  private void products(WeightType type) {
    try (Arena arena = Arena.ofShared();
        Team team = Team.of(1)) {
      Packed small = packed(type, SHORT, arena, team);
      Packed large = packed(type, LONG, arena, team);
      Column column = new Column(LONG);
      for (int i = 0; i < SHORT_CALLS + LONG_CALLS; i++) {
        Packed w = i < SHORT_CALLS ? small : large;
        column.set(some, 0, w.columns, w);
        kernels.product(w, column, sums, 0, 1);
        kernels.panel(w, 0, 0, i < SHORT_CALLS ? 32 : SHORT, panel);
      }
    }
  }

  private void rest() {
    for (int i = 0; i < SHORT_CALLS + LONG_CALLS; i++) {
      int count = i < SHORT_CALLS ? 8 : 32;
      kernels.tile(panel, 0, some, 0, count, sums, 0, 2 * kernels.lanes(), i % 2 == 0);
      kernels.norm(some, 0, others, some, 0, 1);
      kernels.softmax(some, 0, 64);
      kernels.gate(i % 2 == 0, some, others, 0, 64);
      kernels.add(some, others, 0, LONG);
    }
  }

  private Packed packed(WeightType type, int columns, Arena arena, Team team) {
    int rows = 2 * kernels.lanes();
    MemorySegment zeros = arena.allocate(type.bytesFor((long) rows * columns), Long.BYTES);
    return Packed.of(new Packed.Rows(type, zeros, rows, columns), kernels.lanes(), arena, team);
  }
}
