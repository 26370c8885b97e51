package dev.myelin.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineFiguresTest {
  private static final String LINES =
      """
      {"case":"decode","tokens":64,"side":"myelin","median":10.5,"ratio":0.7,"ratio_min":0.6,\
      "ratio_max":0.75,"gb_per_s":9.25,"of_machine":0.5,"allocated_per_token":4200,\
      "model":"1b-q4_0","threads":2}
      {"case":"decode","tokens":64,"side":"llama-bench","median":15.0,"model":"1b-q4_0",\
      "threads":2,"build":"abc1234"}
      {"case":"start","side":"myelin","model":"1b-q4_0","load_ms":1500,"cold_ms":812.4,\
      "warm_ms":700.1,"weight_memory":610000000,"resident":900000000,"read_gb_per_s":18.5,\
      "multiply_gflop_per_s":200.4,"java":"25"}
      {"case":"machine","cpu":"Some CPU","cores":2,"system":"Linux 6",\
      "day":"2026-01-02","load":"0.1","vnni":true}
      """;

  @TempDir private Path folder;

  @Test
  void makesTablesOfLinesAndSaysWhatIsBelow() throws IOException {
    String text = figures(LINES).markdown();
    assertThat(text)
        .contains("Some CPU, 2 cores; Linux 6; Java 25; 2026-01-02", "llama.cpp abc1234")
        .contains("| 1b-q4_0 | 0.70 (0.60–0.75), 10.5 : 15.0 |")
        .contains("| 1b-q4_0 | 9.3 GB/s, 50 % | 4.2 kB |")
        .contains(
            "| 1b-q4_0 | 1.50 s | 812 ms | 700 ms | 0.61 GB | 0.90 GB | 18.5 GB/s | 200 GFLOP/s |")
        .contains("Below what was asked for: 1b-q4_0 decode 64 0.700 of 0.80.");
    assertThat(figures(LINES.replace("0.7,", "0.8,")).markdown())
        .contains("Nothing is below what was asked for.");
    assertThat(figures(LINES.replace("\"ratio\":0.7,", "")).markdown())
        .contains("Below what was asked for: 1b-q4_0 decode 64 not measured.");
    String plain = LINES.replace("\"vnni\":true", "\"vnni\":false").replace("0.7,", "0.8,");
    assertThat(figures(plain).markdown()).contains("decode 64 0.800 of 0.90");
  }

  @Test
  void writesBetweenTheMarksOfThePageAndKeepsWhatItWrote() throws IOException {
    Path page = folder.resolve(EngineFigures.PAGE);
    Files.createDirectories(page.getParent());
    Files.writeString(page, "before\n");
    assertThatThrownBy(() -> figures(LINES).publish(folder)).hasMessageContaining("no place");
    String begin = "<!-- engine: written by EngineFigures, not by hand -->\n";
    Files.writeString(page, "before\n" + begin + "old\n<!-- end of engine -->\nafter\n");
    figures(LINES).publish(folder);
    assertThat(page)
        .content()
        .startsWith("before\n" + begin)
        .endsWith("<!-- end of engine -->\nafter\n")
        .contains("| 1b-q4_0 |")
        .doesNotContain("old");
    EngineFigures again = EngineFigures.read(folder.resolve(EngineFigures.RESULTS));
    assertThat(again.markdown()).isEqualTo(figures(LINES).markdown());
  }

  private EngineFigures figures(String lines) throws IOException {
    Path file = folder.resolve("figures");
    Files.writeString(file, lines);
    return EngineFigures.read(file);
  }
}
