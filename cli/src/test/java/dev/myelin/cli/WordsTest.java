package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class WordsTest {
  @Test
  void bytesAreInPowersOfAThousand() {
    assertThat(Words.bytes(999)).isEqualTo("999 B");
    assertThat(Words.bytes(1_500)).isEqualTo("1.5 kB");
    assertThat(Words.bytes(999_999)).isEqualTo("1.0 MB");
    assertThat(Words.bytes(67_108_864)).isEqualTo("67.1 MB");
  }

  @Test
  void timesAreInTheUnitThatFits() {
    assertThat(Words.time(Duration.ofNanos(12_345))).isEqualTo("12 us");
    assertThat(Words.time(Duration.ofMillis(12))).isEqualTo("12 ms");
    assertThat(Words.time(Duration.ofMillis(3_420))).isEqualTo("3.42 s");
    assertThat(Words.time(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
  }

  @Test
  void namesOfPeersDoNotSteerTheTerminal() {
    assertThat(Words.plain("w\u001b[2J\r\u0007\n\tx")).isEqualTo("w?[2J??\n\tx");
    assertThat(Words.plain("a\u009b2J\u0085\u007f\u00a0é")).isEqualTo("a?2J??\u00a0é");
    assertThat(Json.line(Json.object("a", "\u009b2J\u007fé\\")))
        .isEqualTo("{\"a\":\"\\u009b2J\\u007fé\\\\\"}");
  }

  @Test
  void columnsStandUnderEachOther() {
    assertThat(Words.table(List.of(List.of("a", "b"), List.of("long", "c"))))
        .isEqualTo("a     b\nlong  c");
  }

  @Test
  void durationsAndSizesAreRead() {
    assertThat(Converters.duration("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Converters.duration("1.5s")).isEqualTo(Duration.ofMillis(1_500));
    assertThat(Converters.duration("2m")).isEqualTo(Duration.ofMinutes(2));
    assertThat(Converters.size("64k").bytes()).isEqualTo(65_536);
    assertThat(Converters.size("1GiB").bytes()).isEqualTo(1L << 30);
    assertThatThrownBy(() -> Converters.size("9999999999g"))
        .isInstanceOf(TypeConversionException.class);
    assertThatThrownBy(() -> Converters.duration("-1s"))
        .isInstanceOf(TypeConversionException.class);
  }
}
