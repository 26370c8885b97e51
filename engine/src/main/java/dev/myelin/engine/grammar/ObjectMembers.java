package dev.myelin.engine.grammar;

import static dev.myelin.engine.grammar.Piece.call;
import static dev.myelin.engine.grammar.Piece.optional;
import static dev.myelin.engine.grammar.Piece.repeat;
import static dev.myelin.engine.grammar.Piece.sequence;

import dev.myelin.engine.grammar.GrammarException.Rule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The members of an object in their order, some of them optional.
///
/// A rule for each place says what may follow there if a member came before, another what may
/// follow if none did: so commas stand where they should, and the rules are as many as the members.
final class ObjectMembers {
  private static final int LONGEST_NAME = 200;

  private record Member(Piece piece, boolean required) {}

  private final RuleSet rules;
  private final String prefix;
  private final List<Member> members = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private @Nullable Piece other;

  ObjectMembers(RuleSet rules, String prefix) {
    this.rules = rules;
    this.prefix = prefix;
  }

  void add(String name, Piece written, Piece value, boolean required) {
    names.add(name);
    members.add(new Member(sequence(written, JsonRules.colon(), value), required));
  }

  /// Allows members of other names behind those that were added.
  void open(Piece value) {
    for (String name : names) {
      if (name.length() > LONGEST_NAME) {
        throw new GrammarException(
            Rule.SIZE,
            ("property: a name of " + name.length())
                + (" characters beside others (expected: <= " + LONGEST_NAME + ")"));
      }
    }
    Piece name = names.isEmpty() ? call(JsonRules.STRING) : OtherNames.than(names);
    other = sequence(name, JsonRules.colon(), value);
  }

  Piece piece() {
    Piece more = other;
    String behind = prefix + "behind-" + members.size();
    String first = prefix + "first-" + members.size();
    if (more == null) {
      rules.add(behind, Piece.EMPTY);
      rules.add(first, Piece.EMPTY);
    } else {
      rules.add(behind, repeat(sequence(JsonRules.comma(), more), 0, -1));
      rules.add(first, optional(sequence(more, call(behind))));
    }
    for (int i = members.size() - 1; i >= 0; i--) {
      Member member = members.get(i);
      Piece with = sequence(JsonRules.comma(), member.piece);
      Piece begins = sequence(member.piece, call(behind));
      rules.add(
          prefix + "behind-" + i, sequence(member.required ? with : optional(with), call(behind)));
      rules.add(
          prefix + "first-" + i, member.required ? begins : Piece.choice(begins, call(first)));
      behind = prefix + "behind-" + i;
      first = prefix + "first-" + i;
    }
    return JsonRules.braced("{", sequence(call(first), call(JsonRules.SPACE)), "}");
  }
}
