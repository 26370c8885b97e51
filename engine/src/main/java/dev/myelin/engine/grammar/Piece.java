package dev.myelin.engine.grammar;

import java.util.List;

/// A part of a grammar: what texts it matches.
sealed interface Piece {
  /// The empty text.
  Piece EMPTY = new Sequence(List.of());

  /// One character of a set.
  record Characters(CharacterSet set) implements Piece {}

  /// Some parts, one after the other.
  record Sequence(List<Piece> parts) implements Piece {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /// One of some parts.
  record Choice(List<Piece> parts) implements Piece {
    public Choice {
      parts = List.copyOf(parts);
    }
  }

  /// A part several times.
  ///
  /// @param most negative for any number
  record Repeat(Piece part, int least, int most) implements Piece {}

  /// What the rule of that name matches.
  record Call(String rule) implements Piece {}

  static Piece text(String text) {
    return new Sequence(
        text.codePoints().<Piece>mapToObj(c -> new Characters(CharacterSet.of(c, c))).toList());
  }

  static Piece any(String characters) {
    return new Characters(CharacterSet.of(characters));
  }

  static Piece sequence(Piece... parts) {
    return new Sequence(List.of(parts));
  }

  static Piece choice(Piece... parts) {
    return new Choice(List.of(parts));
  }

  static Piece optional(Piece part) {
    return new Repeat(part, 0, 1);
  }

  static Piece repeat(Piece part, int least, int most) {
    return new Repeat(part, least, most);
  }

  static Piece call(String rule) {
    return new Call(rule);
  }
}
