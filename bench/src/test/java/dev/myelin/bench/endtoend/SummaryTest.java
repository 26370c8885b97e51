package dev.myelin.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SummaryTest {
  private static final String CASE = "one-way:1m";

  @TempDir Path home;

  /// Three rounds in which the machine halves its speed each time, and ours is always twice C.
  private static Results results() throws IOException {
    List<Results.Turn> turns = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      double slow = 1 << round;
      turns.add(new Results.Turn(CASE, "c-tcp", round, sample(0.2 * slow, 0.1)));
      turns.add(new Results.Turn(CASE, "myelin", round, sample(0.1 * slow, -1)));
    }
    return new Results(
        Results.Machine.now(),
        Pace.shorter(),
        List.of(
            new Results.Standing("c-tcp", "plain", "measured", ""),
            new Results.Standing("myelin", "ours", "measured", ""),
            new Results.Standing("libzmq", "theirs", "not here", "not installed")),
        turns);
  }

  private static Sample sample(double seconds, double cpu) {
    return new Sample(1000, seconds, cpu, List.of(), List.of());
  }

  @Test
  void ratiosAreTakenRoundByRound() throws IOException {
    Summary summary = Summary.of(results());
    Summary.Row ours = summary.rows().get(Case.parse(CASE)).get(1);
    assertThat(ours.design()).isEqualTo("myelin");
    assertThat(ours.ratio()).isEqualTo(2, within(1e-9));
    assertThat(ours.value().most() / ours.value().least()).isEqualTo(4, within(1e-9));
    assertThat(ours.cpuPerGb()).isNaN();
  }

  @Test
  void forcedAppendsAreComparedWithThePlainDisk() throws IOException {
    List<Results.Turn> turns =
        List.of(
            new Results.Turn("commit:8", "disk", 1, new Sample(10, 1, 0, List.of(), List.of(1.0))),
            new Results.Turn(
                "commit:8", "myelin-log", 1, new Sample(40, 1, 0, List.of(), List.of(4.0))));
    Results results = results();
    Summary summary =
        Summary.of(new Results(results.machine(), results.pace(), results.designs(), turns));
    Summary.Row ours = summary.rows().get(Case.parse("commit:8")).get(1);
    assertThat(ours.ratio()).isEqualTo(4, within(1e-9));
    assertThat(Tables.markdown(summary))
        .contains("Log, forced appends, 8 threads")
        .contains("| to disk | in one force |")
        .contains("| myelin-log | 0.040 | 0.040–0.040 | 4.00 | 4.00 |");
  }

  @Test
  void barsAreHeldAgainstRatiosToTheSameBase() throws IOException {
    List<Results.Turn> turns =
        List.of(
            trip("c-tcp", 1, 10),
            trip("myelin-ask", 1, 30),
            trip("c-tcp", 2, 20),
            trip("libzmq-ask", 2, 50));
    Results results = results();
    Summary summary =
        Summary.of(new Results(results.machine(), results.pace(), results.designs(), turns));
    assertThat(Bars.markdown(summary))
        .contains("| REQ 64 B, p50 to libzmq | ≤ 1.00 | 1.20 | no |\n")
        .contains("| PUSH 64 B, to JeroMQ | ≥ 1.50 | – | not measured |\n");
  }

  private static Results.Turn trip(String design, int round, double micros) {
    return new Results.Turn(
        "round-trip:64", design, round, new Sample(1, 1, 0, List.of(micros), List.of()));
  }

  @Test
  void whatIsNotHereIsTold() throws IOException {
    Summary summary = Summary.of(results());
    assertThat(Tables.plain(summary)).contains("libzmq: not here: not installed");
    assertThat(Tables.jsonLines(summary)).contains("\"state\":\"not here\"");
  }

  @Test
  void resultsSurviveTheirFile() throws IOException {
    Path file = home.resolve("results.json");
    Results results = results();
    results.write(file);
    assertThat(Results.read(file)).isEqualTo(results);
  }

  @Test
  void onlyTheMarkedPartOfThePageIsWritten() throws IOException {
    Path page = home.resolve(Publication.PAGE);
    Files.createDirectories(page.getParent());
    Files.writeString(
        page,
        """
        method
        <!-- figures: written by EndToEnd, not by hand -->
        old
        <!-- end of figures -->
        """);
    Results results = results();
    Publication.write(results, Summary.of(results), home);
    assertThat(Files.readString(page))
        .startsWith("method\n")
        .endsWith("<!-- end of figures -->\n")
        .contains("| myelin |", "img/one-way-1m.svg", "not installed")
        .doesNotContain("old");
    assertThat(home.resolve("docs/explain/img/one-way-1m.svg")).content().contains("</svg>");
  }

  @Test
  void ticksOfAnAxisStandInsideIt() {
    Scale linear = Scale.linear(7.3, 100, 500);
    assertThat(linear.ticks()).isNotEmpty().allMatch(tick -> linear.at(tick) <= 500);
    Scale logarithmic = Scale.logarithmic(0.02, 3_000, 100, 500);
    assertThat(logarithmic.ticks()).contains(0.1, 1.0, 1_000.0);
    assertThat(logarithmic.at(3_000)).isLessThanOrEqualTo(500);
  }
}
