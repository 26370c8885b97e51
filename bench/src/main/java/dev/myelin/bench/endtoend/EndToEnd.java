package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Measures every design beside plain C, one after the other, in several passes.
///
/// ```
/// EndToEnd [--quick] [--designs NAME,…] [--cases CASE,…] [--passes N] [--rounds N]
///          [--home DIR] [--out FILE] [--json] [--publish] [--publish-from FILE] [--list]
/// ```
public final class EndToEnd {
  private static final String USAGE =
      """
      usage: EndToEnd [options]
        --quick               fewer cases and shorter rounds: about two minutes
        --designs NAME,…      only these (and those that they are compared with, such as c-tcp)
        --cases CASE,…        only these, such as one-way:1m,small:64,round-trip:4k,connections:1000
        --passes N            how often each design is started and stopped (2; quick: 1)
        --rounds N            how many turns it has in a case and a pass (3)
        --home DIR            the source tree (default: here)
        --out FILE            results as JSON (default: bench/target/end-to-end.json)
        --json                prints the summary as JSON lines, not as tables
        --publish             also writes docs/explain/benchmarks.md, its plots and its JSON
        --publish-from FILE   publishes an earlier run and measures nothing
        --list                names the designs and ends\
      """;

  private EndToEnd() {}

  /// Runs as the options say; exits with 2 on wrong ones.
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + USAGE);
      System.exit(2);
      return;
    }
    if (options.list()) {
      Designs.ALL.forEach(each -> System.out.printf("%-18s %s%n", each.name(), each.about()));
      return;
    }
    Results results =
        options.earlier().isPresent() ? Results.read(options.earlier().get()) : measure(options);
    Summary summary = Summary.of(results);
    System.out.print(options.json() ? Tables.jsonLines(summary) : Tables.plain(summary));
    if (options.publish()) {
      Publication.write(results, summary, options.home());
      System.err.println("published: " + options.home().resolve(Publication.PAGE));
    }
  }

  private static Results measure(Options options) throws IOException, InterruptedException {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    Path folder = Files.createDirectories(options.out().toAbsolutePath().getParent());
    Workplace workplace =
        new Workplace(
            System.getProperty("java.class.path"),
            folder,
            options.home().resolve("bench/src/main/c"),
            HexFormat.of().formatHex(key),
            List.of());
    Results results = new Race(options, workplace).run();
    results.write(options.out());
    System.err.println("results: " + options.out());
    return results;
  }

  /// What the command line said.
  record Options(
      List<Design> designs, List<Case> cases, Pace pace, Path home, Path out, Output output) {
    /// What becomes of the results.
    record Output(boolean json, boolean publish, boolean list, Optional<Path> earlier) {}

    boolean json() {
      return output.json();
    }

    boolean publish() {
      return output.publish();
    }

    boolean list() {
      return output.list();
    }

    Optional<Path> earlier() {
      return output.earlier();
    }

    static Options parse(String[] args) {
      Words words = new Words(List.of(args));
      boolean quick = words.flag("--quick");
      Optional<Path> earlier = words.value("--publish-from").map(Path::of);
      Output output =
          new Output(
              words.flag("--json"),
              words.flag("--publish") || earlier.isPresent(),
              words.flag("--list"),
              earlier);
      Path home = Path.of(words.value("--home").orElse("")).toAbsolutePath();
      Options options =
          new Options(
              words.value("--designs").map(Options::designs).orElse(Designs.ALL),
              words
                  .value("--cases")
                  .map(Case::parseAll)
                  .orElseGet(() -> quick ? Case.quick() : Case.full()),
              pace(words, quick ? Pace.shorter() : Pace.usual()),
              home,
              words
                  .value("--out")
                  .map(Path::of)
                  .orElse(home.resolve("bench/target/end-to-end.json")),
              output);
      words.requireEmpty();
      return options;
    }

    private static Pace pace(Words words, Pace usual) {
      Pace passes =
          words.value("--passes").map(Integer::parseInt).map(usual::withPasses).orElse(usual);
      return words.value("--rounds").map(Integer::parseInt).map(passes::withRounds).orElse(passes);
    }

    private static List<Design> designs(String names) {
      List<String> wanted = Arrays.stream(names.split(",", -1)).map(String::strip).toList();
      wanted.forEach(Designs::named);
      return Designs.ALL.stream()
          .filter(each -> wanted.contains(each.name()) || Designs.isBase(each))
          .toList();
    }
  }
}
