package dev.myelin.engine.decoder;

import dev.myelin.engine.Sequence;
import java.util.ArrayList;
import java.util.List;

/// What one sequence remembers: for each layer a list of pages.
final class Cache implements Sequence {
  private final VectorEngine engine;
  private final int capacity;
  private final List<List<Page>> layers = new ArrayList<>();
  private int length;
  private boolean closed;

  Cache(VectorEngine engine, int layerCount, int capacity) {
    this.engine = engine;
    this.capacity = capacity;
    for (int i = 0; i < layerCount; i++) {
      layers.add(new ArrayList<>());
    }
  }

  VectorEngine engine() {
    return engine;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public Sequence fork() {
    requireOpen();
    Cache other = new Cache(engine, layers.size(), capacity);
    other.length = length;
    int pages = Math.ceilDiv(length, Page.TOKENS);
    for (int i = 0; i < layers.size(); i++) {
      for (Page page : layers.get(i).subList(0, pages)) {
        other.layers.get(i).add(page.share());
      }
    }
    engine.remember(other);
    return other;
  }

  @Override
  public void truncate(int shorter) {
    requireOpen();
    if (shorter < 0 || shorter > length) {
      throw new IllegalArgumentException("length: " + shorter + " (expected: 0.." + length + ")");
    }
    length = shorter;
    forgetAfter(shorter);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      forgetAfter(0);
      engine.forget(this);
    }
  }

  void requireRoom(int tokens) {
    requireOpen();
    if (tokens > capacity - length) {
      throw new IllegalArgumentException(
          ("tokens: " + tokens + " after " + length)
              + (" (expected: within the capacity of " + capacity + ")"));
    }
  }

  /// Makes sure that pages for so many more tokens are there and nobody else's.
  void prepare(int tokens) {
    for (List<Page> pages : layers) {
      for (int i = length / Page.TOKENS; i < Math.ceilDiv(length + tokens, Page.TOKENS); i++) {
        if (i == pages.size()) {
          pages.add(engine.page());
        } else if (!pages.get(i).isOwned()) {
          Page shared = pages.get(i);
          pages.set(i, engine.page().copyOf(shared));
          release(shared);
        }
      }
    }
  }

  void grow(int tokens) {
    length += tokens;
  }

  Page page(int layer, int position) {
    return layers.get(layer).get(position / Page.TOKENS);
  }

  private void forgetAfter(int tokens) {
    int kept = Math.ceilDiv(tokens, Page.TOKENS);
    for (List<Page> pages : layers) {
      while (pages.size() > kept) {
        release(pages.removeLast());
      }
    }
  }

  private void release(Page page) {
    if (page.release()) {
      engine.giveBack(page);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("sequence was closed");
    }
  }
}
