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
    CharacterSet rest = JsonRules.PLAIN;
    List<Piece> ways = new ArrayList<>();
    for (var entry : next.entrySet()) {
      String character = Character.toString(entry.getKey());
      rest = rest.without(CharacterSet.of(character));
      if (JsonRules.PLAIN.contains(entry.getKey())) {
        ways.add(sequence(any(character), entry.getValue().others()));
      }
    }
    Piece plain = new Piece.Characters(JsonRules.PLAIN);
    ways.add(sequence(new Piece.Characters(rest), Piece.repeat(plain, 0, -1)));
    if (!isName) {
      ways.add(Piece.EMPTY);
    }
    return new Piece.Choice(ways);
  }
}
