package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One run: several passes over the designs, each alone with the one it is compared with.
///
/// A design is started, warmed up, timed and stopped before the next one starts, so that a pair
/// that spins while it waits takes no time from others. What it is compared with has a turn right
/// beside each of its turns, and makes no noise between them. A design that breaks is told of in
/// the results and has no further turns.
final class Race {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// Thousands of handshakes take their time.
  private static final Duration CROWD_LIMIT = Duration.ofMinutes(5);

  private static final long MOST = 200_000_000;

  /// What a warm-up may take beside the work, in times of the work.
  private static final int PATIENCE = 4;

  /// Crowds take long, and what a connection weighs hardly varies.
  private static final int MOST_CROWDS = 2;

  /// These run in fresh processes of their own, without a warm-up.
  private static final Set<Case.What> COLD = EnumSet.of(Case.What.CONNECTIONS);

  private final EndToEnd.Options options;
  private final Workplace workplace;
  private final Pace pace;
  private final Map<String, Pair> bases = new LinkedHashMap<>();
  private final Map<String, Long> baseCounts = new LinkedHashMap<>();
  private final Map<String, Results.Standing> standings = new LinkedHashMap<>();
  private final List<Results.Turn> turns = new ArrayList<>();
  private final long start = System.nanoTime();
  private int round;

  /// A design at work.
  private record Entrant(Design design, Pair pair) {}

  Race(EndToEnd.Options options, Workplace workplace) {
    this.options = options;
    this.workplace = workplace;
    this.pace = options.pace();
  }

  Results run() throws IOException, InterruptedException {
    Results.Machine before = Results.Machine.now();
    List<Design> order = new ArrayList<>(entrants());
    order.forEach(each -> note(each, "measured", ""));
    try (Awake awake = new Awake()) {
      for (int pass = 0; pass < pace.passes(); pass++) {
        for (Design design : order) {
          visit(design, pass, awake);
        }
        Collections.reverse(order);
      }
    } finally {
      bases.values().forEach(Pair::close);
    }
    String load = before.load() + " before, " + Results.Machine.now().load() + " after";
    return new Results(
        before.load(load), pace, List.copyOf(standings.values()), List.copyOf(turns));
  }

  /// Returns those that measure one of the cases.
  private List<Design> entrants() {
    return options.designs().stream()
        .filter(design -> options.cases().stream().anyMatch(design::measures))
        .toList();
  }

  private void note(Design design, String state, String why) {
    standings.put(design.name(), new Results.Standing(design.name(), design.about(), state, why));
  }

  private boolean standing(Design design) {
    Results.Standing is = standings.get(design.name());
    return is != null && is.state().equals("measured");
  }

  private void failed(Design design, IOException cause) {
    boolean absent = cause instanceof Design.Absent;
    String state = absent ? "not here" : "failed";
    say(design.name() + ": " + state + ": " + cause.getMessage());
    note(design, state, String.valueOf(cause.getMessage()));
  }

  private void visit(Design design, int pass, Awake awake)
      throws IOException, InterruptedException {
    List<Case> cases = options.cases().stream().filter(design::measures).toList();
    if (!standing(design) || cases.stream().allMatch(what -> isBase(design, what))) {
      return;
    }
    say("pass " + (pass + 1) + " of " + pace.passes() + ": " + design.name());
    try {
      measureWarm(
          design,
          cases.stream()
              .filter(what -> !COLD.contains(what.what()) && !isBase(design, what))
              .toList(),
          awake);
      for (Case what : cases) {
        if (COLD.contains(what.what()) && pass < MOST_CROWDS) {
          crowd(design, what);
        }
      }
    } catch (IOException e) {
      failed(design, e);
    }
  }

  private void measureWarm(Design design, List<Case> cases, Awake awake)
      throws IOException, InterruptedException {
    if (cases.isEmpty()) {
      return;
    }
    try (Pair pair = design.open(workplace)) {
      for (Case what : cases) {
        awake.keep(what.what().trips());
        measure(new Entrant(design, pair), what, what.equals(cases.getFirst()));
      }
    } finally {
      awake.keep(false);
    }
  }

  private boolean isBase(Design design, Case what) {
    return design.name().equals(what.what().base()) && others(what);
  }

  /// Returns whether a case has more designs than the one that others are compared with.
  private boolean others(Case what) {
    return options.designs().stream()
        .anyMatch(each -> each.measures(what) && !each.name().equals(what.what().base()));
  }

  private void measure(Entrant entrant, Case what, boolean first)
      throws IOException, InterruptedException {
    double warming = first ? pace.firstWarmUpSeconds() : pace.warmUpSeconds();
    long count = warmUp(entrant.pair(), what, warming);
    Entrant base = base(what);
    for (int i = 0; i < pace.rounds(); i++) {
      round++;
      if (base != null && !base.design().equals(entrant.design())) {
        turn(base, what, Objects.requireNonNull(baseCounts.get(what.text())));
      }
      turn(entrant, what, count);
    }
  }

  /// Returns what the case is compared with, warm; null if it does not measure the case or is not
  /// here.
  private @Nullable Entrant base(Case what) throws InterruptedException {
    Design design = Designs.named(what.what().base());
    if (!design.measures(what) || !standing(design)) {
      return null;
    }
    try {
      Pair pair = bases.get(design.name());
      if (pair == null) {
        pair = design.open(workplace);
        bases.put(design.name(), pair);
      }
      if (!baseCounts.containsKey(what.text())) {
        baseCounts.put(what.text(), warmUp(pair, what, pace.warmUpSeconds()));
      }
      return new Entrant(design, pair);
    } catch (IOException e) {
      failed(design, e);
      return null;
    }
  }

  private void turn(Entrant entrant, Case what, long count)
      throws IOException, InterruptedException {
    Duration limit = COLD.contains(what.what()) ? CROWD_LIMIT : LIMIT;
    Sample sample = entrant.pair().run(Task.of(what, count), limit);
    turns.add(new Results.Turn(what.text(), entrant.design().name(), round, sample));
  }

  /// Runs in fresh processes, whose memory nothing has filled yet.
  private void crowd(Design design, Case what) throws IOException, InterruptedException {
    round++;
    try (Pair fresh = design.open(workplace.weighing())) {
      turn(new Entrant(design, fresh), what, 1);
    }
  }

  /// Works until code is compiled; returns how many messages fill a turn.
  private long warmUp(Pair pair, Case what, double limit) throws IOException, InterruptedException {
    long from = System.nanoTime();
    double worked = 0;
    long count = 1;
    do {
      Sample sample = pair.run(Task.of(what, count), LIMIT);
      worked += took(sample);
      count = fitting(count, took(sample));
    } while (worked < limit && System.nanoTime() - from < PATIENCE * limit * 1e9);
    return count;
  }

  private static double took(Sample sample) {
    return sample.seconds() > 0
        ? sample.seconds()
        : sample.count() * sample.micros().getFirst() / 1e6;
  }

  /// Grows at most twentyfold, because first messages are slow and tell little.
  private long fitting(long count, double seconds) {
    double wanted = count * pace.turnSeconds() / Math.max(seconds, 1e-6);
    return (long) Math.clamp(wanted, 1, Math.min(20.0 * count, MOST));
  }

  private void say(String what) {
    System.err.printf("%4d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, what);
  }
}
