package dev.myelin.engine.grammar;

import java.nio.charset.StandardCharsets;

/// The texts that an answer may be: rules in GBNF, a JSON schema, or any JSON object. Immutable.
///
/// ```java
/// Grammar grammar = Grammar.ofSchema("{\"type\": \"object\", \"properties\": {…}}");
/// TokenMasks masks = TokenMasks.of(grammar, TokenTrie.of(tokenizer));   // once
/// Sampler sampler = GrammarSampler.of(masks, Sampler.of(options));      // for each answer
/// ```
public final class Grammar {
  private static final Grammar OBJECT = new Grammar(JsonRules.object());

  private final Program program;

  private Grammar(RuleSet rules) {
    this.program = Compiler.compile(rules);
  }

  /// Returns the grammar of rules in GBNF, of which `root` is the first.
  ///
  /// Understood are rules `name ::= …`, literals, sets `[a-z]` and `[^a-z]`, `.` for any character,
  /// alternatives `|`, parentheses, `*`, `+`, `?`, `{n}`, `{m,}`, `{m,n}`, escapes and comments.
  ///
  /// @throws GrammarException if the text is not of that form, a rule calls itself first or never
  ///   ends, or the whole is too large
  public static Grammar parse(String gbnf) {
    return new Grammar(GrammarText.parse(gbnf));
  }

  /// Returns the grammar of the values that a JSON schema describes.
  ///
  /// Properties come in the order of the schema, and those that it does not name only where
  /// `additionalProperties` says so. White space is a single space, or a line end and up to 20
  /// spaces. Whole numbers have up to 18 digits, numbers up to 16 digits on each side of the point.
  /// `oneOf` is read as `anyOf`.
  ///
  /// @throws GrammarException if the text is no JSON, or has a keyword that is not understood,
  ///   which is named
  public static Grammar ofSchema(String json) {
    return new Grammar(JsonSchema.rules(json));
  }

  /// Returns the grammar of any JSON object.
  public static Grammar jsonObject() {
    return OBJECT;
  }

  /// Returns whether the whole text is one that the grammar matches.
  ///
  /// @throws GrammarException if it can be read in too many ways
  public boolean matches(String text) {
    Automaton automaton = new Automaton(program);
    Automaton.State state = automaton.start();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      state = automaton.step(state, value);
      automaton.rest();
    }
    return state.mayEnd;
  }

  Program program() {
    return program;
  }
}
