package dev.myelin.engine.text;

/// What Unicode calls white space, which is not what Java does.
final class Whitespace {
  private Whitespace() {}

  static boolean is(char letter) {
    return (letter >= '\t' && letter <= '\r')
        || letter == ' '
        || letter == '\u0085'
        || letter == '\u00a0'
        || letter == '\u1680'
        || (letter >= '\u2000' && letter <= '\u200a')
        || letter == '\u2028'
        || letter == '\u2029'
        || letter == '\u202f'
        || letter == '\u205f'
        || letter == '\u3000';
  }
}
