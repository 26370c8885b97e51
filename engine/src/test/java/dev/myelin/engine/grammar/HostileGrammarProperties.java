package dev.myelin.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Property;
import java.util.BitSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Mutated grammars and schemas: what is read runs or is refused by type, nothing else.
@Timeout(300)
class HostileGrammarProperties {
  /// More with `-Dmyelin.trials=100000`.
  private static final int TRIALS = Integer.getInteger("myelin.trials", 1500);

  private static final TokenTrie TOKENS =
      TokenTrie.of(
          ListedTokens.bytesAnd("{\"", "\":", "\", \"", "ab", "aé", "[[", "]}", "12", "null"));

  private static final String GBNF =
      """
      root ::= ws obj (("," ws obj){0,3} | [^a-z\\]\\x00]+)* # all
      obj ::= "{" (pair ("," pair)*)? "}" | list{2}
      pair ::= [a-zé]{1,4} ":" (obj | list | "\\u00e9"?)
      list ::= "[" (obj | .)* "]"
      ws ::= [ \\t\\n]*
      """;
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"a":{"type":"string","pattern":"^[a-z]{1,3}(x|\\\\d+)?$"},
      "b":{"type":"array","items":{"$ref":"#/$defs/t"},"minItems":1,"maxItems":9},
      "c":{"type":"integer","minimum":-12,"exclusiveMaximum":3e4},"d":{"enum":["x",1,null]},
      "e":{"anyOf":[{"type":["null","number"],"maximum":7},{"const":{"k":[]}}]}},
      "required":["a","b"],"additionalProperties":{"type":"string","minLength":2,"maxLength":80},
      "$defs":{"t":{"properties":{"n":{"$ref":"#/$defs/t"},"s":{"format":"date"}}}}}
      """;

  @Test
  void aMutatedGrammarRunsOrIsRefused() {
    check(GBNF, " \n\"|()[]{}*+?^-\\.,:=#019azx", Grammar::parse);
  }

  @Test
  void aMutatedSchemaRunsOrIsRefused() {
    check(SCHEMA, " {}[],:\"\\0123456789-+.eE$#/tnx^(|)*?", Grammar::ofSchema);
  }

  private static void check(String text, String alphabet, Function<String, Grammar> read) {
    Property.check(
        TRIALS,
        random -> {
          String mutated = mutated(text, alphabet, random);
          try {
            Grammar grammar = read.apply(mutated);
            grammar.matches("{\"a\": \"ab1\", \"b\": [{}], \"c\": -3}");
            grammar.matches("{é:[{}]},[a]]]]aaaaaaaaaaaaaaaaaaaaaaa");
            walk(TokenMasks.of(grammar, TOKENS), random);
          } catch (GrammarException e) {
            assertThat(e).as(mutated).hasMessageContaining("(expected: ").hasMessageContaining(":");
          }
        });
  }

  /// Goes along with tokens that are allowed: after each, something follows or the text may end.
  private static void walk(TokenMasks masks, RandomGenerator random) {
    Automaton.State state = masks.start();
    for (int i = 0; i < 8; i++) {
      int[] allowed =
          BitSet.valueOf(masks.mask(state)).stream().filter(id -> id != ListedTokens.END).toArray();
      if (allowed.length == 0) {
        return;
      }
      state = masks.step(state, allowed[random.nextInt(allowed.length)]);
      assertThat(state.mayEnd || !state.isLast()).isTrue();
    }
  }

  private static String mutated(String text, String alphabet, RandomGenerator random) {
    StringBuilder copy = new StringBuilder(text);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(copy.length());
      String one = String.valueOf(alphabet.charAt(random.nextInt(alphabet.length())));
      switch (random.nextInt(4)) {
        case 0 -> copy.replace(at, at + 1, one);
        case 1 -> copy.insert(at, one.repeat(1 + random.nextInt(60)));
        case 2 -> copy.delete(at, Math.min(copy.length() - 1, at + random.nextInt(20)));
        default -> {
          int end = Math.min(copy.length(), at + random.nextInt(60));
          copy.insert(random.nextInt(copy.length()), copy.substring(at, end));
        }
      }
    }
    return copy.toString();
  }
}
