package dev.myelin.engine.grammar;

import static dev.myelin.engine.grammar.Piece.any;
import static dev.myelin.engine.grammar.Piece.sequence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/// Strings that are none of some names, without escapes.
final class OtherNames {
  private final TreeMap<Integer, OtherNames> next = new TreeMap<>();
  private boolean isName;

  private OtherNames() {}

  static Piece than(Collection<String> names) {
    OtherNames tree = new OtherNames();
    for (String name : names) {
      OtherNames at = tree;
      for (int character : name.codePoints().toArray()) {
        at = at.next.computeIfAbsent(character, _ -> new OtherNames());
      }
      at.isName = true;
    }
    return JsonRules.quoted(tree.others());
  }

  private Piece others() {
    List<CharacterSet.Range> begun = new ArrayList<>();
    List<Piece> ways = new ArrayList<>();
    for (var entry : next.entrySet()) {
      int character = entry.getKey();
      begun.add(new CharacterSet.Range(character, character));
      if (JsonRules.PLAIN.contains(character)) {
        ways.add(sequence(any(Character.toString(character)), entry.getValue().others()));
      }
    }
    CharacterSet rest = JsonRules.PLAIN.without(new CharacterSet(begun));
    Piece plain = new Piece.Characters(JsonRules.PLAIN);
    ways.add(sequence(new Piece.Characters(rest), Piece.repeat(plain, 0, -1)));
    if (!isName) {
      ways.add(Piece.EMPTY);
    }
    return new Piece.Choice(ways);
  }
}
