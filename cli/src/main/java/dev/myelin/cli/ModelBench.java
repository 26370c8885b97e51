package dev.myelin.cli;

import dev.myelin.engine.decoder.Roofline;
import dev.myelin.engine.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Measures our engine on one model, and llama.cpp on the same in turns where asked.
///
/// One runs while the other rests: our threads sleep before the other process begins, and that has
/// ended before ours go on.
final class ModelBench {
  private static final String OURS = "myelin";
  private static final int FIRST_PROMPT = 128;
  private static final int LAST_TURNS = 3;
  // More than this of a processor while the other side runs is no longer silence.
  private static final double SILENCE = 0.05;
  private static final int TRIES = 3;
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int LOOKS = 100;

  private final RootCommand root;
  private final ModelBenchArguments arguments;
  private final Plan plan;
  private final Consumer<String> progress;
  private final CpuClock clock = new CpuClock();

  /// What is to be measured.
  ///
  /// @param other what to measure beside ours
  record Plan(List<BenchCase> cases, int rounds, Optional<LlamaBench> other) {}

  ModelBench(
      RootCommand root, ModelBenchArguments arguments, Plan plan, Consumer<String> progress) {
    this.root = root;
    this.arguments = arguments;
    this.plan = plan;
    this.progress = progress;
  }

  /// Measures and prints.
  int run() throws IOException, InterruptedException {
    Path path = ModelShelf.of(root.shell()).find(arguments.model());
    if (plan.other.isPresent() && Files.isDirectory(path)) {
      throw new CommandException(
          ExitCodes.USAGE,
          path
              + ": a folder (expected: a GGUF file, which llama-bench reads; 'myelin models"
              + " convert' makes one)");
    }
    if (!Roofline.isVector()) {
      root.note("no vectors: without --add-modules=jdk.incubator.vector the engine is slow");
    }
    Subject subject = Subject.of(path);
    progress.accept("loading " + subject.name);
    try (EngineRun ours = EngineRun.load(subject.name, path, arguments.threads(), most())) {
      int prompt = Math.min(FIRST_PROMPT, most());
      Duration cold = ours.pass(BenchCase.PREFILL, prompt).time();
      Ceiling ceiling = Ceiling.open(arguments.threads());
      Round round = new Round(subject, ours, ceiling);
      List<Turns> all;
      try (ceiling) {
        all = measure(round);
      }
      Start start = new Start(prompt, cold, warm(ours, prompt));
      progress.accept("");
      print(all, round);
      printStart(round, start);
    }
    return ExitCodes.OK;
  }

  private List<Turns> measure(Round round) throws IOException, InterruptedException {
    List<Turns> all = new ArrayList<>();
    for (BenchCase what : plan.cases) {
      for (int tokens : arguments.tokens(what)) {
        all.add(measure(new PaceResult.Of(what, tokens), round));
      }
    }
    return all;
  }

  private int most() {
    return plan.cases.stream()
        .flatMap(each -> arguments.tokens(each).stream())
        .mapToInt(Integer::intValue)
        .max()
        .orElse(1);
  }

  /// The model that is measured.
  private record Subject(
      Path path, String name, String types, long parameters, long bytes, ModelWork work) {
    static Subject of(Path path) throws IOException {
      try (Model model = Model.open(path)) {
        ModelWords words = ModelWords.of(model);
        return new Subject(
            path,
            ModelShelf.name(path),
            words.types(),
            words.parameters(),
            words.bytes(),
            ModelWork.of(model));
      }
    }
  }

  /// What every round takes part in.
  private record Round(Subject subject, EngineRun ours, Ceiling ceiling) {}

  /// How it began.
  ///
  /// @param cold of the very first prompt
  /// @param warm of one at the end
  private record Start(int prompt, Duration cold, Duration warm) {}

