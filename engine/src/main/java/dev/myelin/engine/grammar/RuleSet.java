package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules of a grammar by name, and what must hold of them before they can be run.
final class RuleSet {
  static final String ROOT = "root";
  static final int MOST = 5000;

  /// A rule and where it stands in its text; line 0 where it stands in none.
  record Entry(Piece piece, int line, int column) {}

  private final Map<String, Entry> rules = new LinkedHashMap<>();

  void add(String name, Entry entry) {
    if (rules.size() >= MOST) {
      throw new GrammarException(Rule.SIZE, "rules: more than " + MOST + " (expected: fewer)");
    }
    if (rules.putIfAbsent(name, entry) != null) {
      throw broken(Rule.DUPLICATE, entry, "rule: " + name + " stands twice (expected: once)");
    }
  }

  void add(String name, Piece piece) {
    add(name, new Entry(piece, 0, 0));
  }

  boolean has(String name) {
    return rules.containsKey(name);
  }

  Map<String, Entry> rules() {
    return rules;
  }

  /// @throws GrammarException if a rule is missing, calls itself first or never ends
  void check() {
    if (!rules.containsKey(ROOT)) {
      throw new GrammarException(
          Rule.UNDEFINED, "rule: no " + ROOT + " (expected: where to begin)");
    }
    rules.forEach((name, entry) -> requireDefined(entry, entry.piece()));
    Set<String> ending = Trait.rules(rules, set -> !set.isEmpty());
    for (Map.Entry<String, Entry> rule : rules.entrySet()) {
      if (!ending.contains(rule.getKey())) {
        String problem = "rule: " + rule.getKey() + " matches no text that ends";
        throw broken(Rule.ENDLESS, rule.getValue(), problem + " (expected: a way out)");
      }
    }
    requireNoLeftRecursion();
  }

  private void requireDefined(Entry entry, Piece piece) {
    switch (piece) {
      case Piece.Characters _ -> {}
      case Piece.Sequence(var parts) -> parts.forEach(part -> requireDefined(entry, part));
      case Piece.Choice(var parts) -> parts.forEach(part -> requireDefined(entry, part));
      case Piece.Repeat(Piece part, int _, int _) -> requireDefined(entry, part);
      case Piece.Call(String rule) -> {
        if (!rules.containsKey(rule)) {
          String problem = "rule: no " + GrammarException.shown(rule) + " (expected: a definition)";
          throw broken(Rule.UNDEFINED, entry, problem);
        }
      }
    }
  }

  /// Takes away, again and again, rules that no other rule begins with: a circle stays.
  private void requireNoLeftRecursion() {
    Set<String> nullable = Trait.rules(rules, _ -> false);
    Map<String, Set<String>> first = new HashMap<>();
    Map<String, Integer> callers = new HashMap<>();
    rules.forEach(
        (name, entry) -> {
          Set<String> called = new HashSet<>();
          first(entry.piece(), nullable, called);
          first.put(name, called);
          called.forEach(other -> callers.merge(other, 1, Integer::sum));
        });
    Deque<String> free = new ArrayDeque<>();
    rules.keySet().stream().filter(name -> !callers.containsKey(name)).forEach(free::add);
    Set<String> left = new HashSet<>(rules.keySet());
    for (String name = free.poll(); name != null; name = free.poll()) {
      left.remove(name);
      for (String other : first.getOrDefault(name, Set.of())) {
        if (callers.merge(other, -1, Integer::sum) == 0) {
          free.add(other);
        }
      }
    }
    String circle = inCircle(left, first);
    Entry entry = circle == null ? null : rules.get(circle);
    if (entry != null) {
      String problem = "rule: " + circle + " calls itself before it takes a character";
      throw broken(Rule.LEFT_RECURSION, entry, problem + " (expected: the call later, or a * )");
    }
  }

  /// Returns a rule of a circle: what is called long enough from a rule that is left.
  private @Nullable String inCircle(Set<String> left, Map<String, Set<String>> first) {
    // Whoever is left is in a circle or called from one; go back to callers.
    String at = rules.keySet().stream().filter(left::contains).findFirst().orElse(null);
    for (int i = 0; at != null && i < left.size(); i++) {
      String called = at;
      at =
          left.stream()
              .filter(name -> first.getOrDefault(name, Set.of()).contains(called))
              .findFirst()
              .orElse(at);
    }
    return at;
  }

  /// Adds the rules that the part may begin with; returns whether it may match the empty text.
  private static boolean first(Piece piece, Set<String> nullable, Set<String> found) {
    return switch (piece) {
      case Piece.Characters _ -> false;
      case Piece.Sequence(var parts) -> parts.stream().allMatch(p -> first(p, nullable, found));
      case Piece.Choice(var parts) -> {
        boolean any = false;
        for (Piece part : parts) {
          any |= first(part, nullable, found);
        }
        yield any;
      }
      case Piece.Repeat(Piece part, int least, int _) -> first(part, nullable, found) || least == 0;
      case Piece.Call(String rule) -> {
        found.add(rule);
        yield nullable.contains(rule);
      }
    };
  }

  static GrammarException broken(Rule rule, Entry entry, String problem) {
    return entry.line() == 0
        ? new GrammarException(rule, problem)
        : new GrammarException(rule, problem, entry.line(), entry.column());
  }
}
