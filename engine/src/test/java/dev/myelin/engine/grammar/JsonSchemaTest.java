package dev.myelin.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.myelin.engine.grammar.GrammarException.Rule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class JsonSchemaTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'boolean'}; true ~ false; 'true' ~ null ~ 1
          {'type':['null','integer']}; null ~ 0 ~ -12; 01 ~ 1.5 ~ +1
          {'type':'integer','minimum':1e-2000000000,'maximum':2.5}; 1 ~ 2; 0 ~ 3
          {'type':'integer','minimum':0e99,'maximum':2e2000000000}; 0 ~ 70; -1
          {'const':{'a':[1,'x']}}; {'a':[1,'x']}; {'a':[1]}
          {'enum':['red',3,null]}; 'red' ~ 3 ~ null; 'green' ~ red
          {'type':'string','minLength':2,'maxLength':3}; 'ab' ~ 'é😀c' ~ '\\n\\u00e9'; 'a' ~\
           'abcd' ~ '\\ud83d\\ude00'
          {'type':'string','pattern':'^[a-c]+(-\\\\d{2})?$'}; 'abc' ~ 'a-12'; '' ~ 'abd' ~ 'a-1'
          {'type':'string','pattern':'x.y'}; 'x\\ty' ~ 'axbyc' ~ 'x\\'y'; 'xy' ~ 'x\\ny'
          {'type':'string','format':'date'}; '2026-11-22'; '2026-13-01' ~ 'now'
          {'type':'integer','minimum':-3,'maximum':120}; -3 ~ 0 ~ 99 ~ 120; -4 ~ 121 ~ 5.0
          {'type':'integer','exclusiveMinimum':9,'maximum':10.9}; 10; 9 ~ 11
          {'type':'number','minimum':0,'exclusiveMaximum':2}; 0 ~ 0.5 ~ 1.99 ~ 1; 2 ~ -0.1 ~ 2.0
          {'type':'number','exclusiveMinimum':-1,'maximum':-0}; -0.25 ~ 0 ~ -0; -1 ~ -1.0 ~ 0.1
          {'type':'number'}; -1.5e-9 ~ 0 ~ 12E+3; 1. ~ .5 ~ 1e999
          {'type':'array','items':{'type':'integer'},'minItems':1,'maxItems':3}; [1] ~ [1, 2,3];\
           [] ~ [1,2,3,4] ~ [1,]
          {'type':'array','maxItems':0}; [] ~ [ ]; [1]
          {'type':'array'}; [] ~ [1,'a',{}]; {}
          {'properties':{'a':{'type':'null'},'b':{'type':'null'}},'required':['b']}; {'b':null} ~\
           { 'a' : null, 'b':null }; {} ~ {'a':null} ~ {'b':null,'a':null} ~ {'b':null,'c':1}
          {'properties':{'a':{},'b':{}}}; {} ~ {'a':1} ~ {'b':2} ~ {'a':1,'b':2}; {'a':1,} ~ {,\
          'b':2}
          {'properties':{'ab':true},'additionalProperties':{'type':'integer'}}; {'ab':'x','a':1,\
          'abc':2} ~ {'c':3} ~ {'':4}; {'c':'x'} ~ {'c':1,'ab':2} ~ {'\\u0061b':1}
          {'type':'object'}; {} ~ {'a':{'b':[null]}}; [] ~ {'a'}
          {'type':'object','additionalProperties':false}; {} ~ { }; {'a':1}
          {'anyOf':[{'type':'integer'},{'const':'x'}]}; 5 ~ 'x'; 'y'
          {'$defs':{'t':{'type':'object','properties':{'v':{'type':'integer'},\
          'k':{'type':'array','items':{'$ref':'#/$defs/t'}}},'required':['v']}},\
          '$ref':'#/$defs/t'}; {'v':1,'k':[{'v':2},{'v':3,'k':[]}]}; {'v':1,'k':[1]} ~ {'k':[]}
          true; 1 ~ {'a':[{}]}; nothing
          """)
  void matchesWhatTheSchemaAllowsAndNothingElse(String schema, String valid, String invalid) {
    Grammar grammar = Grammar.ofSchema(quoted(schema));
    for (String text : valid.split("~", -1)) {
      assertThat(grammar.matches(quoted(text.strip()))).as("%s takes %s", schema, text).isTrue();
    }
    for (String text : invalid.split("~", -1)) {
      assertThat(grammar.matches(quoted(text.strip()))).as("%s takes %s", schema, text).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'object','patternProperties':{}}; UNSUPPORTED; patternProperties
          {'properties':{'a':{'not':{}}}}; UNSUPPORTED; 'not' at #/properties/a
          {'type':'array','uniqueItems':true}; UNSUPPORTED; uniqueItems
          {'type':'tuple'}; UNSUPPORTED; 'tuple'
          {'type':'string','format':'email'}; UNSUPPORTED; email
          {'type':'string','pattern':'(?=a)'}; UNSUPPORTED; a group that begins with ?
          {'type':'string','pattern':'a\\\\b'}; UNSUPPORTED; that escape at character 3
          {'type':'string','pattern':'^a|b$'}; UNSUPPORTED; ^(a|b)$
          {'type':'string','pattern':'a','maxLength':3}; UNSUPPORTED; with a length
          {'type':'number','minimum':0.5}; UNSUPPORTED; bound: 0.5
          {'type':'number','minimum':3e44444444444444}; SYNTAX; numbers that can be read
          {'anyOf':[true],'type':'string'}; UNSUPPORTED; beside 'type'
          {'allOf':[true,true]}; UNSUPPORTED; allOf: 2 schemas
          {'$ref':'http://x/y'}; UNSUPPORTED; http
          {'$ref':'#/$defs/x'}; UNDEFINED; #/$defs/x
          {'$ref':'#'}; ENDLESS; matches no text
          {'anyOf':[{'$ref':'#'},{'type':'null'}]}; LEFT_RECURSION; calls itself
          {'type':'integer','minimum':3,'maximum':2}; ENDLESS; none between
          {'type':'integer','exclusiveMinimum':3,'exclusiveMaximum':4}; ENDLESS; none between
          {'type':'array','minItems':2,'maxItems':1}; ENDLESS; maxItems
          {'required':['a'],'additionalProperties':false}; ENDLESS; required
          {'type':'string','maxLength':-1}; SYNTAX; maxLength
          {'type':'string','maxLength':99999999}; SIZE; steps
          {'enum':[]}; SYNTAX; a list that is not empty
          false; SYNTAX; BOOLEAN
          {'type':; SYNTAX; at line 1, column
          """)
  void refusesByNameWhatItDoesNotUnderstand(String schema, Rule rule, String part) {
    GrammarException e =
        catchThrowableOfType(GrammarException.class, () -> Grammar.ofSchema(quoted(schema)));
    assertThat(e).as(schema).isNotNull().hasMessageContaining(part);
    assertThat(e.rule()).as(e.getMessage()).isEqualTo(rule);
  }

  @Test
  void wholeNumbersAreThoseBetweenTheBounds() {
    dev.myelin.testkit.Property.check(
        200,
        random -> {
          long one = random.nextLong() >> random.nextInt(5, 63);
          long two = random.nextBoolean() ? one + random.nextInt(300) : random.nextLong() >> 30;
          long low = Math.max(Math.min(one, two), -WholeNumbers.MOST);
          long high = Math.min(Math.max(one, two), WholeNumbers.MOST);
          Grammar grammar =
              Grammar.ofSchema(
                  quoted("{'type':'integer','minimum':" + low + ",'maximum':" + high + "}"));
          for (int i = 0; i < 40; i++) {
            long near = random.nextBoolean() ? low : high;
            long number = near + (random.nextLong() >> random.nextInt(40, 64));
            if (Math.abs(number) <= WholeNumbers.MOST) {
              assertThat(grammar.matches(Long.toString(number)))
                  .as("%d in %d to %d", number, low, high)
                  .isEqualTo(number >= low && number <= high);
            }
          }
        });
  }

  @Test
  void isRefusedWhereItIsTooDeepOrTooLarge() {
    String deep = "{'items':".repeat(200) + "{}" + "}".repeat(200);
    assertThat(broken(deep)).isEqualTo(Rule.DEPTH);
    assertThat(broken("[".repeat(100_000))).isEqualTo(Rule.SYNTAX);
    StringBuilder wide = new StringBuilder("{'properties':{");
    for (int i = 0; i < 4000; i++) {
      wide.append("'p").append(i).append("':{'type':'null'},");
    }
    assertThat(broken(wide + "'q':{}}}")).isEqualTo(Rule.SIZE);
    assertThat(broken("{'const':'" + "x".repeat(300_000) + "'}")).isEqualTo(Rule.SIZE);
  }

  @Test
  void anyObjectIsAnObject() {
    Grammar grammar = Grammar.jsonObject();
    assertThat(grammar.matches("{}")).isTrue();
    assertThat(grammar.matches("{\n  \"a\": [1, -2.5e3, \"x\\u00e9\\\"\", null, {\"b\": true}]\n}"))
        .isTrue();
    for (String text : new String[] {"", "[]", "{\"a\"}", "{\"a\":1,}", "{\"a\":\"\n\"}", "{}{}"}) {
      assertThat(grammar.matches(text)).as(text).isFalse();
    }
  }

  private static Rule broken(String schema) {
    return catchThrowableOfType(GrammarException.class, () -> Grammar.ofSchema(quoted(schema)))
        .rule();
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }
}
