package dev.myelin.engine.embed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// Cuts texts as BERT does: lower case without accents, words apart from punctuation, and of each
/// word the longest pieces that the vocabulary has. What looks like a control token is text.
final class WordPieces {
  private static final int LONGEST_WORD = 100;
  private static final int REPLACEMENT = 0xfffd;

  private final Map<String, Integer> vocabulary;
  private final int unknown;

  private WordPieces(Map<String, Integer> vocabulary) throws IOException {
    this.vocabulary = vocabulary;
    this.unknown = id("[UNK]");
  }

  /// Reads the vocabulary of a `tokenizer.json`.
  static WordPieces read(InputStream json) throws IOException {
    JsonNode entries = new ObjectMapper().readTree(json).path("model").path("vocab");
    Map<String, Integer> vocabulary = HashMap.newHashMap(entries.size());
    entries.properties().forEach(entry -> vocabulary.put(entry.getKey(), entry.getValue().asInt()));
    return new WordPieces(vocabulary);
  }

  /// Returns the number of a piece that the vocabulary must have.
  int id(String piece) throws IOException {
    Integer found = vocabulary.get(piece);
    if (found == null) {
      throw new IOException("vocabulary: no " + piece + " (expected: one of BERT)");
    }
    return found;
  }

  /// Returns the pieces of a text, without what frames it.
  int[] cut(String text) {
    IntStream.Builder pieces = IntStream.builder();
    StringBuilder word = new StringBuilder();
    plain(text)
        .codePoints()
        .forEach(
            c -> {
              boolean alone = isPunctuation(c) || isIdeograph(c);
              if (alone || c == ' ') {
                addWord(word, pieces);
              }
              if (c != ' ') {
                word.appendCodePoint(c);
              }
              if (alone) {
                addWord(word, pieces);
              }
            });
    addWord(word, pieces);
    return pieces.build().toArray();
  }

  private static String plain(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .filter(c -> isBlank(c) || !(c == 0 || c == REPLACEMENT || isControl(c)))
        .forEach(c -> clean.appendCodePoint(isBlank(c) ? ' ' : c));
    StringBuilder plain = new StringBuilder(clean.length());
    Normalizer.normalize(clean, Normalizer.Form.NFD)
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(c -> plain.appendCodePoint(Character.toLowerCase(c)));
    return plain.toString();
  }

  private void addWord(StringBuilder word, IntStream.Builder pieces) {
    if (!word.isEmpty()) {
      addPieces(word.toString(), pieces);
      word.setLength(0);
    }
  }

  private void addPieces(String word, IntStream.Builder pieces) {
    if (word.codePointCount(0, word.length()) > LONGEST_WORD) {
      pieces.add(unknown);
      return;
    }
    int[] found = new int[word.length()];
    int count = 0;
    for (int from = 0; from < word.length(); ) {
      int to = word.length();
      Integer id = null;
      while (to > from) {
        id = vocabulary.get((from > 0 ? "##" : "") + word.substring(from, to));
        if (id != null) {
          break;
        }
        to = word.offsetByCodePoints(to, -1);
      }
      if (id == null) {
        pieces.add(unknown);
        return;
      }
      found[count++] = id;
      from = to;
    }
    for (int i = 0; i < count; i++) {
      pieces.add(found[i]);
    }
  }

  private static boolean isBlank(int c) {
    return (Character.isWhitespace(c) && !(c >= 0x1c && c <= 0x1f))
        || Character.isSpaceChar(c)
        || c == 0x85;
  }

  private static boolean isControl(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> false;
    };
  }

  private static boolean isPunctuation(int c) {
    boolean ascii =
        (c >= '!' && c <= '/')
            || (c >= ':' && c <= '@')
            || (c >= '[' && c <= '`')
            || (c >= '{' && c <= '~');
    return ascii
        || switch (Character.getType(c)) {
          case Character.CONNECTOR_PUNCTUATION,
              Character.DASH_PUNCTUATION,
              Character.START_PUNCTUATION,
              Character.END_PUNCTUATION,
              Character.INITIAL_QUOTE_PUNCTUATION,
              Character.FINAL_QUOTE_PUNCTUATION,
              Character.OTHER_PUNCTUATION ->
              true;
          default -> false;
        };
  }

  private static boolean isIdeograph(int c) {
    return (c >= 0x4e00 && c <= 0x9fff)
        || (c >= 0x3400 && c <= 0x4dbf)
        || (c >= 0x20000 && c <= 0x2a6df)
        || (c >= 0x2a700 && c <= 0x2b81f)
        || (c >= 0x2b920 && c <= 0x2ceaf)
        || (c >= 0xf900 && c <= 0xfaff)
        || (c >= 0x2f800 && c <= 0x2fa1f);
  }
}
