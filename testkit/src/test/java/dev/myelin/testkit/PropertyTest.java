package dev.myelin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertyTest {
  @Test
  void runsEveryTrial() {
    List<Long> drawn = new ArrayList<>();
    Property.check(20, random -> drawn.add(random.nextLong()));
    assertThat(drawn).doesNotHaveDuplicates().isNotEmpty();
  }

  @Test
  void tellsTheSeedThatFails() {
    assertThatThrownBy(
            () ->
                Property.check(
                    5,
                    random -> {
                      throw new IllegalStateException("bad");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dmyelin.seed=")
        .hasRootCauseMessage("bad");
  }
}
