package dev.myelin.engine.decoder;

import dev.myelin.engine.kernel.Kernels;

/// How tokens look at earlier ones: shares of values by the likeness of queries and keys.
///
/// Up to four queries of one key's head go together, through the same tiles as weights do.
final class Gaze {
  private final Kernels kernels;
  private final Page.Layout layout;
  private final int group;
  private final int sharing;
  private final float cap;
  private final Room[] rooms;

  /// @param sharing how many queries share a key
  Gaze(Kernels kernels, Page.Layout layout, int sharing, float cap, int members) {
    this.kernels = kernels;
    this.layout = layout;
    this.group = layout.group();
    this.sharing = sharing;
    this.cap = cap;
    this.rooms = new Room[members];
    for (int i = 0; i < members; i++) {
      rooms[i] = new Room(layout);
    }
  }

  /// Returns how many items of four queries a slice makes for one key's head.
  int items(Slice slice) {
    return Math.ceilDiv(slice.count() * sharing, Kernels.TILE);
  }

  /// Looks with four queries of one key's head.
  void look(int member, View view, int head, int item) {
    Room room = rooms[member];
    int first = item * Kernels.TILE;
    int count = Math.min(Kernels.TILE, view.slice.count() * sharing - first);
    int start = from(view, first) / group * group;
    int end = to(view, first + count - 1);
    room.require(Math.ceilDiv(end - start, group) * group);
    for (int i = 0; i < Kernels.TILE; i++) {
      int at = place(view, head, first + Math.min(i, count - 1));
      for (int d = 0; d < layout.head(); d++) {
        room.queries[d * Kernels.TILE + i] = view.queries[at + d];
      }
    }
    likeness(room, view, head, start, end);
    for (int i = 0; i < Kernels.TILE; i++) {
      int query = first + Math.min(i, count - 1);
      shares(room, i, from(view, query) - start, to(view, query) - start, end - start);
    }
    gather(room, view, head, start, end);
    for (int i = 0; i < count; i++) {
      int at = place(view, head, first + i);
      System.arraycopy(room.values, i * layout.padded(), view.result, at, layout.head());
    }
  }

  private int position(View view, int query) {
    return view.slice.position() + query / sharing;
  }

  private int from(View view, int query) {
    return (int) Math.max(0, position(view, query) + 1L - view.reach);
  }

  private int to(View view, int query) {
    return position(view, query) + 1;
  }

  private int place(View view, int head, int query) {
    int row = view.slice.row() + query / sharing;
    int heads = layout.heads() * sharing;
    return (row * heads + head * sharing + query % sharing) * layout.head();
  }

  private void likeness(Room room, View view, int head, int start, int end) {
    for (int position = start; position < end; position += group) {
      Page page = view.slice.cache().page(view.layer, position);
      int panel = layout.keys(position % Page.TOKENS / group, head);
      kernels.tile(
          page.keys,
          panel,
          room.queries,
          0,
          layout.head(),
          room.scores,
          position - start,
          room.width,
          false);
    }
  }

  private void shares(Room room, int query, int from, int to, int end) {
    int row = query * room.width;
    if (cap > 0) {
      for (int i = row + from; i < row + to; i++) {
        room.scores[i] = cap * (float) Math.tanh(room.scores[i] / cap);
      }
    }
    kernels.softmax(room.scores, row + from, to - from);
    for (int i = 0; i < end; i++) {
      boolean seen = i >= from && i < to;
      room.shares[i * Kernels.TILE + query] = seen ? room.scores[row + i] : 0;
    }
  }

  private void gather(Room room, View view, int head, int start, int end) {
    for (int block = 0; block < layout.padded() / group; block++) {
      int position = start;
      while (position < end) {
        Page page = view.slice.cache().page(view.layer, position);
        int offset = position % Page.TOKENS;
        int count = Math.min(Page.TOKENS - offset, end - position);
        kernels.tile(
            page.values,
            layout.values(block, head) + offset * group,
            room.shares,
            (position - start) * Kernels.TILE,
            count,
            room.values,
            block * group,
            layout.padded(),
            position > start);
        position += count;
      }
    }
  }

  /// One layer's look of the tokens of a slice.
  static final class View {
    private final Slice slice;
    private final int layer;
    private final int reach;
    private final float[] queries;
    private final float[] result;

    /// @param reach how many tokens each sees at most, itself among them
    /// @param queries turned and scaled, rows of all heads side by side
    /// @param result rows like those of the queries
    View(Slice slice, int layer, int reach, float[] queries, float[] result) {
      this.slice = slice;
      this.layer = layer;
      this.reach = reach;
      this.queries = queries;
      this.result = result;
    }
  }

  /// One thread's memory.
  private static final class Room {
    private final float[] queries;
    private final float[] values;
    private float[] scores = new float[0];
    private float[] shares = new float[0];
    private int width;

    Room(Page.Layout layout) {
      this.queries = new float[Kernels.TILE * layout.head()];
      this.values = new float[Kernels.TILE * layout.padded()];
    }

    void require(int positions) {
      width = positions;
      if (scores.length < Kernels.TILE * positions) {
        int room = Math.max(2 * scores.length, Kernels.TILE * positions);
        scores = new float[room];
        shares = new float[room];
      }
    }
  }
}
