package dev.myelin.engine.grammar;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// Which tokens of a vocabulary may come next under a grammar; serves many answers, one after the
/// other or at once, and remembers masks. For many threads at once; one waits while another makes a
/// mask, which takes milliseconds.
public final class TokenMasks {
  private static final long MOST_BYTES = 64L << 20;
  private static final long BYTES_OF_STACK = 64;

  private final TokenTrie trie;
  private final Automaton automaton;
  private final Map<Automaton.State, long[]> masks = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private TokenMasks(Grammar grammar, TokenTrie trie) {
    this.trie = trie;
    this.automaton = new Automaton(grammar.program());
  }

  /// Returns the masks of a grammar over a vocabulary; made as they are needed.
  public static TokenMasks of(Grammar grammar, TokenTrie trie) {
    Objects.requireNonNull(trie, "trie");
    return new TokenMasks(grammar, trie);
  }

  int vocabulary() {
    return trie.vocabulary();
  }

  boolean isEnd(int token) {
    return trie.isEnd(token);
  }

  Automaton.State start() {
    return automaton.start();
  }

  /// Returns a bit for each token that may come next; borrowed.
  synchronized long[] mask(Automaton.State state) {
    long[] known = masks.get(state);
    if (known != null) {
      return known;
    }
    long[] mask = new long[words()];
    automaton.rest();
    trie.mark(automaton, state, mask);
    long own = bytes(state);
    Iterator<Automaton.State> eldest = masks.keySet().iterator();
    while (eldest.hasNext() && bytes + own > MOST_BYTES) {
      bytes -= bytes(eldest.next());
      eldest.remove();
    }
    bytes += own;
    masks.put(state, mask);
    return mask;
  }

  /// Returns about how much memory a mask and its state take.
  private long bytes(Automaton.State state) {
    return 8L * words() + (1L + state.size()) * BYTES_OF_STACK;
  }

  /// Returns the state behind a token.
  synchronized Automaton.State step(Automaton.State state, int token) {
    automaton.rest();
    return trie.step(automaton, state, token);
  }

  /// Returns about how much memory the masks that are remembered take, and their states.
  synchronized long bytes() {
    return bytes;
  }

  private int words() {
    return (trie.vocabulary() + 63) >> 6;
  }
}
