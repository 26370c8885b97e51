package dev.myelin.engine.decoder;

import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.Team;
import dev.myelin.engine.model.Design;
import dev.myelin.engine.model.Family;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The layers of a shard, run over the rows of a chunk.
///
/// ```
///   x += after(output · attention(norm(x)))
///   x += after(down · (gate(norm(x)) * up(norm(x))))
/// ```
///
/// where `after` is a norm in some families and nothing in others.
final class Stack {
  // Rows that a thread takes at a time where a row is little work.
  private static final int ROWS = 8;

  private final Design design;
  private final Design.Widths widths;
  private final int hidden;
  private final int firstLayer;
  private final List<Layer> layers;
  private final Kernels kernels;
  private final Team team;
  private final Products products;
  private final Gaze gaze;
  private final Page.Layout layout;
  private final Turns everywhere;
  private final Turns local;
  private final Rows rows;

  Stack(Design design, Parts parts, int firstLayer, int context, int chunk) {
    this.design = design;
    this.widths = design.widths();
    this.hidden = design.dimensions().hidden();
    this.firstLayer = firstLayer;
    this.layers = parts.layers();
    this.kernels = parts.kernels();
    this.team = parts.team();
    this.products = parts.products();
    this.layout = parts.layout();
    float cap = design.attention().cap();
    this.gaze = new Gaze(kernels, layout, widths.heads() / widths.keyHeads(), cap, team.size());
    this.everywhere = new Turns(design.turning().everywhere(), context);
    this.local =
        design.turning().local() == design.turning().everywhere()
            ? everywhere
            : new Turns(design.turning().local(), context);
    this.rows = new Rows(design, chunk, 2 * kernels.lanes());
  }

  /// What the layers are made of and run with.
  record Parts(
      List<Layer> layers, Kernels kernels, Team team, Products products, Page.Layout layout) {}

  /// Returns how many bytes the memory between takes.
  static long bytes(Design design, int context, int chunk, int lanes) {
    Design.Turning turning = design.turning();
    long tables = Turns.bytes(turning.everywhere(), context);
    if (turning.local() != turning.everywhere()) {
      tables += Turns.bytes(turning.local(), context);
    }
    return tables + Rows.bytes(design, chunk, 2 * lanes);
  }

  /// Runs all layers over the rows of x, in place.
  void run(float[] x, int count, List<Slice> slices) {
    for (Slice slice : slices) {
      everywhere.require(slice.position() + slice.count());
      local.require(slice.position() + slice.count());
    }
    for (int i = 0; i < layers.size(); i++) {
      attend(i, x, count, slices);
      feed(layers.get(i).feed(), x, count);
    }
  }

  private void attend(int index, float[] x, int count, List<Slice> slices) {
    Layer.Attention layer = layers.get(index).attention();
    norm(x, layer.norms().before(), rows.normed, count);
    products.multiply(rows.normed, count, layer.asked().all, rows.asked);
    for (Slice slice : slices) {
      int items = Math.ceilDiv(slice.count(), ROWS);
      team.run(items, (_, item) -> remember(index, slice, item));
      look(index, slice);
    }
    products.multiply(rows.looked, count, layer.given().all, rows.results);
    bias(rows.result, layer.biases().output(), 0, count, hidden);
    addTo(x, layer.norms().after(), count);
  }

  private void look(int index, Slice slice) {
    int reach = design.attention().reach(firstLayer + index);
    Gaze.View view = new Gaze.View(slice, index, reach, rows.queries, rows.looked);
    int items = gaze.items(slice);
    int heads = widths.keyHeads();
    // The last tokens look at most and go first, so that the team ends together.
    team.run(
        heads * items,
        (member, item) -> gaze.look(member, view, item % heads, items - 1 - item / heads));
  }

  private void remember(int index, Slice slice, int item) {
    int end = Math.min(slice.count(), (item + 1) * ROWS);
    for (int i = item * ROWS; i < end; i++) {
      int row = slice.row() + i;
      int position = slice.position() + i;
      turn(index, row, position);
      store(slice.cache().page(index, position), row, position % Page.TOKENS);
    }
  }

  private void turn(int index, int row, int position) {
    Layer.Attention layer = layers.get(index).attention();
    Layer.Norms norms = layer.norms();
    boolean near = design.rotation(firstLayer + index) == design.turning().local();
    Turns turns = near ? local : everywhere;
    bias(rows.queries, layer.biases().query(), row, row + 1, widths.heads() * widths.head());
    bias(rows.keys, layer.biases().key(), row, row + 1, widths.keyHeads() * widths.head());
    bias(rows.values, layer.biases().value(), row, row + 1, widths.keyHeads() * widths.head());
    float scale = design.attention().scale();
    turnHeads(
        turns, rows.queries, norms.query(), row * widths.heads(), widths.heads(), position, scale);
    turnHeads(
        turns, rows.keys, norms.key(), row * widths.keyHeads(), widths.keyHeads(), position, 1);
  }

