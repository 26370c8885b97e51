package dev.myelin.cli;

import dev.myelin.engine.sample.SamplingOptions;
import java.security.SecureRandom;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How the next token is chosen, as arguments.
final class SamplingArguments {
  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 for the most likely token, 1 as the model has it (default: 0.6).")
  private double temperature = 0.6;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Choose among so many of the likeliest; 0 for all (default: 40).")
  private int topK = 40;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Choose among those that have this share together (default: 0.95).")
  private double topP = 0.95;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Choose among those with this share of the likeliest's (default: 0).")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "X",
      description = "Make tokens of the last 64 less likely; 1 is none (default: 1).")
  private double repetition = 1;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description = "Taken off tokens that the answer has (default: 0).")
  private double presence;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description = "Taken off for each time that the answer has a token (default: 0).")
  private double frequency;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed gives the same answer (default: another each time).")
  private @Nullable Long seed;

  SamplingArguments() {}

  /// @throws IllegalArgumentException if a number is out of range
  SamplingOptions options() {
    SamplingOptions.Penalties none = SamplingOptions.Penalties.NONE;
    return new SamplingOptions(
        temperature,
        new SamplingOptions.Cut(topK, topP, minP),
        new SamplingOptions.Penalties(repetition, none.window(), presence, frequency),
        Map.of(),
        seed == null ? new SecureRandom().nextLong() : seed);
  }
}
