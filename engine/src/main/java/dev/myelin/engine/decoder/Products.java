package dev.myelin.engine.decoder;

import dev.myelin.engine.kernel.Column;
import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.Packed;
import dev.myelin.engine.kernel.Team;

/// Matrices times the rows of a chunk, shared among a team.
///
/// One row goes through the product that reads packed weights once. Several rows go through tiles:
/// a panel of weights is unpacked and multiplied with four rows at a time.
final class Products {
  // Groups that a thread takes at a time when there is one row.
  private static final int GROUPS = 4;

  private final Kernels kernels;
  private final Team team;
  private final Column column;
  private final float[] tiles;
  private final float[][] panels;
  private final float[][] sums;
  private final int group;

  Products(Kernels kernels, Team team, int widest, int rows) {
    this.kernels = kernels;
    this.team = team;
    this.column = new Column(widest);
    this.group = 2 * kernels.lanes();
    int padded = Math.ceilDiv(rows, Kernels.TILE) * Kernels.TILE;
    this.tiles = new float[rows > 1 ? padded * widest : 0];
    this.panels = new float[team.size()][Kernels.PANEL * group];
    this.sums = new float[team.size()][padded * group];
  }

  /// Returns how many bytes the memory between takes.
  static long bytes(int widest, int rows, int threads, int lanes) {
    return 4L * rows * widest + 16L * widest + 8L * threads * lanes * (Kernels.PANEL + rows);
  }

  /// Multiplies the first rows of x with each matrix, into the rows of its result.
  ///
  /// @param results one for each matrix, rows apart by its number of rows; room for one group more
  void multiply(float[] x, int rows, Packed[] matrices, float[][] results) {
    int columns = matrices[0].columns();
    if (rows == 1) {
      column.set(x, 0, columns, matrices);
      int items = 0;
      for (Packed each : matrices) {
        items += Math.ceilDiv(each.groups(), GROUPS);
      }
      team.run(items, (_, item) -> product(item, matrices, results));
      return;
    }
    int count = Math.ceilDiv(rows, Kernels.TILE);
    team.run(count, (_, tile) -> fillTile(x, rows, columns, tile));
    int items = 0;
    for (Packed each : matrices) {
      items += each.groups();
    }
    team.run(items, (member, item) -> tiled(member, item, rows, matrices, results));
  }

  private void product(int item, Packed[] matrices, float[][] results) {
    int rest = item;
    for (int i = 0; i < matrices.length; i++) {
      int groups = matrices[i].groups();
      int here = Math.ceilDiv(groups, GROUPS);
      if (rest < here) {
        int from = rest * GROUPS;
        int to = Math.min(groups, from + GROUPS);
        kernels.product(matrices[i], column, results[i], from, to);
        return;
      }
      rest -= here;
    }
  }

  // The tiles of one run of columns stand side by side: [run][tile][column][row].
  private void fillTile(float[] x, int rows, int columns, int tile) {
    int count = Math.ceilDiv(rows, Kernels.TILE);
    int a = tile * Kernels.TILE * columns;
    int last = (rows - 1) * columns;
    int b = Math.min(a + columns, last);
    int c = Math.min(a + 2 * columns, last);
    int d = Math.min(a + 3 * columns, last);
    for (int from = 0; from < columns; from += Kernels.PANEL) {
      int width = Math.min(Kernels.PANEL, columns - from);
      int to = from * count * Kernels.TILE + tile * width * Kernels.TILE;
      for (int k = from; k < from + width; k++, to += Kernels.TILE) {
        tiles[to] = x[a + k];
        tiles[to + 1] = x[b + k];
        tiles[to + 2] = x[c + k];
        tiles[to + 3] = x[d + k];
      }
    }
  }

  private void tiled(int member, int item, int rows, Packed[] matrices, float[][] results) {
    int rest = item;
    int matrix = 0;
    while (rest >= matrices[matrix].groups()) {
      rest -= matrices[matrix].groups();
      matrix++;
    }
    Packed w = matrices[matrix];
    int count = Math.ceilDiv(rows, Kernels.TILE);
    float[] sum = sums[member];
    for (int from = 0; from < w.columns(); from += Kernels.PANEL) {
      int width = Math.min(Kernels.PANEL, w.columns() - from);
      kernels.panel(w, rest, from, width, panels[member]);
      int start = from * count * Kernels.TILE;
      for (int tile = 0; tile < count; tile++) {
        int xo = start + tile * width * Kernels.TILE;
        int yo = tile * Kernels.TILE * group;
        kernels.tile(panels[member], 0, tiles, xo, width, sum, yo, group, from > 0);
      }
    }
    int valid = Math.min(group, w.rows() - rest * group);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(sum, row * group, results[matrix], row * w.rows() + rest * group, valid);
    }
  }
}
