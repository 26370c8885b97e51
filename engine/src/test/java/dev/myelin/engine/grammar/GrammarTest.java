package dev.myelin.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.myelin.engine.grammar.GrammarException.Rule;
import dev.myelin.testkit.Property;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class GrammarTest {
  @Test
  void readsTheFormsOfGbnf() {
    Grammar grammar =
        Grammar.parse(
            """
            # a list of names
            root ::= "[" ws item ("," ws item)* "]"   # the end
            item ::= name |
                     number
              | "\\x41\\u00e9\\U0001F600"
            name ::= [a-zA-Z_] [a-z0-9\\-_]{0,3} [^a-z\\]]?
            number ::= (
              "-"? [0-9]+
            ) ("." [0-9]{2})?
            ws ::= " "*
            """);
    assertThat(grammar.matches("[a]")).isTrue();
    assertThat(grammar.matches("[ab-1€,  -12.50, Aé😀,_]")).isTrue();
    assertThat(grammar.matches("[]")).isFalse();
    assertThat(grammar.matches("[abcdef]")).isFalse();
    assertThat(grammar.matches("[12.5]")).isFalse();
    assertThat(grammar.matches("[a],")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          root ::= "a" "b            ; SYNTAX         ; 1 ; 16
          root := "a"                ; SYNTAX         ; 1 ; 7
          root ::= ("a"              ; SYNTAX         ; 1 ; 14
          root ::= "a" )             ; SYNTAX         ; 1 ; 14
          root ::= [z-a]             ; SYNTAX         ; 1 ; 14
          root ::= "\\q"             ; SYNTAX         ; 1 ; 12
          root ::= "a"{3,1}          ; SYNTAX         ; 1 ; 17
          root ::= "a"*{99999999}    ; SYNTAX         ; 1 ; 22
          root ::= * "a"             ; SYNTAX         ; 1 ; 10
          rooot ::= "a"              ; UNDEFINED      ; 0 ; 0
          root ::= "a"~x ::= y       ; UNDEFINED      ; 2 ; 1
          root ::= "a"~root ::= "b"  ; DUPLICATE      ; 2 ; 1
          root ::= x~x ::= x "a" | "b" ; LEFT_RECURSION ; 2 ; 1
          root ::= "a"? root         ; ENDLESS        ; 1 ; 1
          root ::= "a"? root | "b" ; LEFT_RECURSION ; 1 ; 1
          root ::= y*~y ::= z y | "a"~z ::= "b"? ; LEFT_RECURSION ; 2 ; 1
          root ::= []                ; ENDLESS        ; 1 ; 1
          root ::= "a"{999999}       ; SIZE           ; 1 ; 1
          """)
  void namesWhatIsWrongAndWhere(String text, Rule rule, int line, int column) {
    String gbnf = text.replace('~', '\n');
    GrammarException e = catchThrowableOfType(GrammarException.class, () -> Grammar.parse(gbnf));
    assertThat(e).as(gbnf).isNotNull().hasMessageContaining("(expected: ");
    assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
    assertThat(e.line()).as(e.getMessage()).isEqualTo(line);
    assertThat(e.column()).as(e.getMessage()).isEqualTo(column);
  }

  @Test
  void isAsDeepAsItSaysAndNoDeeper() {
    String deep = "(".repeat(100) + "\"a\"" + ")".repeat(100);
    assertThat(Grammar.parse("root ::= " + deep).matches("a")).isTrue();
    assertThat(broken("root ::= (" + deep + ")")).isEqualTo(Rule.DEPTH);
    assertThat(broken("root ::= " + marked("*".repeat(6)))).isEqualTo(Rule.DEPTH);
    assertThat(broken("root ::= " + marked("*".repeat(100)))).isEqualTo(Rule.DEPTH);
    assertThat(Grammar.parse("root ::= " + marked("*****")).matches("aaa")).isTrue();
    assertThat(broken("root ::= \"a\"" + "*".repeat(100_000))).isEqualTo(Rule.DEPTH);
    assertThat(broken("root ::= \"" + "a".repeat(1 << 18) + "\"")).isEqualTo(Rule.SIZE);
    assertThat(broken("a ::= \"a\"\n".repeat(20_000))).isEqualTo(Rule.DUPLICATE);
    StringBuilder many = new StringBuilder("root ::= \"a\"\n");
    for (int i = 0; i < 6000; i++) {
      many.append("r").append(i).append(" ::= r").append(i + 1).append("\n");
    }
    assertThat(broken(many.toString())).isEqualTo(Rule.SIZE);
  }

  @Test
  void ambiguityEndsInAnAnswerOrARefusal() {
    assertThat(Grammar.parse("root ::= ((\"a\"*)*)* \"b\"").matches("a".repeat(5000) + "b"))
        .isTrue();
    assertThat(Grammar.parse("root ::= x* \"b\"\nx ::= \"a\"?").matches("aaab")).isTrue();
    String twoWays = "root ::= \"a\" root \"x\" | \"a\" root \"y\" | \"z\"";
    assertThat(Grammar.parse(twoWays).matches("aazxy")).isTrue();
    assertThat(
            catchThrowableOfType(
                    GrammarException.class, () -> Grammar.parse(twoWays).matches("a".repeat(30)))
                .rule())
        .isEqualTo(Rule.AMBIGUOUS);
    Grammar nested = null;
    GrammarException refused = null;
    try {
      nested = Grammar.parse("root ::= ((\"a\"? \"b\"?){100}){100}");
      nested.matches("ab".repeat(50));
    } catch (GrammarException e) {
      refused = e;
    }
    assertThat(nested).isNotNull();
    assertThat(refused).isNotNull().extracting(GrammarException::rule).isEqualTo(Rule.AMBIGUOUS);
  }

  @Test
  void aLongTextOfARuleThatCallsItselfLastStaysShallow() {
    Grammar grammar = Grammar.parse("root ::= \"a\" root | \"b\" root | \"\"");
    assertThat(grammar.matches("ab".repeat(50_000))).isTrue();
    Grammar nested = Grammar.parse("root ::= \"(\" root \")\" | \"\"");
    assertThat(nested.matches("(".repeat(20_000) + ")".repeat(20_000))).isTrue();
    assertThat(nested.matches("(".repeat(20_000) + ")".repeat(19_999))).isFalse();
  }

  @Test
  void characterSetsAreTheirBytes() {
    Property.check(
        300,
        random -> {
          int low = anyCharacter(random);
          int high = Math.min(Character.MAX_CODE_POINT, low + (1 << random.nextInt(20)));
          boolean others = random.nextBoolean();
          String set = String.format("root ::= [%s\\U%08x-\\U%08x]", others ? "^" : "", low, high);
          Grammar grammar = Grammar.parse(set);
          for (int i = 0; i < 60; i++) {
            int near = random.nextBoolean() ? low : high;
            int c = random.nextBoolean() ? anyCharacter(random) : near + random.nextInt(-70, 70);
            if (c >= 0 && c <= Character.MAX_CODE_POINT && (c < 0xd800 || c > 0xdfff)) {
              assertThat(grammar.matches(Character.toString(c)))
                  .as("%s: U+%x", set, c)
                  .isEqualTo((c >= low && c <= high) != others);
            }
          }
        });
  }

  @Test
  void matchesWhatARegularExpressionMatches() {
    Property.check(
        300,
        random -> {
          StringBuilder gbnf = new StringBuilder("root ::= ");
          StringBuilder regex = new StringBuilder();
          write(random, 4, gbnf, regex);
          Pattern pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
          Grammar grammar = Grammar.parse(gbnf.toString());
          for (int i = 0; i < 200; i++) {
            String text = textOf("abé", random, 7);
            assertThat(grammar.matches(text))
                .as("%s on '%s'", gbnf, text)
                .isEqualTo(pattern.matcher(text).matches());
          }
        });
  }

  private static String textOf(String alphabet, RandomGenerator random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static void write(
      RandomGenerator random, int depth, StringBuilder gbnf, StringBuilder regex) {
    int kind = random.nextInt(depth == 0 ? 3 : 7);
    if (kind < 3) {
      gbnf.append(new String[] {"\"a\"", "[^a]", "[éb]"}[kind]).append(' ');
      regex.append(new String[] {"a", "[^a]", "[éb]"}[kind]);
      return;
    }
    gbnf.append("( ");
    regex.append("(?:");
    write(random, depth - 1, gbnf, regex);
    if (kind > 4) {
      gbnf.append(kind == 5 ? "| " : "");
      regex.append(kind == 5 ? "|" : "");
      write(random, depth - 1, gbnf, regex);
    }
    String[] marks = {"", "*", "+", "?", "{2}", "{1,3}", "{2,}"};
    String mark = marks[random.nextInt(marks.length)];
    gbnf.append(")").append(mark).append(' ');
    regex.append(")").append(mark);
  }

  private static int anyCharacter(RandomGenerator random) {
    int c = random.nextInt(1 << random.nextInt(1, 21));
    return c >= 0xd800 && c <= 0xdfff ? 'x' : c;
  }

  private static String marked(String marks) {
    return "(".repeat(100) + "\"a\"" + (")" + marks).repeat(100);
  }

  private static Rule broken(String gbnf) {
    return catchThrowableOfType(GrammarException.class, () -> Grammar.parse(gbnf)).rule();
  }
}
