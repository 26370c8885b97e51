package dev.myelin.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/// What a model said, and how fast.
///
/// @param first from the prompt to the first token, or to where it was stopped before that
/// @param rest from the first token to the last
record Answer(String text, int promptTokens, int tokens, Duration first, Duration rest, Stop stop) {
  /// Why it ended.
  enum Stop {
    /// The model ended it.
    END,
    /// It has as many tokens as were allowed.
    LENGTH,
    /// There is no more room in the context.
    CONTEXT,
    /// Somebody stopped it.
    INTERRUPTED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Returns whether it was stopped before it began.
  boolean isNone() {
    return stop == Stop.INTERRUPTED && tokens == 0;
  }

  double tokensPerSecond() {
    return tokens > 1 ? (tokens - 1) * 1e9 / Math.max(1, rest.toNanos()) : 0;
  }

  Map<String, Object> json() {
    return Json.object(
        "text",
        text,
        "prompt_tokens",
        promptTokens,
        "tokens",
        tokens,
        "ttft_ms",
        Math.round(first.toNanos() / 1e4) / 100.0,
        "tokens_per_s",
        Math.round(tokensPerSecond() * 100) / 100.0,
        "stop",
        stop.word());
  }

  String words() {
    if (isNone()) {
      return String.format(
          Locale.ROOT,
          "stopped after %s, in a prompt of %s",
          Words.time(first),
          Words.count(promptTokens, "token"));
    }
    String end =
        switch (stop) {
          case END -> "";
          case LENGTH -> "; cut at --max-tokens";
          case CONTEXT -> "; cut, the context is full (--context)";
          case INTERRUPTED -> "; stopped";
        };
    return String.format(
        Locale.ROOT,
        "%s%s; first after %s, %s before it%s",
        Words.count(tokens, "token"),
        tokens > 1 ? String.format(Locale.ROOT, ", %.1f tokens/s", tokensPerSecond()) : "",
        Words.time(first),
        Words.count(promptTokens, "token"),
        end);
  }
}
