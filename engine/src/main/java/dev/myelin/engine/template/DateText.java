package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// A day as Python's `strftime` writes it; of the hour nothing is known, so it is midnight.
final class DateText {
  private static final int LONGEST = 256;

  private DateText() {}

  static String of(LocalDate day, String pattern) {
    if (pattern.length() > LONGEST) {
      throw new TemplateFailure(
          Reason.EXCESS,
          "strftime_now: " + pattern.length() + " characters (expected: <= " + LONGEST + ")");
    }
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < pattern.length(); at++) {
      char each = pattern.charAt(at);
      boolean field = each == '%' && at + 1 < pattern.length();
      text.append(field ? field(day, pattern.charAt(++at)) : String.valueOf(each));
    }
    return text.toString();
  }

  private static String field(LocalDate day, char kind) {
    return switch (kind) {
      case 'Y' -> written(day, "uuuu");
      case 'y' -> written(day, "uu");
      case 'm' -> written(day, "MM");
      case 'd' -> written(day, "dd");
      case 'b', 'h' -> written(day, "MMM");
      case 'B' -> written(day, "MMMM");
      case 'a' -> written(day, "EEE");
      case 'A' -> written(day, "EEEE");
      case 'j' -> written(day, "DDD");
      case 'F' -> written(day, "uuuu-MM-dd");
      case 'H', 'M', 'S' -> "00";
      case '%' -> "%";
      default ->
          throw new TemplateFailure(
              Reason.SYNTAX, "strftime_now: '%" + kind + "' (expected: a part of a day)");
    };
  }

  private static String written(LocalDate day, String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(day);
  }
}
