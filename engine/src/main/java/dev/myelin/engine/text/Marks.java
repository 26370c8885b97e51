package dev.myelin.engine.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The marks of a model in a prompt: where they stand, and how text is kept from being taken for
/// one.
final class Marks {
  private final Map<Character, List<Recipe.Control>> byFirst = new HashMap<>();

  Marks(List<Recipe.Control> controls) {
    for (Recipe.Control each : controls) {
      byFirst.computeIfAbsent(each.text().charAt(0), _ -> new ArrayList<>()).add(each);
    }
    for (List<Recipe.Control> each : byFirst.values()) {
      each.sort(
          Comparator.comparingInt((Recipe.Control control) -> control.text().length()).reversed());
    }
  }

  /// Returns the text with a shield before each place where a mark would be seen.
  String shielded(String text, char shield) {
    StringBuilder safe = new StringBuilder(text.length() + 8);
    for (int at = 0; at < text.length(); at++) {
      if (at(text, at) != null) {
        safe.append(shield);
      }
      safe.append(text.charAt(at));
    }
    return safe.toString();
  }

  /// Returns a character that stands in none of the texts.
  ///
  /// @throws IllegalArgumentException if every character that nobody needs is in use
  static char shieldFor(List<String> texts) {
    for (char each = '\ufdd0'; each <= '\ufdef'; each++) {
      char candidate = each;
      if (texts.stream().allMatch(text -> text.indexOf(candidate) < 0)) {
        return candidate;
      }
    }
    throw new IllegalArgumentException(
        "text: all noncharacters from U+FDD0 to U+FDEF (expected: one at least unused)");
  }

  /// Returns the parts of a prompt in order: text, and marks that no shield stands before.
  List<Part> parts(String prompt, char shield) {
    List<Part> parts = new ArrayList<>();
    int from = 0;
    int at = 0;
    while (at < prompt.length()) {
      Recipe.Control found = at(prompt, at);
      boolean shielded = at > 0 && prompt.charAt(at - 1) == shield;
      if (found == null || shielded || !standsAlone(prompt, at, found)) {
        at++;
        continue;
      }
      int start = found.trim().left() ? skipBack(prompt, at, from) : at;
      int end = at + found.text().length();
      end = found.trim().right() ? skip(prompt, end) : end;
      addText(parts, prompt.substring(from, start), shield);
      parts.add(new Part("", found));
      from = end;
      at = end;
    }
    addText(parts, prompt.substring(from), shield);
    return parts;
  }

  private static void addText(List<Part> parts, String text, char shield) {
    String bare = text.replace(String.valueOf(shield), "");
    if (!bare.isEmpty()) {
      parts.add(new Part(bare, null));
    }
  }

  private Recipe.@Nullable Control at(String text, int at) {
    for (Recipe.Control each : byFirst.getOrDefault(text.charAt(at), List.of())) {
      if (text.startsWith(each.text(), at)) {
        return each;
      }
    }
    return null;
  }

  private static boolean standsAlone(String text, int at, Recipe.Control mark) {
    int end = at + mark.text().length();
    boolean before = at > 0 && isWord(text.codePointBefore(at));
    boolean after = end < text.length() && isWord(text.codePointAt(end));
    return !mark.trim().alone() || !(before || after);
  }

  private static boolean isWord(int letter) {
    return Character.isLetterOrDigit(letter) || letter == '_';
  }

  private static int skipBack(String text, int at, int least) {
    int start = at;
    while (start > least && Whitespace.is(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int skip(String text, int at) {
    int end = at;
    while (end < text.length() && Whitespace.is(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /// A part of a prompt: a mark, or text.
  record Part(String text, Recipe.@Nullable Control mark) {}
}
