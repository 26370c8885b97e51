package dev.myelin.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which rules have a trait that a whole has because its parts do: of a sequence all, of a choice
/// one. What may be left out has it in any case.
///
/// Each part waits for those it is made of, so that the work grows with the rules and no faster.
final class Trait {
  private final Predicate<CharacterSet> ofCharacters;
  private final Set<String> rules = new HashSet<>();
  private final Map<String, List<Whole>> callers = new HashMap<>();
  private final Deque<Whole> found = new ArrayDeque<>();

  /// What is made of parts, and how many of them it still misses; a rule or a part of one.
  private static final class Whole {
    private final @Nullable Whole around;
    private final String rule;
    private int missing;

    Whole(@Nullable Whole around, String rule, int missing) {
      this.around = around;
      this.rule = rule;
      this.missing = missing;
    }
  }

  private Trait(Predicate<CharacterSet> ofCharacters) {
    this.ofCharacters = ofCharacters;
  }

  /// Returns the names of the rules that have it.
  ///
  /// @param ofCharacters whether one of these characters has it
  static Set<String> rules(Map<String, RuleSet.Entry> rules, Predicate<CharacterSet> ofCharacters) {
    Trait trait = new Trait(ofCharacters);
    rules.forEach((name, entry) -> trait.read(entry.piece(), new Whole(null, name, 1)));
    trait.spread();
    return trait.rules;
  }

  private void read(Piece piece, Whole around) {
    switch (piece) {
      case Piece.Characters(CharacterSet set) -> {
        if (ofCharacters.test(set)) {
          tell(around);
        }
      }
      case Piece.Sequence(var parts) -> {
        Whole all = new Whole(around, around.rule, parts.size());
        parts.forEach(part -> read(part, all));
        if (parts.isEmpty()) {
          tell(around);
        }
      }
      case Piece.Choice(var parts) -> {
        Whole one = new Whole(around, around.rule, 1);
        parts.forEach(part -> read(part, one));
      }
      case Piece.Repeat(Piece part, int least, int _) -> {
        if (least == 0) {
          tell(around);
        } else {
          read(part, around);
        }
      }
      case Piece.Call(String rule) ->
          callers.computeIfAbsent(rule, _ -> new ArrayList<>()).add(around);
    }
  }

  private void tell(Whole whole) {
    if (--whole.missing == 0) {
      found.add(whole);
    }
  }

  private void spread() {
    for (Whole each = found.poll(); each != null; each = found.poll()) {
      if (each.around != null) {
        tell(each.around);
      } else {
        rules.add(each.rule);
        callers.getOrDefault(each.rule, List.of()).forEach(this::tell);
      }
    }
  }
}
