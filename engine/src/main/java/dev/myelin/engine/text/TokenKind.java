package dev.myelin.engine.text;

/// What a token of a vocabulary is for.
enum TokenKind {
  /// A piece of text.
  TEXT,
  /// A word that is taken whole wherever it stands in a text.
  WORD,
  /// One byte of a character that has no piece of its own.
  BYTE,
  /// A mark for the model, no text.
  CONTROL,
  /// A number without a token, or one never used.
  NONE
}
