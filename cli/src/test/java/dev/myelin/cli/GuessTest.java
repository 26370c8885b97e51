package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class GuessTest {
  private static final List<String> WORDS = List.of("send", "demo", "receive", "--length");

  @Test
  void findsWhatWasMeant() {
    assertThat(Guess.nearest("sned", WORDS)).contains("send");
    assertThat(Guess.nearest("recieve", WORDS)).contains("receive");
    assertThat(Guess.nearest("--lenght", WORDS)).contains("--length");
  }

  @Test
  void doesNotGuessWildly() {
    assertThat(Guess.nearest("teleport", WORDS)).isEmpty();
  }

  @Test
  void countsASwapAsOneStep() {
    assertThat(Guess.distance("sned", "send")).isEqualTo(1);
    assertThat(Guess.distance("", "abc")).isEqualTo(3);
    assertThat(Guess.distance("kitten", "sitting")).isEqualTo(3);
  }
}
