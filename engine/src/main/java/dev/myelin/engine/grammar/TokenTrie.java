package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import dev.myelin.engine.text.Tokenizer;
import java.util.Arrays;

/// The tokens of a vocabulary as a tree of their bytes, made once for a tokenizer. For many threads
/// at once.
///
/// Nodes stand in the order of a walk that goes deep first, so that the walk reads memory in order;
/// a node knows where the walk goes on that leaves it out.
public final class TokenTrie {
  private static final int MOST_NODES = 1 << 24;

  private final int vocabulary;
  private final byte[][] texts;
  private final int[] ends;
  private int nodes;
  private byte[] bytes = new byte[1024];
  private int[] depths = new int[1024];
  private int[] skips = new int[1024];
  private int[] tokens = new int[1024];
  private final int[] twins;
  private int deepest;

  private TokenTrie(byte[][] texts, int[] ends) {
    this.vocabulary = texts.length;
    this.texts = texts;
    this.ends = ends;
    this.twins = new int[vocabulary];
    Arrays.fill(twins, -1);
  }

  /// Returns the tree of a tokenizer's tokens; those without bytes are left out but for the ends of
  /// answers.
  ///
  /// @throws GrammarException if the tokens are too long, all together
  public static TokenTrie of(Tokenizer tokenizer) {
    int size = tokenizer.vocabulary();
    byte[][] texts = new byte[size][];
    Integer[] order = new Integer[size];
    int[] ends = new int[size];
    int endCount = 0;
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (tokenizer.isEnd(i)) {
        ends[endCount++] = i;
      }
      texts[i] = tokenizer.isEnd(i) ? new byte[0] : tokenizer.bytes(i);
      if (texts[i].length > 0) {
        order[count++] = i;
      }
    }
    Arrays.sort(order, 0, count, (a, b) -> Arrays.compareUnsigned(texts[a], texts[b]));
    TokenTrie trie = new TokenTrie(texts, Arrays.copyOf(ends, endCount));
    byte[] before = {};
    for (int i = 0; i < count; i++) {
      trie.add(order[i], texts[order[i]], before);
      before = texts[order[i]];
    }
    trie.finish();
    return trie;
  }

  /// Returns how many token ids there are.
  public int vocabulary() {
    return vocabulary;
  }

  boolean isEnd(int token) {
    return Arrays.binarySearch(ends, token) >= 0;
  }

  /// Returns the state behind a token.
  Automaton.State step(Automaton automaton, Automaton.State from, int token) {
    Automaton.State state = from;
    for (byte value : texts[token]) {
      state = automaton.step(state, value);
    }
    return state;
  }

  /// Sets the bits of the tokens that the automaton can take from there.
  void mark(Automaton automaton, Automaton.State from, long[] mask) {
    Automaton.State[] path = new Automaton.State[deepest + 1];
    int[] held = new int[deepest + 1]; // how large the states up to there are
    path[0] = from;
    int node = 0;
    while (node < nodes) {
      int depth = depths[node];
      Automaton.State state = automaton.step(path[depth - 1], bytes[node]);
      if (automaton.isDead(state)) {
        node = skips[node];
        continue;
      }
      path[depth] = state;
      held[depth] = held[depth - 1] + state.size();
      if (held[depth] > Automaton.MOST_KEPT) {
        throw Automaton.tooMany("ways to read a token: more than " + Automaton.MOST_KEPT);
      }
      for (int token = tokens[node]; token >= 0; token = twins[token]) {
        mask[token >> 6] |= 1L << token;
      }
      node++;
    }
    for (int i = 0; from.mayEnd && i < ends.length; i++) {
      mask[ends[i] >> 6] |= 1L << ends[i];
    }
  }

  private void add(int token, byte[] text, byte[] before) {
    int same = Arrays.mismatch(before, text);
    if (same < 0) {
      twins[token] = tokens[nodes - 1];
      tokens[nodes - 1] = token;
      return;
    }
    for (int i = same; i < text.length; i++) {
      if (nodes >= MOST_NODES) {
        throw new GrammarException(
            Rule.SIZE, "tokens: more than " + MOST_NODES + " bytes (expected: fewer)");
      }
      if (nodes == bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * nodes);
        depths = Arrays.copyOf(depths, 2 * nodes);
        skips = Arrays.copyOf(skips, 2 * nodes);
        tokens = Arrays.copyOf(tokens, 2 * nodes);
      }
      bytes[nodes] = text[i];
      depths[nodes] = i + 1;
      tokens[nodes++] = -1;
    }
    tokens[nodes - 1] = token;
    deepest = Math.max(deepest, text.length);
  }

  private void finish() {
    for (int i = nodes - 1; i >= 0; i--) {
      // The nearest node behind that is not deeper: each child is passed once, by its parent.
      int next = i + 1;
      while (next < nodes && depths[next] > depths[i]) {
        next = skips[next];
      }
      skips[i] = next;
    }
  }
}
