package dev.myelin.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that sends messages.
final class MessageArguments {
  private static final double NANOS = 1e9;

  @Option(
      names = "--data",
      order = 1,
      paramLabel = "TEXT",
      description = "Send this text. Repeatable: each is one part of the same message.")
  private List<String> texts = List.of();

  @Option(
      names = "--file",
      order = 2,
      paramLabel = "FILE",
      description =
          "Send this file, a message of its own: the tensors of .npy and .safetensors one by one,"
              + " any other as its bytes. Repeatable.")
  private List<String> files = List.of();

  @Option(
      names = "--rate",
      order = 4,
      paramLabel = "N",
      description = "Send so many messages each second, for ever without --count.")
  private @Nullable Double rate;

  @Option(
      names = "--interval",
      order = 5,
      paramLabel = "SECONDS",
      converter = Converters.Seconds.class,
      description = "Send a message every so often, for ever without --count.")
  private @Nullable Duration interval;

  /// Returns whether there is something to send, other than standard input.
  boolean given() {
    return !texts.isEmpty() || !files.isEmpty();
  }

  /// Opens what is to be sent: what was given, again and again, or else each line of standard
  /// input.
  ///
  /// @param count how many messages; null for all there are, or for ever where they are paced
  MessageSource open(RootCommand root, @Nullable Long count) throws IOException {
    long pauseNanos = pauseNanos();
    if (!given()) {
      long most = count == null ? Long.MAX_VALUE : count;
      return MessageSource.lines(root.shell().in(), most, pauseNanos);
    }
    return MessageSource.of(texts, files, count, pauseNanos);
  }

  /// Returns whether messages go at a pace instead of at once.
  boolean paced() {
    return rate != null || interval != null;
  }

  private long pauseNanos() {
    if (rate != null && interval != null) {
      throw new CommandException(
          ExitCodes.USAGE, "--rate: given beside --interval (expected: one of the two)");
    }
    if (interval != null) {
      return interval.toNanos();
    }
    if (rate == null) {
      return 0;
    }
    if (!(rate > 0) || rate > NANOS) {
      throw new CommandException(
          ExitCodes.USAGE, "--rate: " + rate + " (expected: > 0 and <= 1000000000)");
    }
    return Math.round(NANOS / rate);
  }
}
