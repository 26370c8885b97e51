package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One run: opens the pairs, warms each up, lets all take turns, closes them.
///
/// A design that breaks is told of in the results and has no further turns.
final class Race {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MOST = 200_000_000;

  /// What a warm-up may take beside the work, in times of the work.
  private static final int PATIENCE = 4;

  private final EndToEnd.Options options;
  private final Workplace workplace;
  private final Pace pace;
  private final Map<Design, Pair> pairs = new LinkedHashMap<>();
  private final Map<String, Results.Standing> standings = new LinkedHashMap<>();
  private final List<Results.Turn> turns = new ArrayList<>();
  private final long start = System.nanoTime();

  Race(EndToEnd.Options options, Workplace workplace) {
    this.options = options;
    this.workplace = workplace;
    this.pace = options.pace();
  }

  Results run() throws IOException, InterruptedException {
    Results.Machine before = Results.Machine.now();
    try (Awake awake = new Awake()) {
      for (Design design : options.designs()) {
        open(design);
      }
      for (Case what : options.cases()) {
        awake.keep(what.what().trips());
        measure(what);
      }
    } finally {
      pairs.values().forEach(Pair::close);
    }
    String load = before.load() + " before, " + Results.Machine.now().load() + " after";
    return new Results(
        before.load(load), pace, List.copyOf(standings.values()), List.copyOf(turns));
  }

  private void open(Design design) throws InterruptedException {
    say("starting " + design.name());
    try {
      pairs.put(design, design.open(workplace));
      note(design, "measured", "");
    } catch (Design.Absent e) {
      say(design.name() + ": not here: " + e.getMessage());
      note(design, "not here", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      failed(design, e);
    }
  }

  private void note(Design design, String state, String why) {
    standings.put(design.name(), new Results.Standing(design.name(), design.about(), state, why));
  }

  private void failed(Design design, IOException cause) {
    say(design.name() + ": failed: " + cause.getMessage());
    note(design, "failed", String.valueOf(cause.getMessage()));
    Pair pair = pairs.remove(design);
    if (pair != null) {
      pair.close();
    }
  }

  private void measure(Case what) throws InterruptedException {
    Map<Design, Long> counts = new LinkedHashMap<>();
    for (Design design : List.copyOf(pairs.keySet())) {
      if (design.measures(what)) {
        say(what.text() + ": warming up " + design.name());
        warmUp(design, what, counts);
      }
    }
    int rounds = what.what() == Case.What.CONNECTIONS ? Math.min(2, pace.rounds()) : pace.rounds();
    for (int round = 0; round < rounds; round++) {
      say(what.text() + ": round " + (round + 1) + " of " + rounds);
      List<Design> order = new ArrayList<>(counts.keySet());
      java.util.Collections.rotate(order, round);
      for (Design design : order) {
        turn(design, what, round, counts);
      }
    }
  }

  private void turn(Design design, Case what, int round, Map<Design, Long> counts)
      throws InterruptedException {
    Pair pair = pairs.get(design);
    Long count = counts.get(design);
    if (pair == null || count == null) {
      return;
    }
    try {
      Sample sample =
          what.what() == Case.What.CONNECTIONS
              ? crowd(design, what)
              : pair.run(Task.of(what, count), LIMIT);
      turns.add(new Results.Turn(what.text(), design.name(), round, sample));
    } catch (IOException e) {
      failed(design, e);
    }
  }

  /// Runs in fresh processes, whose memory nothing has filled yet.
  private Sample crowd(Design design, Case what) throws IOException, InterruptedException {
    try (Pair fresh = design.open(workplace.weighing())) {
      return fresh.run(Task.of(what, 1), LIMIT);
    }
  }

  /// Works until code is compiled, and finds how many messages fill a turn.
  private void warmUp(Design design, Case what, Map<Design, Long> counts)
      throws InterruptedException {
    boolean first = turns.stream().noneMatch(turn -> turn.design().equals(design.name()));
    double limit = first ? pace.firstWarmUpSeconds() : pace.warmUpSeconds();
    Pair pair = pairs.get(design);
    if (pair == null) {
      return;
    }
    if (what.what() == Case.What.CONNECTIONS) {
      counts.put(design, 1L);
      return;
    }
    long from = System.nanoTime();
    double worked = 0;
    long count = 1;
    try {
      do {
        Sample sample = pair.run(Task.of(what, count), LIMIT);
        worked += took(sample);
        count = fitting(count, took(sample));
      } while (worked < limit && System.nanoTime() - from < PATIENCE * limit * 1e9);
      counts.put(design, count);
    } catch (IOException e) {
      failed(design, e);
    }
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
