package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import dev.myelin.engine.grammar.Program.ByteSet;
import dev.myelin.engine.grammar.Program.Kind;
import dev.myelin.engine.grammar.Program.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes a program of rules: each part is written with where to go on behind it, from the end of a
/// rule to its beginning.
///
/// What a rule calls last takes the place of the rule, so that a rule that calls itself last stays
/// as deep as it is. What repeats and is more than a byte is written once and called.
final class Compiler {
  static final int MOST_STEPS = 300_000;
  private static final int RETURN = 0;

  private final List<Step> steps = new ArrayList<>();
  private final List<ByteSet> sets = new ArrayList<>();
  private final Map<ByteSet, Integer> setNumbers = new HashMap<>();
  private final Map<Span, Integer> spans = new HashMap<>();
  private final Map<Piece, Integer> parts = new HashMap<>();
  private final Map<String, Integer> starts = new HashMap<>();
  private final Map<Integer, String> calls = new HashMap<>();

  /// What the continuation bytes of characters stand for, and where to go on behind them.
  private record Span(int low, int high, int more, int lead, int next) {}

  private static final class TooManyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private Compiler() {
    add(Kind.RETURN, 0, 0);
  }

  static Program compile(RuleSet rules) {
    rules.check();
    Compiler compiler = new Compiler();
    rules.rules().forEach(compiler::write);
    compiler.calls.forEach(
        (at, name) -> {
          Step step = compiler.steps.get(at);
          compiler.steps.set(at, new Step(step.kind(), compiler.start(name), step.second()));
        });
    return new Program(compiler.steps, compiler.sets, compiler.start(RuleSet.ROOT));
  }

  private void write(String name, RuleSet.Entry entry) {
    try {
      starts.put(name, write(entry.piece(), RETURN));
    } catch (TooManyException e) {
      String problem = "grammar: more than " + MOST_STEPS + " steps";
      throw RuleSet.broken(Rule.SIZE, entry, problem + " (expected: fewer repetitions)");
    }
  }

  private int start(String name) {
    Integer start = starts.get(name);
    if (start == null) {
      throw new IllegalStateException("rule: no " + name + " (expected: checked before)");
    }
    return start;
  }

  /// Writes a part and returns where it begins.
  private int write(Piece piece, int next) {
    return switch (piece) {
      case Piece.Characters(CharacterSet set) -> characters(set, next);
      case Piece.Sequence(var list) -> {
        int at = next;
        for (Piece part : list.reversed()) {
          at = write(part, at);
        }
        yield at;
      }
      case Piece.Choice(var list) -> {
        int at = write(list.getLast(), next);
        for (Piece part : list.reversed().subList(1, list.size())) {
          at = add(Kind.SPLIT, write(part, next), at);
        }
        yield at;
      }
      case Piece.Repeat repeat -> repeat(repeat, next);
      case Piece.Call(String rule) -> {
        int at = next == RETURN ? add(Kind.GO, 0, 0) : add(Kind.CALL, 0, next);
        calls.put(at, rule);
        yield at;
      }
    };
  }

  private int repeat(Piece.Repeat repeat, int next) {
    int at = next;
    if (repeat.most() < 0) {
      at = add(Kind.SPLIT, 0, next);
      steps.set(at, new Step(Kind.SPLIT, write(repeat.part(), at), next));
    }
    boolean once = Math.max(repeat.least(), repeat.most()) <= 1;
    int written = once || isPlain(repeat.part()) ? RETURN : written(repeat.part());
    for (int i = repeat.least(); i < repeat.most(); i++) {
      at = add(Kind.SPLIT, again(repeat.part(), written, at), next);
    }
    for (int i = 0; i < repeat.least(); i++) {
      at = again(repeat.part(), written, at);
    }
    return at;
  }

  /// Returns whether it is so short that it is written each time.
  private static boolean isPlain(Piece piece) {
    return piece instanceof Piece.Call
        || (piece instanceof Piece.Characters(CharacterSet set) && set.isAscii());
  }

