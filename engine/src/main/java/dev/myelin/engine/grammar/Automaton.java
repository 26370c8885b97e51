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

  private final Program program;
  private final Program.Step[] steps;
  private final byte[] classes;
  private final int classCount;
  private final Map<State, State> states = new HashMap<>();
  private final State start;
  private final State dead;
  private int work;

  /// The stacks that a text so far may have left, each before a byte.
  static final class State {
    final boolean mayEnd;
    private final Set<Stack> stacks;
    private final int hash;
    private @Nullable State[] next;

    private State(Set<Stack> stacks, boolean mayEnd) {
      this.stacks = stacks;
      this.mayEnd = mayEnd;
      this.hash = stacks.hashCode() + (mayEnd ? 1 : 0);
      this.next = new State[0];
    }

    /// Returns whether no text goes on from here.
    boolean isLast() {
      return stacks.isEmpty();
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
    this.dead = new State(Set.of(), false);
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

  /// Returns the state behind a byte.
  State step(State state, byte value) {
    int number = classes[value & 0xff] & 0xff;
    State known = state.next.length == 0 ? null : state.next[number];
    return known != null ? known : discover(state, value, number);
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
    return known(new State(stacks, mayEnd));
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

  private State known(State state) {
    if (states.size() >= MOST_STATES) {
      states.keySet().forEach(old -> old.next = new State[0]);
      states.clear();
      states.put(start, start); // so that what it leads to is forgotten next time
    }
    State known = states.putIfAbsent(state, state);
    return known == null ? state : known;
  }

  private static GrammarException tooMany(String what) {
    return new GrammarException(
        Rule.AMBIGUOUS, "grammar: " + what + " (expected: a grammar with fewer)");
  }
}
