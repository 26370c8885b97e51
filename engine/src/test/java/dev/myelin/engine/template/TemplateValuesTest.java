package dev.myelin.engine.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Values as Python has them; each line was tried with Jinja.
class TemplateValuesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          2 ** 0.0                    ; 1.0
          2 ** -1                     ; 0.5
          2 ** 62                     ; 4611686018427387904
          (-1) ** 1025                ; -1
          (-1) ** 1099511627776       ; 1
          0 ** 0                      ; 1
          0 ** 9999                   ; 0
          1.0 ** 5                    ; 1.0
          7 // 0.1                    ; 69.0
          -7 // 2.0                   ; -4.0
          -7 // 2                     ; -4
          5.5 % -3                    ; -0.5
          -5.5 % 3                    ; 0.5
          -7 % 3                      ; 2
          6.0 % -3                    ; -0.0
          9007199254740993 == 9007199254740992 ; False
          9007199254740993 > 9007199254740992  ; True
          1 == 1.0                    ; True
          -true                       ; -1
          -5|abs                      ; 5
          '3.7'|int                   ; 3
          ' 12 '|int                  ; 12
          'x'|int                     ; 0
          'x'|int(7)                  ; 7
          none|int                    ; 0
          -3.7|int                    ; -3
          9007199254740993|int        ; 9007199254740993
          'x'|float                   ; 0.0
          range(9223372036854775800, 9223372036854775807, 5)|last ; 9223372036854775805
          range(-9223372036854775806, -9223372036854775807, -5)|last; -9223372036854775806
          {none: 1, true: 2, 3: 4}|tojson ; {"null": 1, "true": 2, "3": 4}
          {'a': 1}[nothing] is defined    ; False
          nothing in {'a': 1}             ; False
          {none: 1}[none]                 ; 1
          ['a', [], {}, {1: "b'"}, none]  ; ['a', [], {}, {1: "b'"}, None]
          """)
  void areThoseOfPython(String expression, String expected) {
    assertThat(Template.parse("{{ " + expression + " }}").render(Map.of())).isEqualTo(expected);
  }
}