  /// Returns where the part was written to be called.
  private int written(Piece piece) {
    Integer start = parts.get(piece);
    if (start == null) {
      start = write(piece, RETURN);
      parts.put(piece, start);
    }
    return start;
  }

  private int again(Piece piece, int written, int next) {
    if (written == RETURN) {
      return write(piece, next);
    }
    return next == RETURN ? written : add(Kind.CALL, written, next);
  }

  private int characters(CharacterSet set, int next) {
    List<Integer> ways = new ArrayList<>();
    ByteSet ascii = ByteSet.of(0, -1);
    for (CharacterSet.Range range : set.meeting(CharacterSet.of(0, 0x7f)).ranges()) {
      ascii = ascii.and(ByteSet.of(range.low(), range.high()));
    }
    if (!ascii.equals(ByteSet.of(0, -1)) || set.isEmpty()) {
      ways.add(add(Kind.BYTE, number(ascii), next));
    }
    several(set, 0x80, 0x7ff, 1, ways, next);
    several(set, 0x800, 0xd7ff, 2, ways, next); // no surrogates stand in UTF-8
    several(set, 0xe000, 0xffff, 2, ways, next);
    several(set, 0x10000, Character.MAX_CODE_POINT, 3, ways, next);
    int at = ways.isEmpty() ? add(Kind.BYTE, number(ByteSet.of(0, -1)), next) : ways.getFirst();
    for (int i = 1; i < ways.size(); i++) {
      at = add(Kind.SPLIT, ways.get(i), at);
    }
    return at;
  }

  private void several(
      CharacterSet set, int low, int high, int more, List<Integer> ways, int next) {
    int[] leads = {0, 0xc0, 0xe0, 0xf0};
    for (CharacterSet.Range range : set.meeting(CharacterSet.of(low, high)).ranges()) {
      span(new Span(range.low(), range.high(), more, leads[more], next), ways);
    }
  }

  /// Writes the bytes of characters from low to high, of which so many more bytes follow the first:
  /// the first and the last lead byte apart where not all that may follow them is meant.
  private void span(Span span, List<Integer> ways) {
    int shift = 6 * span.more;
    int mask = (1 << shift) - 1;
    int low = span.low >> shift;
    int high = span.high >> shift;
    if (low < high && (span.low & mask) != 0) {
      int end = low << shift | mask;
      span(new Span(span.low, end, span.more, span.lead, span.next), ways);
      span(new Span(end + 1, span.high, span.more, span.lead, span.next), ways);
      return;
    }
    if (low < high && (span.high & mask) != mask) {
      int begin = high << shift;
      span(new Span(span.low, begin - 1, span.more, span.lead, span.next), ways);
      span(new Span(begin, span.high, span.more, span.lead, span.next), ways);
      return;
    }
    Integer known = spans.get(span);
    if (known == null) {
      known = lead(span, low, high, mask);
      spans.put(span, known);
    }
    ways.add(known);
  }

  private int lead(Span span, int low, int high, int mask) {
    int next = span.next;
    if (span.more > 0) {
      List<Integer> ways = new ArrayList<>();
      int from = low == high ? span.low & mask : 0;
      int to = low == high ? span.high & mask : mask;
      span(new Span(from, to, span.more - 1, 0x80, span.next), ways);
      next = ways.getFirst();
      for (int i = 1; i < ways.size(); i++) {
        next = add(Kind.SPLIT, ways.get(i), next);
      }
    }
    return add(Kind.BYTE, number(ByteSet.of(span.lead + low, span.lead + high)), next);
  }

  private int number(ByteSet set) {
    Integer known = setNumbers.putIfAbsent(set, sets.size());
    if (known == null) {
      sets.add(set);
      return sets.size() - 1;
    }
    return known;
  }

  private int add(Kind kind, int first, int second) {
    if (steps.size() >= MOST_STEPS) {
      throw new TooManyException();
    }
    steps.add(new Step(kind, first, second));
    return steps.size() - 1;
  }
}
