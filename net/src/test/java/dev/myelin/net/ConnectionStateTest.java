package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.Connection.State;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionStateTest {
  /// The drawing of the class comment, arrow by arrow.
  private static final Set<String> ARROWS =
      Set.of(
          "HANDSHAKING OPEN",
          "HANDSHAKING CLOSED",
          "OPEN DRAINING",
          "OPEN CLOSED",
          "DRAINING CLOSED");

  static Stream<Arguments> everyPair() {
    return Arrays.stream(State.values())
        .flatMap(from -> Arrays.stream(State.values()).map(next -> Arguments.of(from, next)));
  }

  @ParameterizedTest
  @MethodSource("everyPair")
  void movesOnlyAlongTheArrows(State from, State next) {
    if (ARROWS.contains(from + " " + next)) {
      assertThat(ConnectionMoves.next(from, next)).isEqualTo(next);
    } else {
      assertThatThrownBy(() -> ConnectionMoves.next(from, next))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(from.name())
          .hasMessageContaining(next.name());
    }
  }

  @Test
  void knowsEveryState() {
    assertThat(ConnectionMoves.MOVES.keySet()).isEqualTo(EnumSet.allOf(State.class));
  }
}
