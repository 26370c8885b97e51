package dev.myelin.engine.text;

/// Text without halves of characters, which the native library would misread.
final class WellFormed {
  private WellFormed() {}

  static boolean is(String text) {
    for (int at = 0; at < text.length(); at++) {
      if (Character.isSurrogate(text.charAt(at))) {
        if (!isPair(text, at)) {
          return false;
        }
        at++;
      }
    }
    return true;
  }

  /// Returns the text with every half of a character replaced.
  static String text(String text) {
    if (is(text)) {
      return text;
    }
    StringBuilder whole = new StringBuilder(text);
    for (int at = 0; at < whole.length(); at++) {
      if (isPair(text, at)) {
        at++;
      } else if (Character.isSurrogate(text.charAt(at))) {
        whole.setCharAt(at, '\ufffd');
      }
    }
    return whole.toString();
  }

  private static boolean isPair(String text, int at) {
    return at + 1 < text.length()
        && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
  }
}
