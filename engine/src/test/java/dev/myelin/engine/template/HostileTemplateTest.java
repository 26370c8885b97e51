package dev.myelin.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates that want more than they may have.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
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
        "{{ ('a' * 1000000)|list|join('b' * 1000) }}"
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

  @Test
  void whatItRaisesIsHandedOn() {
    assertThatThrownBy(() -> render("{{ raise_exception('roles') }}"))
        .isInstanceOf(TemplateFailure.class)
        .hasMessage("roles");
  }

  private static void refused(String source, Reason reason) {
    assertThatThrownBy(() -> render(source))
        .as(source.substring(0, Math.min(60, source.length())))
        .isInstanceOfSatisfying(
            TemplateFailure.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static String render(String source) {
    return Template.parse(source).render(Map.of("messages", List.of()));
  }
}
