package dev.myelin.bench.endtoend;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// Everything that was measured, as it is kept in a file.
///
/// @param turns one per round, design and case, in the order in which they ran
record Results(Machine machine, Pace pace, List<Standing> designs, List<Turn> turns) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  Results {
    designs = List.copyOf(designs);
    turns = List.copyOf(turns);
  }

  /// What became of a design.
  ///
  /// @param state `measured`, `not here` or `failed`
  record Standing(String name, String about, String state, String why) {}

  /// One round of one design.
  record Turn(String what, String design, int round, Sample sample) {}

  /// Where it was measured.
  ///
  /// @param load the load average of a minute, before and after
  record Machine(String cpu, int cores, String system, String java, String day, String load) {
    static Machine now() throws IOException {
      return new Machine(
          line("/proc/cpuinfo", "model name"),
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.name") + " " + System.getProperty("os.version"),
          System.getProperty("java.runtime.version"),
          LocalDate.now(ZoneOffset.UTC).toString(),
          first("/proc/loadavg"));
    }

    Machine load(String other) {
      return new Machine(cpu, cores, system, java, day, other);
    }

    private static String line(String file, String key) throws IOException {
      Path path = Path.of(file);
      if (!Files.exists(path)) {
        return System.getProperty("os.arch");
      }
      return Files.readAllLines(path).stream()
          .filter(each -> each.startsWith(key))
          .map(each -> each.substring(each.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    }

    private static String first(String file) throws IOException {
      Path path = Path.of(file);
      return Files.exists(path) ? Files.readString(path).split(" ", -1)[0] : "unknown";
    }
  }

  void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this) + "\n");
  }

  static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }
}
