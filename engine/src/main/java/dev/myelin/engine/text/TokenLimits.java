package dev.myelin.engine.text;

/// What a file may say of its tokens, and a caller may ask to be cut, before we say no.
final class TokenLimits {
  /// Bytes of a `tokenizer.json`.
  static final long FILE = 1L << 26;

  /// Bytes of the other files beside it.
  static final long SMALL_FILE = 1L << 22;

  /// Tokens of a vocabulary.
  static final int TOKENS = 1 << 20;

  /// Merges of pieces.
  static final int MERGES = 1 << 21;

  /// Characters of a token.
  static final int NAME = 1 << 12;

  /// Characters of all tokens, and of all merges.
  static final long NAMES = 1L << 26;

  /// Marks and words that are taken whole.
  static final int WORDS = 1 << 16;

  /// Characters of a mark.
  static final int MARK = 1 << 8;

  /// Characters that are looked at to find the ways to cut pieces in two.
  static final long CUTS = 1L << 28;

  /// Parts of a list of steps.
  static final int STEPS = 32;

  /// Characters of a text. The library's search gives up, and ends the process, when it has tried
  /// ten million ways; a text of spaces alone needs one for each.
  static final int TEXT = 1 << 21;

  private TokenLimits() {}
}
