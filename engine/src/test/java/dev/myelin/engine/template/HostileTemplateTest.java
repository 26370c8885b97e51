package dev.myelin.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates that want more than they may have.
// On a thread of their own: what never ends hears no interrupt.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTemplateTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(99) %}"
            + "{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}"
            + "{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{{ 'a' * 9999999999 }}",
        "{{ range(999999999) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x=1) %}{% for i in range(9999) %}"
            + "{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=1) %}{% for i in range(9999) %}"
            + "{% set ns.x = {'a': ns.x} %}{% endfor %}{{ ns.x|tojson }}",
        "{% set ns = namespace(x=1, y=1) %}{% for i in range(9999) %}"
            + "{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set a = 'a' * 4000000 %}{% for i in range(999) %}{{ a.count(a) }}{% endfor %}",
        "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
        "{% set a = 'a' * 1000000 %}{{ (a ~ 'b') in a }}",
        "{{ ('a' * 1000000)|list|join('b' * 1000) }}",
        "{% set a = '▁' * 4000000 %}{% for i in range(99999) %}{{ a|length }}{% endfor %}",
        "{% set a = 'a' * 4000000 %}{% for i in range(99999) %}{{ a is lower }}{% endfor %}",
        "{% set a = 'a' * 4000000 %}{% for i in range(99999) %}{{ a|int }}{% endfor %}",
        "{% set a = '\\n' * 8000000 %}{{ a.splitlines()|length }}",
        "{% set ns = namespace(s=['a' * 100000]) %}{% for i in range(19) %}"
            + "{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=range(99999)) %}{% for i in range(3) %}"
            + "{% set ns.s = ns.s + ns.s %}{% endfor %}{% for i in range(60) %}"
            + "{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s|tojson(indent=64) }}"
      })
  void whatGrowsOrNeverEndsIsEnded(String source) {
    refused(source, Reason.EXCESS);
  }

  @Test
  void whatNestsTooDeepIsRefused() {
    refused("{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}", Reason.EXCESS);
    refused("{{ " + "not ".repeat(5000) + "1 }}", Reason.EXCESS);
    refused("{{ " + "-".repeat(5000) + "1 }}", Reason.EXCESS);
    refused("{{ 1" + " + 1".repeat(5000) + " }}", Reason.EXCESS);
    refused("{{ 1" + " or 1".repeat(5000) + " }}", Reason.EXCESS);
    refused("{{ a" + ".a".repeat(5000) + " }}", Reason.EXCESS);
    refused("{{ a" + "|trim".repeat(5000) + " }}", Reason.EXCESS);
    refused("{{ 1" + " if 1 else 1".repeat(5000) + " }}", Reason.EXCESS);
    refused("{{ " + "[".repeat(5000) + " }}", Reason.EXCESS);
    refused("{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000), Reason.EXCESS);
    refused("a".repeat(1 << 19), Reason.EXCESS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include '/etc/passwd' %}",
        "{% import 'a' as a %}",
        "{% extends 'a' %}",
        "{{ ''.getClass() }}",
        "{{ 'a'.format(1) }}",
        "{{ 1|attr('a') }}",
        "{% if %}",
        "{{ 'a",
        "{{ 1 + }}",
        "{% for %}",
        "{% endif %}",
        "{{ 99999999999999999999 }}"
      })
  void whatIsNotOfTheLanguageIsRefused(String source) {
    refused(source, Reason.SYNTAX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.__class__.__mro__ }}",
        "{{ [].__class__() }}",
        "{{ messages.__init__.__globals__ }}",
        "{{ nothing.name }}",
        "{{ nothing() }}",
        "{{ 'a' + 1 }}",
        "{{ 1 // 0 }}",
        "{{ 1 / 0 }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ -(0 - 9223372036854775807 - 1) }}",
        "{{ (0 - 9223372036854775807 - 1) // -1 }}",
        "{{ (0 - 9223372036854775807 - 1)|abs }}",
        "{{ 2 ** 64 }}",
        "{{ 2 ** 1099511627776 }}",
        "{{ 10.0 ** 400 }}",
        "{{ 0 ** -1 }}",
        "{{ (-8) ** 0.5 }}",
        "{{ 5 % 0.0 }}",
        "{{ 1e30|int }}",
        "{{ 'a'.find([]) }}",
        "{{ 'a'.removeprefix([]) }}",
        "{{ none + 'a' }}",
        "{{ 1 in 2 }}",
        "{% for a in 1 %}{% endfor %}",
        "{% for a, b in [1] %}{% endfor %}",
        "{% set x.y = 1 %}",
        "{{ [1][::0] }}",
        "{{ {[]: 1} }}",
        "{{ strftime_now('%d') }}"
      })
  void whatIsNotThereIsRefused(String source) {
    refused(source, Reason.VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ {'a': 1}[x] }}",
        "{{ {x: 1} }}",
        "{{ {'a': 1}.get(x) }}",
        "{{ x in {'a': 1} }}",
        "{{ [1][x].y }}",
        "{{ 'a'[x].y }}",
        "{{ {'a': 1}[namespace()] }}"
      })
  void onlyPlainValuesAreKeys(String source) {
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    refused(source, Map.of("x", itself), Reason.VALUE);
    Map<Object, Object> within = new HashMap<>();
    within.put("x", List.of(within));
    refused(source, Map.of("x", within), Reason.VALUE);
    List<Object> wide = List.of();
    for (int i = 0; i < 60; i++) {
      wide = List.of(wide, wide);
    }
    refused(source, Map.of("x", wide), Reason.VALUE);
  }

  @Test
  void mapsOfMapsAreBounded() {
    String names = "'map', ".repeat(20_000);
    refused("{{ 'a'|map(" + names + "'upper')|list }}", Reason.EXCESS);
    assertThat(render("{{ ['ab']|map('map', 'upper')|first|join }}")).isEqualTo("AB");
  }

  @Test
  void aLoopWithoutABodyTakesSteps() {
    String loops = "{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}";
    assertThatThrownBy(() -> render("{% set r = range(99999) %}" + loops))
        .isInstanceOf(TemplateFailure.class)
        .hasMessageStartingWith("steps: more");
  }

  @Test
  void macrosThatNestWhileTheyRunAreBounded() {
    String deep = "{% if 1 %}{{ " + "[".repeat(80) + "m()" + "]".repeat(80) + " }}";
    String source = "{% macro m() %}" + deep + "{% endif %}{% endmacro %}{{ m() }}";
    assertThatThrownBy(() -> render(source))
        .isInstanceOf(TemplateFailure.class)
        .hasMessageStartingWith("nesting: deeper while it runs");
  }

  @Test
  void whatItRaisesIsHandedOn() {
    assertThatThrownBy(() -> render("{{ raise_exception('roles') }}"))
        .isInstanceOf(TemplateFailure.class)
        .hasMessage("roles");
  }

  private static void refused(String source, Reason reason) {
    refused(source, Map.of("messages", List.of()), reason);
  }

  private static void refused(String source, Map<String, Object> values, Reason reason) {
    assertThatThrownBy(() -> Template.parse(source).render(values))
        .as(source.substring(0, Math.min(60, source.length())))
        .isInstanceOfSatisfying(
            TemplateFailure.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static String render(String source) {
    return Template.parse(source).render(Map.of("messages", List.of()));
  }
}
