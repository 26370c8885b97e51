package dev.myelin.engine.text;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The marks of a model in a prompt: where they stand, and how text is kept from being taken for
/// one.
final class Marks {
  // In the order of their texts, each text once.
  private final Recipe.Control[] marks;
  private final char[][] texts;
  // Which is the longest other mark that one begins with; -1 for none.
  private final int[] shorter;
  private final BitSet firsts = new BitSet();

  Marks(List<Recipe.Control> controls) {
    TreeMap<String, Recipe.Control> ordered = new TreeMap<>();
    controls.forEach(each -> ordered.putIfAbsent(each.text(), each));
    this.marks = ordered.values().toArray(Recipe.Control[]::new);
    this.texts = new char[marks.length][];
    this.shorter = new int[marks.length];
    for (int i = 0; i < marks.length; i++) {
      String text = marks[i].text();
      int before = i - 1;
      while (before >= 0 && !text.startsWith(marks[before].text())) {
        before = shorter[before];
      }
      shorter[i] = before;
      texts[i] = text.toCharArray();
      firsts.set(texts[i][0]);
    }
  }

  /// Returns the text of a mark if it is no longer than one may be.
  static String checked(Refusal refusal, String text) throws ModelFileException {
    refusal.unless(
        text.length() <= TokenLimits.MARK,
        Rule.LENGTH,
        "length of a mark",
        text.length(),
        "<= " + TokenLimits.MARK);
    return text;
  }

  /// Returns the text with a shield before each place where a mark would be seen.
  String shielded(String text, char shield) {
    char[] letters = text.toCharArray();
    StringBuilder safe = new StringBuilder(text.length() + 8);
    for (int at = 0; at < letters.length; at++) {
      if (at(letters, at) != null) {
        safe.append(shield);
      }
      safe.append(letters[at]);
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
    char[] letters = prompt.toCharArray();
    List<Part> parts = new ArrayList<>();
    int from = 0;
    int at = 0;
    while (at < prompt.length()) {
      Recipe.Control found = at(letters, at);
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

  /// Returns the longest mark that stands there, or null.
  private Recipe.@Nullable Control at(char[] text, int at) {
    int found = firsts.get(text[at]) ? last(text, at) : -1;
    if (found < 0) {
      return null;
    }
    // Whatever stands there is that last one or something it begins with.
    char[] near = texts[found];
    int same = Arrays.mismatch(near, 0, near.length, text, at, text.length);
    while (found >= 0 && same >= 0 && texts[found].length > same) {
      found = shorter[found];
    }
    return found < 0 ? null : marks[found];
  }

  /// Returns the last of the marks that are not behind the text in their order, or -1.
  private int last(char[] text, int at) {
    int low = 0;
    int high = marks.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      char[] mark = texts[middle];
      boolean behind = Arrays.compare(mark, 0, mark.length, text, at, text.length) > 0;
      low = behind ? low : middle + 1;
      high = behind ? middle : high;
    }
    return low - 1;
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
