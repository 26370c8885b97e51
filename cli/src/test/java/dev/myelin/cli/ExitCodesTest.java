package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ExitCodesTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new PeerException.Unreachable("x", null), 69),
        Arguments.of(new PeerException.Unrecognised("x"), 76),
        Arguments.of(new PeerException.Refused("x"), 77),
        Arguments.of(new PeerException.Malformed("asoc", 0, "x"), 76),
        Arguments.of(new PeerException.TimedOut("x"), 75),
        Arguments.of(new PeerException.Closed("x", false, null), 75),
        Arguments.of(new PeerException.Faulted(1, "x"), 70),
        Arguments.of(new PeerException.Overloaded("x", null), 75),
        Arguments.of(new PoolExhaustedException("x"), 75),
        Arguments.of(new NoSuchFileException("x"), 66),
        Arguments.of(new BindException("x"), 71),
        Arguments.of(new IOException("x"), 74),
        Arguments.of(new IllegalArgumentException("x"), 64),
        Arguments.of(new InterruptedException(), 130),
        Arguments.of(new CommandException(65, "x"), 65),
        Arguments.of(new IllegalStateException("x"), 70));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureHasItsCodeAndEveryCodeAMeaning(Throwable failure, int code) {
    assertThat(ExitCodes.of(failure)).isEqualTo(code);
    assertThat(ExitCodes.meanings()).containsKey(code);
  }
}