  @SuppressWarnings("checkstyle:ParameterNumber") // Called for every token of every layer.
  private void turnHeads(
      Turns turns,
      float[] x,
      Layer.@Nullable Vector norm,
      int first,
      int count,
      int position,
      float scale) {
    for (int head = first; head < first + count; head++) {
      int at = head * widths.head();
      if (norm != null) {
        kernels.norm(x, at, norm.numbers, x, at, design.scales().epsilon());
      }
      turns.turn(x, at, widths.head(), position, scale);
    }
  }

  private void store(Page page, int row, int place) {
    int group = layout.group();
    for (int head = 0; head < widths.keyHeads(); head++) {
      int from = (row * widths.keyHeads() + head) * widths.head();
      int key = layout.keys(place / group, head) + place % group;
      for (int d = 0; d < widths.head(); d++) {
        page.keys[key + d * group] = rows.keys[from + d];
      }
      for (int d = 0; d < widths.head(); d += group) {
        int value = layout.values(d / group, head) + place * group;
        int count = Math.min(group, widths.head() - d);
        System.arraycopy(rows.values, from + d, page.values, value, count);
      }
    }
  }

  private void feed(Layer.Feed layer, float[] x, int count) {
    norm(x, layer.before(), rows.normed, count);
    products.multiply(rows.normed, count, layer.widened().all, rows.widened);
    int width = widths.feedForward();
    boolean gaussian = design.family().gate() == Family.Gate.GELU;
    team.run(
        count,
        (_, row) -> kernels.gate(gaussian, rows.gates, rows.ups, row * width, (row + 1) * width));
    products.multiply(rows.gates, count, layer.narrowed().all, rows.results);
    addTo(x, layer.after(), count);
  }

  private void addTo(float[] x, Layer.@Nullable Vector after, int count) {
    if (after != null) {
      norm(rows.result, after, rows.result, count);
    }
    kernels.add(x, rows.result, 0, count * hidden);
  }

  private void norm(float[] x, Layer.Vector weight, float[] y, int count) {
    float epsilon = design.scales().epsilon();
    if (count < ROWS) {
      for (int row = 0; row < count; row++) {
        kernels.norm(x, row * hidden, weight.numbers, y, row * hidden, epsilon);
      }
    } else {
      team.run(
          count,
          (_, row) -> kernels.norm(x, row * hidden, weight.numbers, y, row * hidden, epsilon));
    }
  }

  private static void bias(float[] x, Layer.@Nullable Vector bias, int from, int to, int width) {
    if (bias == null) {
      return;
    }
    for (int row = from; row < to; row++) {
      for (int i = 0; i < width; i++) {
        x[row * width + i] += bias.numbers[i];
      }
    }
  }

  /// What stands between, for the rows of a chunk; room for one group more, which products fill.
  private static final class Rows {
    private final float[] normed;
    private final float[] queries;
    private final float[] keys;
    private final float[] values;
    private final float[] looked;
    private final float[] result;
    private final float[] gates;
    private final float[] ups;
    private final float[][] asked;
    private final float[][] widened;
    private final float[][] results;

    Rows(Design design, int chunk, int group) {
      Design.Widths widths = design.widths();
      int hidden = design.dimensions().hidden();
      int queryWidth = widths.heads() * widths.head();
      int keyWidth = widths.keyHeads() * widths.head();
      this.normed = new float[chunk * hidden + group];
      this.queries = new float[chunk * queryWidth + group];
      this.keys = new float[chunk * keyWidth + group];
      this.values = new float[chunk * keyWidth + group];
      this.looked = new float[chunk * queryWidth + group];
      this.result = new float[chunk * hidden + group];
      this.gates = new float[chunk * widths.feedForward() + group];
      this.ups = new float[chunk * widths.feedForward() + group];
      this.asked = new float[][] {queries, keys, values};
      this.widened = new float[][] {gates, ups};
      this.results = new float[][] {result};
    }

    static long bytes(Design design, int chunk, int group) {
      Design.Widths widths = design.widths();
      long heads = 2L * widths.heads() + 2L * widths.keyHeads();
      long row = 2L * design.dimensions().hidden() + heads * widths.head();
      return 4 * (chunk * (row + 2L * widths.feedForward()) + 8L * group);
    }
  }
}