  private static Duration warm(EngineRun ours, int prompt) throws InterruptedException {
    double[] nanos = new double[LAST_TURNS];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = ours.pass(BenchCase.PREFILL, prompt).time().toNanos();
    }
    return Duration.ofNanos((long) Spread.of(nanos).median());
  }

  private Turns measure(PaceResult.Of of, Round round) throws IOException, InterruptedException {
    BenchCase what = of.what();
    int tokens = of.tokens();
    String label = round.subject.name + ", " + what.text() + " of " + tokens;
    progress.accept(label + ", warming up");
    long end = System.nanoTime() + arguments.warmUp().toNanos();
    do {
      round.ours.pass(what, tokens);
    } while (System.nanoTime() < end);
    Turns turns = new Turns(of);
    for (int i = 1; i <= plan.rounds; i++) {
      round.ceiling.measure();
      String which = ", round " + i + " of " + plan.rounds;
      boolean oursFirst = i % 2 == 1;
      if (oursFirst) {
        progress.accept(label + which + ", " + OURS);
        turns.add(ours(what, tokens, round));
      }
      if (plan.other.isPresent()) {
        progress.accept(label + which + ", " + LlamaBench.NAME);
        turns.add(theirs(what, tokens, round.subject.path, plan.other.get()));
      }
      if (!oursFirst) {
        progress.accept(label + which + ", " + OURS);
        turns.add(ours(what, tokens, round));
      }
    }
    return turns;
  }

  /// The figures of the rounds so far.
  private static final class Turns {
    private final PaceResult.Of of;
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> theirs = new ArrayList<>();
    private final List<Double> allocated = new ArrayList<>();
    private final List<Double> noise = new ArrayList<>();
    private LlamaBench.@Nullable Told last;

    Turns(PaceResult.Of of) {
      this.of = of;
    }

    void add(Own own) {
      ours.add(own.rate);
      allocated.add(own.allocated);
    }

    void add(Other other) {
      theirs.add(other.told.rate());
      noise.add(other.noise);
      last = other.told;
    }
  }

  /// One turn of ours.
  ///
  /// @param allocated bytes for each token
  private record Own(double rate, double allocated) {}

  /// One turn of the other side.
  ///
  /// @param noise how much of a processor this process took meanwhile
  private record Other(LlamaBench.Told told, double noise) {}

  // As llama-bench warms itself before each figure: by the same prompt, or by one token.
  private static Own ours(BenchCase what, int tokens, Round round) throws InterruptedException {
    round.ours.pass(what, what == BenchCase.PREFILL ? tokens : 1);
    EngineRun.Pass pass = round.ours.pass(what, tokens);
    double seconds = Math.max(1, pass.time().toNanos()) / 1e9;
    return new Own(tokens / seconds, (double) pass.allocated() / tokens);
  }

  // A turn that ours disturbed is not theirs: it is taken again.
  private Other theirs(BenchCase what, int tokens, Path model, LlamaBench program)
      throws IOException, InterruptedException {
    Other best = turn(what, tokens, model, program);
    for (int i = 1; i < TRIES && best.noise > SILENCE; i++) {
      Other again = turn(what, tokens, model, program);
      best = again.noise < best.noise ? again : best;
    }
    if (best.noise > SILENCE) {
      root.note(
          String.format(
              Locale.ROOT,
              "this process took %.0f %% of a processor while llama-bench ran (expected: <= %.0f"
                  + " %%)",
              best.noise * 100,
              SILENCE * 100));
    }
    return best;
  }

  private Other turn(BenchCase what, int tokens, Path model, LlamaBench program)
      throws IOException, InterruptedException {
    awaitSilence();
    double busy = clock.seconds();
    long start = System.nanoTime();
    LlamaBench.Told told = program.run(model, what, tokens, arguments.threads());
    double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
    return new Other(told, (clock.seconds() - busy) / seconds);
  }

  // The compiler may still be at work on what ran last; it is given some seconds.
  private void awaitSilence() throws InterruptedException {
    EngineRun.awaitRest(arguments.threads() - 1);
    for (int i = 0; i < LOOKS; i++) {
      double busy = clock.seconds();
      Thread.sleep(LOOK);
      if (clock.seconds() - busy < SILENCE * LOOK.toMillis() / 1e3) {
        return;
      }
    }
  }

  // In the end, when the machine has shown what it can.
  private static List<PaceResult> results(Turns turns, Round round) {
    PaceResult.Of of = turns.of;
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < turns.theirs.size(); i++) {
      ratios.add(turns.ours.get(i) / turns.theirs.get(i));
    }
    double allocated = Spread.of(turns.allocated).median();
    List<PaceResult> results = new ArrayList<>();
    results.add(
        new PaceResult(
            of, OURS, turns.ours, ratios, reach(of, Spread.of(turns.ours), round), allocated));
    if (!turns.theirs.isEmpty()) {
      PaceResult.Reach reach = reach(of, Spread.of(turns.theirs), round);
      results.add(new PaceResult(of, LlamaBench.NAME, turns.theirs, List.of(), reach, -1));
    }
    return results;
  }

  private void printJson(Turns turns, Round round) {
    for (PaceResult each : results(turns, round)) {
      Map<String, Object> object = each.json();
      object.put("model", round.subject.name);
      object.put("threads", arguments.threads());
      if (each.side().equals(LlamaBench.NAME) && turns.last != null) {
        object.put("build", turns.last.fact("build_commit"));
        object.put("backends", turns.last.fact("backends"));
        object.put("own_cpu", Spread.round(Spread.of(turns.noise).most()));
      }
      root.print(object);
    }
  }

  private static PaceResult.Reach reach(PaceResult.Of of, Spread rates, Round round) {
    ModelWork work = round.subject.work;
    return of.what() == BenchCase.PREFILL
        ? new PaceResult.Reach(
            work.prefillOperations(of.tokens()) * rates.median() / of.tokens(),
            round.ceiling.multiplyRate())
        : new PaceResult.Reach(work.bytes() * rates.median(), round.ceiling.readRate());
  }

  private void print(List<Turns> all, Round round) {
    for (BenchCase what : plan.cases) {
      List<Turns> some = all.stream().filter(each -> each.of.what() == what).toList();
      if (root.json()) {
        some.forEach(turns -> printJson(turns, round));
      } else {
        List<List<String>> rows = new ArrayList<>(List.of(PaceResult.HEADINGS));
        some.forEach(turns -> results(turns, round).forEach(each -> rows.add(each.row())));
        root.print(what.text() + "\n" + Words.table(rows) + "\n");
      }
    }
  }

  private void printStart(Round round, Start start) {
    Subject subject = round.subject;
    if (root.json()) {
      root.print(startJson(round, start));
      return;
    }
    root.print(
        subject.name
            + (": " + ModelWords.number(subject.parameters) + " parameters, " + subject.types)
            + (", " + Words.bytes(subject.bytes) + "; ")
            + Words.count(arguments.threads(), "thread"));
    root.print(
        ("loaded in " + Words.time(round.ours.loading()))
            + ("; a prompt of " + start.prompt + " tokens: " + Words.time(start.cold) + " cold, ")
            + (Words.time(start.warm) + " warm"));
    root.print(
        ("memory: weights " + Words.bytes(round.ours.weightBytes()))
            + Memory.resident().map(bytes -> ", resident " + Words.bytes(bytes)).orElse(""));
    root.print(
        String.format(
            Locale.ROOT,
            "this machine: reads %.1f GB/s, multiplies and adds floats at %.1f GFLOP/s",
            round.ceiling.readRate() / 1e9,
            round.ceiling.multiplyRate() / 1e9));
  }

  private Map<String, Object> startJson(Round round, Start start) {
    Subject subject = round.subject;
    Map<String, Object> object =
        Json.object(
            "case",
            "start",
            "side",
            OURS,
            "model",
            subject.name,
            "types",
            subject.types,
            "parameters",
            subject.parameters,
            "bytes",
            subject.bytes,
            "threads",
            arguments.threads());
    object.put("vectors", Roofline.isVector());
    object.put("java", Runtime.version().toString());
    object.put("load_ms", millis(round.ours.loading()));
    object.put("prompt", start.prompt);
    object.put("cold_ms", millis(start.cold));
    object.put("warm_ms", millis(start.warm));
    object.put("weight_memory", round.ours.weightBytes());
    Memory.resident().ifPresent(bytes -> object.put("resident", bytes));
    object.put("read_gb_per_s", Spread.round(round.ceiling.readRate() / 1e9));
    object.put("multiply_gflop_per_s", Spread.round(round.ceiling.multiplyRate() / 1e9));
    return object;
  }

  private static double millis(Duration time) {
    return Spread.round(time.toNanos() / 1e6);
  }
}
