package dev.myelin.cli;

import dev.myelin.net.log.Start;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The options of a command that reads a log instead of a socket.
final class ReplayArguments {
  private static final Pattern OFFSET = Pattern.compile("\\d{1,18}");
  private static final Pattern AGO = Pattern.compile("[\\d.]+(ms|s|m|h|d)");
  private static final long DAY_HOURS = 24;

  @Option(
      names = "--log",
      order = 8,
      paramLabel = "DIR",
      description =
          "Take messages out of this log instead of a socket, also while 'pub --log' adds to it:"
              + " what is kept, then what comes.")
  private @Nullable Path log;

  @Option(
      names = "--replay",
      order = 9,
      paramLabel = "FROM",
      description =
          "Where to begin in the log: 'first' (the default), 'end', an offset such as 1200, a time"
              + " such as 2026-11-22T10:00 or 2026-11-22T10:00:30Z, or how long ago: 90s, 10m, 2h,"
              + " 7d.")
  private @Nullable String from;

  /// Returns the log to read; empty if a socket shall be.
  Optional<LogFolder> log() {
    if (log == null && from != null) {
      throw new CommandException(
          ExitCodes.USAGE, "--replay: given without --log (expected: the log to read, --log DIR)");
    }
    return Optional.ofNullable(log).map(LogFolder::of);
  }

  /// Returns where to begin.
  Start start() {
    String text = from == null ? "first" : from.strip();
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "first" -> Start.oldest();
      case "end" -> Start.end();
      default -> OFFSET.matcher(text).matches() ? Start.at(Long.parseLong(text)) : at(text);
    };
  }

  private static Start at(String text) {
    try {
      if (text.endsWith("d") && AGO.matcher(text).matches()) {
        String days = text.substring(0, text.length() - 1);
        return ago(Converters.duration(days + "h").multipliedBy(DAY_HOURS));
      }
      if (AGO.matcher(text).matches()) {
        return ago(Converters.duration(text));
      }
      return Start.since(instant(text));
    } catch (TypeConversionException | DateTimeException | ArithmeticException e) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--replay: "
              + text
              + " (expected: first, end, an offset, a time such as 2026-11-22T10:00, or how long"
              + " ago, such as 10m)",
          e);
    }
  }

  private static Start ago(Duration time) {
    return Start.since(Instant.now().minus(time));
  }

  private static Instant instant(String text) {
    TemporalAccessor told =
        DateTimeFormatter.ofPattern("uuuu-MM-dd['T'HH:mm[:ss][.SSS][ZZZZZ]]", Locale.ROOT)
            .parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
    return switch (told) {
      case OffsetDateTime whole -> whole.toInstant();
      case LocalDateTime here -> here.atZone(ZoneId.systemDefault()).toInstant();
      case LocalDate day -> day.atStartOfDay(ZoneId.systemDefault()).toInstant();
      default -> throw new DateTimeException(text);
    };
  }
}
