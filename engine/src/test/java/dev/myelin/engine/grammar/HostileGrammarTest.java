package dev.myelin.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.grammar.GrammarException.Rule;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Grammars, schemas and vocabularies that want more memory or time than they may have.
// On a thread of their own: what counts hears no interrupt.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileGrammarTest {
  private static final int BACK = 2000;

  @Test
  void wideStatesAreForgottenBeforeTheyFillTheMemory() {
    Grammar grammar = Grammar.parse("root ::= [ab]* \"a\" [ab]{" + BACK + "}");
    Automaton automaton = new Automaton(grammar.program());
    Automaton.State state = automaton.start();
    byte[] text = new byte[5000];
    Random random = new Random(3);
    int most = 0;
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) (random.nextBoolean() ? 'a' : 'b');
      automaton.rest();
      state = automaton.step(state, text[i]);
      most = Math.max(most, automaton.kept());
      boolean matches = i >= BACK && text[i - BACK] == 'a';
      assertThat(state.mayEnd).as("after %d", i).isEqualTo(matches);
    }
    assertThat(most).isBetween(Automaton.MOST_KEPT / 2, Automaton.MOST_KEPT);
  }

  @Test
  void masksOfWideStatesAreForgottenBeforeTheyFillTheMemory() {
    Grammar grammar = Grammar.parse("root ::= [ab]* \"a\" [ab]{" + BACK + "}");
    TokenMasks masks = TokenMasks.of(grammar, TokenTrie.of(ListedTokens.of("a", "b")));
    long[] first = masks.mask(masks.start()).clone();
    Automaton.State state = masks.start();
    Random random = new Random(3);
    for (int i = 0; i < 3000; i++) {
      masks.mask(state);
      state = masks.step(state, 2 + random.nextInt(2));
    }
    assertThat(masks.bytes()).isBetween(32L << 20, 64L << 20);
    assertThat(masks.mask(masks.start())).isEqualTo(first);
  }

  @Test
  void aLongTokenOverWideStatesIsRefused() {
    String[] longest = {"ab".repeat(4000)};
    TokenTrie trie = TokenTrie.of(ListedTokens.of(longest));
    TokenMasks masks =
        TokenMasks.of(Grammar.parse("root ::= [ab]* \"a\" [ab]{" + BACK + "}"), trie);
    assertThatThrownBy(() -> masks.mask(masks.start()))
        .isInstanceOfSatisfying(
            GrammarException.class, e -> assertThat(e.rule()).isEqualTo(Rule.AMBIGUOUS))
        .hasMessageContaining("ways to read a token: more than");
  }

  @Test
  void aChainOfRulesTakesNoLongerThanItIsLong() {
    StringBuilder chain = new StringBuilder("root ::= r0\n");
    int last = RuleSet.MOST - 2;
    for (int i = 0; i < last; i++) {
      chain.append("r").append(i).append(" ::= \"").append("a".repeat(25));
      chain.append("\" r").append(i + 1).append('\n');
    }
    chain.append("r").append(last).append(" ::= \"b\"");
    Grammar grammar = Grammar.parse(chain.toString());
    assertThat(grammar.matches("a".repeat(25 * last) + "b")).isTrue();
    assertThat(grammar.matches("a".repeat(25 * last))).isFalse();
  }

  @Test
  void aLongPartThatRepeatsOftenIsReadOnce() {
    String part = "a".repeat(100_000);
    Grammar grammar = Grammar.parse("root ::= (\"" + part + "\"){0,90000}");
    assertThat(grammar.matches(part)).isTrue();
    assertThat(grammar.matches("a")).isFalse();
  }

  @Test
  void aPatternWithALongSetTakesNoLongerThanItIsLong() {
    StringBuilder set = new StringBuilder();
    for (int c = 0x4e00; c < 0xd700; c += 2) {
      set.append((char) c);
    }
    String often = set.toString().repeat(14);
    Grammar grammar = Grammar.ofSchema("{\"type\":\"string\",\"pattern\":\"^[" + often + "]$\"}");
    assertThatThrownBy(() -> grammar.matches("\"\u4e02\""))
        .isInstanceOfSatisfying(
            GrammarException.class, e -> assertThat(e.rule()).isEqualTo(Rule.AMBIGUOUS));
  }

  @Test
  void aLongTokenTakesNoLongerThanItIsLong() {
    TokenTrie trie = TokenTrie.of(ListedTokens.of("a".repeat(600_000), "ab", "b"));
    TokenMasks masks = TokenMasks.of(Grammar.parse("root ::= \"ab\" | \"b\""), trie);
    assertThat(masks.mask(masks.start())).containsExactly(0b11000);
  }

  @Test
  void moreBytesOfTokensThanAllowedAreRefused() {
    String half = "a".repeat(1 << 23);
    ListedTokens tokens = ListedTokens.of("b" + half, "c" + half);
    assertThatThrownBy(() -> TokenTrie.of(tokens))
        .isInstanceOfSatisfying(
            GrammarException.class, e -> assertThat(e.rule()).isEqualTo(Rule.SIZE))
        .hasMessageContaining("tokens: more than 16777216 bytes (expected: fewer)");
  }
}
