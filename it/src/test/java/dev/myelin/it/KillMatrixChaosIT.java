package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.it.KillMatrix.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// All cells of the kill matrix; with `-Dmyelin.matrix=short` those that tell most.
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class KillMatrixChaosIT {
  @Test
  void everyRoleSurvivesWhatIsDoneToAnother() throws Exception {
    List<Row> rows = KillMatrix.run(System.getProperty("myelin.matrix", "full").equals("full"));
    KillMatrix.write(rows, Path.of("target", "kill-matrix.json"));
    assertThat(rows).hasSizeGreaterThan(6);
    assertThat(KillMatrix.broken(rows)).isEmpty();
  }
}
