package dev.myelin.cli;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What is measured of a model, as arguments.
final class ModelBenchArguments {
  private static final List<Integer> PREFILL = List.of(128, 512);
  private static final List<Integer> DECODE = List.of(64);

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "For prefill and decode: a file, a folder or a name as for 'run'.")
  private @Nullable String model;

  @Option(
      names = "--tokens",
      paramLabel = "N,…",
      split = ",",
      description = "How many tokens a pass has (default: 128,512 for prefill, 64 for decode).")
  private List<Integer> tokens = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many threads compute, on both sides (default: one for each processor).")
  private @Nullable Integer threads;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      description = "For how long a case of ours runs before it is timed (default: 3s).")
  private @Nullable Duration warmUp;

  boolean isGiven() {
    return model != null;
  }

  /// Refuses what means nothing without a model.
  void requireNone() {
    String stray =
        !tokens.isEmpty()
            ? "--tokens"
            : threads != null ? "--threads" : warmUp != null ? "--warm-up" : "";
    if (!stray.isEmpty()) {
      throw new CommandException(
          ExitCodes.USAGE, stray + ": without --model (expected: a model, which it is for)");
    }
  }

  String model() {
    if (model == null) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--model: none (expected: a model, since prefill and decode measure one)");
    }
    return model;
  }

  List<Integer> tokens(BenchCase what) {
    if (!tokens.isEmpty()) {
      return tokens;
    }
    return what == BenchCase.PREFILL ? PREFILL : DECODE;
  }

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  Duration warmUp() {
    return warmUp == null ? Duration.ofSeconds(3) : warmUp;
  }

  void check() {
    tokens.forEach(each -> require("--tokens", each));
    require("--threads", threads());
  }

  private static void require(String option, int value) {
    if (value < 1) {
      throw new CommandException(ExitCodes.USAGE, option + ": " + value + " (expected: >= 1)");
    }
  }
}
