package dev.myelin.engine.grammar;

import dev.myelin.engine.grammar.GrammarException.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs a program with all stacks at once and remembers where each byte led. Not for two threads at
/// once.
final class Automaton {
  static final int MOST_STACKS = 4096;
  private static final int MOST_STATES = 20_000;
  private static final int MOST_WORK = 20_000_000;

  /// Stacks of all states that are remembered, and of those that one token leads through.
  static final int MOST_KEPT = 1 << 20;

  private static final int STACKS_OF_CLASSES = 16; // the room of so many classes is that of a stack

  private final Program program;
  private final Program.Step[] steps;
  private final byte[] classes;
  private final int classCount;
  private final Map<State, State> states = new HashMap<>();
  private final State start;
  private final State dead;
  private int kept;
  private int generation;
  private int work;

  /// The stacks that a text so far may have left, each before a byte.
  static final class State {
    final boolean mayEnd;
    private final Set<Stack> stacks;
    private final int hash;
    private final int size;
    private int generation = -1;
    private @Nullable State[] next;

    private State(Set<Stack> stacks, boolean mayEnd, int size) {
      this.stacks = stacks;
      this.mayEnd = mayEnd;
      this.size = size;
      this.hash = stacks.hashCode() + (mayEnd ? 1 : 0);
      this.next = new State[0];
    }

    /// Returns whether no text goes on from here.
    boolean isLast() {
      return stacks.isEmpty();
    }

    /// Returns how much memory it takes, in stacks.
    int size() {
      return size;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof State state
          && hash == state.hash
          && mayEnd == state.mayEnd
          && stacks.equals(state.stacks);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  Automaton(Program program) {
    this.program = program;
    this.steps = program.steps().toArray(Program.Step[]::new);
    this.classes = program.classes();
    int most = 0;
    for (byte one : classes) {
      most = Math.max(most, one & 0xff);
    }
    this.classCount = most + 1;
    this.dead = new State(Set.of(), false, 1);
    this.dead.generation = generation;
    this.start = settle(List.of(new Stack(program.start(), null)));
  }

  State start() {
    return start;
  }

  /// Returns whether neither a byte nor the end may follow.
  @SuppressWarnings("ReferenceEquality") // there is one
  boolean isDead(State state) {
    return state == dead;
  }

  /// Allows the next steps to do so much work again.
  void rest() {
    work = 0;
  }

  /// Returns how much memory the states take that are remembered, in stacks.
  int kept() {
    return kept;
  }

  /// Returns the state behind a byte.
  State step(State state, byte value) {
    State from = state.generation == generation ? state : remembered(state);
    int number = classes[value & 0xff] & 0xff;
    State known = from.next.length == 0 ? null : from.next[number];
    return known != null ? known : discover(from, value, number);
  }

  private State discover(State state, byte value, int number) {
    List<Stack> behind = new ArrayList<>();
    for (Stack stack : state.stacks) {
      Program.Step step = steps[stack.step];
      if (program.sets().get(step.first()).contains(value & 0xff)) {
        behind.add(new Stack(step.second(), stack.caller));
      }
    }
    work += state.stacks.size();
    State found = behind.isEmpty() ? dead : settle(behind);
    if (state.generation != generation) {
      return found; // it was forgotten meanwhile, and shall not keep others
    }
    if (state.next.length == 0) {
      state.next = new State[classCount];
    }
    state.next[number] = found;
    return found;
  }

  /// Follows all steps that take no byte.
  private State settle(List<Stack> from) {
    Set<Stack> seen = new HashSet<>(from);
    Deque<Stack> open = new ArrayDeque<>(seen);
    Set<Stack> stacks = new HashSet<>();
    boolean mayEnd = false;
    for (Stack stack = open.poll(); stack != null; stack = open.poll()) {
      Program.Step step = steps[stack.step];
      Stack caller = stack.caller;
      switch (step.kind()) {
        case BYTE -> stacks.add(stack);
        case SPLIT -> {
          open(step.first(), caller, seen, open);
          open(step.second(), caller, seen, open);
        }
        case GO -> open(step.first(), caller, seen, open);
        case CALL -> open(step.first(), new Stack(step.second(), caller), seen, open);
        case RETURN -> {
          mayEnd |= caller == null;
          if (caller != null) {
            open(caller.step, caller.caller, seen, open);
          }
        }
      }
    }
    work += seen.size();
    if (work > MOST_WORK) {
      throw tooMany("steps for a token: more than " + MOST_WORK);
    }
    int size = 1 + seen.size() + classCount / STACKS_OF_CLASSES;
    return remembered(new State(stacks, mayEnd, size));
  }

  private static void open(int step, @Nullable Stack caller, Set<Stack> seen, Deque<Stack> open) {
    Stack stack = new Stack(step, caller);
    if (seen.add(stack)) {
      open.add(stack);
      if (seen.size() > MOST_STACKS) {
        throw tooMany("ways to read the text: more than " + MOST_STACKS);
      }
    }
  }

  /// Returns the state that is remembered of those that are the same. Only such lead to others, so
  /// that what is forgotten keeps nothing.
  private State remembered(State state) {
    if (states.size() >= MOST_STATES || kept + state.size > MOST_KEPT) {
      states.keySet().forEach(old -> old.next = new State[0]);
      states.clear();
      kept = 0;
      generation++;
      dead.generation = generation;
    }
    State known = states.putIfAbsent(state, state);
    if (known != null) {
      return known;
    }
    kept += state.size;
    state.generation = generation;
    return state;
  }

  static GrammarException tooMany(String what) {
    return new GrammarException(
        Rule.AMBIGUOUS, "grammar: " + what + " (expected: a grammar with fewer)");
  }
}
