package dev.myelin.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.grammar.GrammarException.Rule;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import dev.myelin.engine.sample.SamplingOptions;
import dev.myelin.testkit.Property;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TokenMasksTest {
  @Test
  void allowsTheTokensThatGoOnAndTheEndWhereItMayEnd() {
    ListedTokens tokens = ListedTokens.of("a", "ab", "abc", "b", "bc", "c", "ab", "x", "");
    TokenMasks masks = TokenMasks.of(Grammar.parse("root ::= \"ab\" \"c\"?"), TokenTrie.of(tokens));
    assertThat(allowed(masks, masks.start())).containsExactly(2, 3, 4, 8);
    Automaton.State ab = masks.step(masks.start(), 8);
    assertThat(allowed(masks, ab)).containsExactly(ListedTokens.END, 7);
    assertThat(allowed(masks, masks.step(ab, 7))).containsExactly(ListedTokens.END);
  }

  @Test
  void charactersMayBeSplitOverTokens() {
    ListedTokens tokens = ListedTokens.bytesAnd("é", "\u20ac!");
    TokenMasks masks = TokenMasks.of(Grammar.parse("root ::= [é€] \"!\""), TokenTrie.of(tokens));
    int first = 2;
    assertThat(allowed(masks, masks.start()))
        .containsExactly(first + 0xc3, first + 0xe2, first + 256, first + 257);
    Automaton.State begun = masks.step(masks.start(), first + 0xe2);
    assertThat(allowed(masks, begun)).containsExactly(first + 0x82);
    begun = masks.step(begun, first + 0x82);
    assertThat(allowed(masks, begun)).containsExactly(first + 0xac);
  }

  @Test
  void masksAreWhatEachTokenAloneWouldSay() {
    String[] grammars = {
      "root ::= (\"a\" | \"b\" [a-c]{2,4} | \"é\")* \"c\"?",
      "root ::= \"(\" root \")\" root | \"a\"?",
      "root ::= [^b]+ (\"b\" [^a])*",
    };
    Property.check(
        60,
        random -> {
          Grammar grammar = Grammar.parse(grammars[random.nextInt(grammars.length)]);
          String[] texts = new String[80];
          for (int i = 0; i < texts.length; i++) {
            texts[i] = textOf("abc()é", random);
          }
          ListedTokens tokens = ListedTokens.bytesAnd(texts);
          TokenMasks masks = TokenMasks.of(grammar, TokenTrie.of(tokens));
          Automaton alone = new Automaton(grammar.program());
          Automaton.State state = masks.start();
          Automaton.State same = alone.start();
          for (int i = 0; i < 6; i++) {
            List<Integer> expected = new ArrayList<>();
            for (int token = 0; token < tokens.vocabulary(); token++) {
              byte[] bytes = tokens.bytes(token);
              boolean goesOn = bytes.length > 0 && !alone.isDead(after(alone, same, bytes));
              if (goesOn || (token == ListedTokens.END && same.mayEnd)) {
                expected.add(token);
              }
            }
            assertThat(allowed(masks, state)).isEqualTo(expected);
            int token = expected.get(random.nextInt(expected.size()));
            state = masks.step(state, token);
            same = after(alone, same, tokens.bytes(token));
            if (token == ListedTokens.END) {
              return;
            }
          }
        });
  }

  @Test
  void theSamplerEndsWithTheAnswer() {
    ListedTokens tokens = ListedTokens.of("a", "b");
    TokenMasks masks = TokenMasks.of(Grammar.parse("root ::= \"ab\""), TokenTrie.of(tokens));
    GrammarSampler sampler = GrammarSampler.of(masks, Sampler.greedy());
    sampler.saw(3);
    float[] logits = {9, 8, 1, 2, 99};
    assertThat(sampler.choose(logits.clone())).isEqualTo(2);
    assertThat(sampler.mayEnd()).isFalse();
    assertThat(sampler.choose(logits.clone())).isEqualTo(3);
    assertThat(sampler.mayEnd()).isTrue();
    assertThat(sampler.mustEnd()).isTrue();
    assertThat(sampler.choose(logits.clone())).isEqualTo(ListedTokens.END);
    assertThatThrownBy(() -> sampler.choose(logits)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> GrammarSampler.of(masks, Sampler.greedy()).choose(new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("logits: 3");
  }

  @Test
  void saysThatNoTokenGoesOn() {
    TokenMasks masks =
        TokenMasks.of(Grammar.parse("root ::= \"z\""), TokenTrie.of(ListedTokens.of("a")));
    GrammarSampler sampler = GrammarSampler.of(masks, Sampler.greedy());
    assertThatThrownBy(() -> sampler.choose(new float[3]))
        .isInstanceOfSatisfying(
            GrammarException.class, e -> assertThat(e.rule()).isEqualTo(Rule.NO_TOKEN));
  }

  @Test
  void masksOfAHostileGrammarEndInBoundedTime() {
    String[] many = new String[2000];
    for (int i = 0; i < many.length; i++) {
      many[i] = "a".repeat(i % 50) + Integer.toString(i, 36) + "ab".repeat(i % 9);
    }
    TokenTrie trie = TokenTrie.of(ListedTokens.bytesAnd(many));
    String[] grammars = {
      "root ::= ((\"a\"*)*)* [^a]* (\"a\" | \"ab\" | \"b\")* ",
      "root ::= (\"a\" | \"b\")* \"a\" [ab]{200}",
      "root ::= ([a-z0-9]{0,60} [0-9a-z]{0,60}){0,60}",
      "root ::= x \"x\"\nx ::= \"a\" x \"b\" | \"a\" x \"c\" | \"a\" x \"d\" | \"q\"",
    };
    for (String text : grammars) {
      TokenMasks masks = TokenMasks.of(Grammar.parse(text), trie);
      try {
        assertThat(allowed(masks, masks.start())).isNotEmpty();
      } catch (GrammarException e) {
        assertThat(e.rule()).isEqualTo(Rule.AMBIGUOUS);
      }
    }
  }

  @Test
  void aModelOfRandomWeightsWritesWhatTheSchemaSays() throws Exception {
    String schema =
        """
        {"type": "object", "required": ["name", "age", "tags"], "properties": {
          "name": {"type": "string", "maxLength": 6}, "age": {"type": "integer", "maximum": 150},
          "tags": {"type": "array", "items": {"enum": ["red", "blue"]}, "maxItems": 2}}}
        """;
    Grammar grammar = Grammar.ofSchema(schema);
    Path file =
        Path.of(Objects.requireNonNull(getClass().getResource("/golden/llama3.gguf")).toURI());
    try (Model model = Model.open(file);
        VectorEngine engine = VectorEngine.load(model, EngineConfig.defaults().withThreads(1))) {
      int vocabulary = engine.dimensions().vocabulary();
      String[] texts = new String[vocabulary - 2];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = i < 95 ? Character.toString(' ' + i) : i == 95 ? "\n" : "\": \"" + i;
      }
      ListedTokens tokens = ListedTokens.of(texts);
      TokenMasks masks = TokenMasks.of(grammar, TokenTrie.of(tokens));
      for (int seed = 0; seed < 5; seed++) {
        SamplingOptions options = SamplingOptions.defaults().withTemperature(2).withSeed(seed);
        Sampler sampler = GrammarSampler.of(masks, Sampler.of(options));
        int capacity = engine.dimensions().context();
        try (Generator answer = Generator.open(engine, sampler, capacity)) {
          String text = text(answer, tokens, capacity - 2);
          assertThat(grammar.matches(text)).as(text).isTrue();
        }
      }
    }
  }

  private static String text(Generator answer, ListedTokens tokens, int most) {
    StringBuilder text = new StringBuilder();
    int token = answer.next(1);
    for (int i = 0; i < most && token != ListedTokens.END; i++) {
      text.append(new String(tokens.bytes(token), StandardCharsets.UTF_8));
      token = answer.next();
    }
    return text.toString();
  }

  private static Automaton.State after(Automaton automaton, Automaton.State from, byte[] bytes) {
    Automaton.State state = from;
    for (byte value : bytes) {
      state = automaton.step(state, value);
    }
    return state;
  }

  private static String textOf(String alphabet, RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static List<Integer> allowed(TokenMasks masks, Automaton.State state) {
    long[] mask = masks.mask(state);
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < masks.vocabulary(); i++) {
      if ((mask[i >> 6] >>> i & 1) != 0) {
        found.add(i);
      }
    }
    return found;
  }
}
