package dev.myelin.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Makes tables of what `bench/engine-figures.sh` measured, and writes them into the documentation.
///
/// ```
/// EngineFigures FILE [--publish HOME]
/// ```
///
/// The file holds what `myelin bench --model … --json` prints, for one model after the other, and
/// an object with `"case": "machine"`.
public final class EngineFigures {
  static final String PAGE = "docs/explain/benchmarks.md";
  static final String RESULTS = "bench/results/engine.json";
  private static final String BEGIN = "<!-- engine: written by EngineFigures, not by hand -->\n";
  private static final String END = "<!-- end of engine -->";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String OURS = "myelin";
  private static final String THEIRS = "llama-bench";

  private final List<JsonNode> figures;

  private EngineFigures(List<JsonNode> figures) {
    this.figures = figures;
  }

  /// Prints the tables; with `--publish`, also writes page and results below that folder.
  public static void main(String[] args) throws IOException {
    boolean publish = args.length == 3 && args[1].equals("--publish");
    if (args.length != 1 && !publish) {
      System.err.println("usage: EngineFigures FILE [--publish HOME]");
      System.exit(2);
    }
    EngineFigures figures = read(Path.of(args[0]));
    System.out.print(figures.markdown());
    if (publish) {
      figures.publish(Path.of(args[2]));
    }
  }

  /// Reads objects, one after the other or in an array.
  static EngineFigures read(Path file) throws IOException {
    try (MappingIterator<JsonNode> values =
        JSON.readerFor(JsonNode.class).readValues(file.toFile())) {
      return new EngineFigures(values.readAll());
    }
  }

  void publish(Path home) throws IOException {
    Path page = home.resolve(PAGE);
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + ": no place for figures (expected: " + BEGIN.strip() + ")");
    }
    Files.createDirectories(home.resolve(RESULTS).getParent());
    Files.writeString(home.resolve(RESULTS), JSON.writeValueAsString(figures) + "\n");
    Files.writeString(
        page, text.substring(0, begin) + BEGIN + "\n" + markdown() + "\n" + text.substring(end));
  }

  String markdown() {
    return machine() + ratios() + reaches() + starts() + below();
  }

  private String machine() {
    StringBuilder text = new StringBuilder();
    for (JsonNode each : figures) {
      if (each.path("case").asText().equals("machine")) {
        text.append(each.path("cpu").asText()).append(", ");
        text.append(each.path("cores").asText()).append(" cores; ");
        text.append(each.path("system").asText()).append("; Java ");
        text.append(java()).append("; ");
        text.append(each.path("day").asText()).append("; load average before and after ");
        text.append(each.path("load").asText());
      }
    }
    Set<String> builds = new LinkedHashSet<>();
    Set<String> threads = new LinkedHashSet<>();
    for (JsonNode each : figures) {
      if (each.path("side").asText().equals(THEIRS)) {
        builds.add(each.path("build").asText());
        threads.add(each.path("threads").asText());
      }
    }
    text.append("; llama.cpp ").append(String.join(", ", builds));
    text.append("; threads: ").append(String.join(", ", threads)).append(".");
    return text.append(disturbance()).append("\n\n").toString();
  }

  // That which measured.
  private String java() {
    return figures.stream()
        .filter(each -> each.path("case").asText().equals("start"))
        .map(each -> each.path("java").asText())
        .findFirst()
        .orElse("unknown");
  }

  private String disturbance() {
    double most =
        figures.stream().mapToDouble(each -> each.path("own_cpu").asDouble(0)).max().orElse(0);
    return String.format(
        Locale.ROOT,
        " While llama-bench ran, our process took at most %.0f %% of a processor.",
        most * 100);
  }

  private String ratios() {
    StringBuilder text =
        new StringBuilder("Ratio to llama.cpp, median of the rounds (least–most),");
    text.append(" then tokens a second of ours and theirs:\n\n| model |");
    List<Column> columns = columns();
    columns.forEach(each -> text.append(' ').append(each.words()).append(" |"));
    text.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
    for (String model : models()) {
      text.append("| ").append(model).append(" |");
      for (Column column : columns) {
        text.append(' ').append(ratio(model, column)).append(" |");
      }
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  private String ratio(String model, Column column) {
    Optional<JsonNode> ours = find(model, column, OURS);
    Optional<JsonNode> theirs = find(model, column, THEIRS);
    if (ours.isEmpty() || theirs.isEmpty()) {
      return "–";
    }
    JsonNode figure = ours.get();
    return String.format(
        Locale.ROOT,
        "%.2f (%.2f–%.2f), %s : %s",
        figure.path("ratio").asDouble(),
        figure.path("ratio_min").asDouble(),
        figure.path("ratio_max").asDouble(),
        rate(figure.path("median").asDouble()),
        rate(theirs.get().path("median").asDouble()));
  }

  private String reaches() {
    StringBuilder text =
        new StringBuilder(
            "What ours reaches of what the machine reads, and multiplies in floats:\n\n");
    text.append("| model |");
    List<Column> columns = columns();
    columns.forEach(each -> text.append(' ').append(each.words()).append(" |"));
    text.append(" allocated for each token |\n|---|");
    text.append("---|".repeat(columns.size() + 1)).append('\n');
    for (String model : models()) {
      text.append("| ").append(model).append(" |");
      List<String> allocated = new ArrayList<>();
      for (Column column : columns) {
        Optional<JsonNode> ours = find(model, column, OURS);
        text.append(' ').append(ours.map(EngineFigures::reach).orElse("–")).append(" |");
        ours.ifPresent(
            each ->
                allocated.add(
                    String.format(
                        Locale.ROOT, "%.1f", each.path("allocated_per_token").asDouble() / 1000)));
      }
      text.append(' ').append(String.join(", ", allocated)).append(" kB |\n");
    }
    return text.append('\n').toString();
  }

  private static String reach(JsonNode figure) {
    boolean decode = figure.has("gb_per_s");
    return String.format(
        Locale.ROOT,
        "%.1f %s, %.0f %%",
        figure.path(decode ? "gb_per_s" : "gflop_per_s").asDouble(),
        decode ? "GB/s" : "GFLOP/s",
        figure.path("of_machine").asDouble() * 100);
  }

  private String starts() {
    StringBuilder text = new StringBuilder("How it begins, and what it takes of memory:\n\n");
    text.append("| model | loaded in | first prompt | the same, warm | weights | resident |");
    text.append(" the machine reads | and multiplies |\n|---|---|---|---|---|---|---|---|\n");
    for (JsonNode each : figures) {
      if (each.path("case").asText().equals("start")) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %.2f s | %.0f ms | %.0f ms | %.2f GB | %.2f GB | %.1f GB/s | %.0f"
                    + " GFLOP/s |\n",
                each.path("model").asText(),
                each.path("load_ms").asDouble() / 1e3,
                each.path("cold_ms").asDouble(),
                each.path("warm_ms").asDouble(),
                each.path("weight_memory").asDouble() / 1e9,
                each.path("resident").asDouble() / 1e9,
                each.path("read_gb_per_s").asDouble(),
                each.path("multiply_gflop_per_s").asDouble()));
      }
    }
    return text.append('\n').toString();
  }

  private String below() {
    List<String> below = new ArrayList<>();
    for (String model : models()) {
      for (Column column : columns()) {
        double asked = asked(model, column);
        double ratio =
            find(model, column, OURS)
                .map(each -> each.path("ratio").asDouble(Double.NaN))
                .orElse(Double.NaN);
        if (Double.isNaN(ratio)) {
          below.add(model + " " + column.words() + " not measured");
        } else if (ratio < asked) {
          below.add(
              String.format(
                  Locale.ROOT, "%s %s %.3f of %.2f", model, column.words(), ratio, asked));
        }
      }
    }
    if (below.isEmpty() && !models().isEmpty()) {
      return "Nothing is below what was asked for.\n";
    }
    return "Below what was asked for: " + String.join("; ", below) + ".\n";
  }

  // What was asked for depends on whether the processor multiplies bytes by itself.
  private double asked(String model, Column column) {
    boolean decode = column.what.equals("decode");
    boolean vnni =
        figures.stream()
            .anyMatch(
                each ->
                    each.path("case").asText().equals("machine") && each.path("vnni").asBoolean());
    if (!vnni) {
      return decode ? 0.9 : 0.85;
    }
    return !model.contains("q4_0") ? 1 : decode ? 0.8 : 0.9;
  }

  private Set<String> models() {
    Set<String> models = new LinkedHashSet<>();
    for (JsonNode each : figures) {
      if (each.path("side").asText().equals(OURS)) {
        models.add(each.path("model").asText());
      }
    }
    return models;
  }

  private List<Column> columns() {
    Set<Column> columns = new LinkedHashSet<>();
    for (JsonNode each : figures) {
      if (each.has("tokens")) {
        columns.add(new Column(each.path("case").asText(), each.path("tokens").asInt()));
      }
    }
    return List.copyOf(columns);
  }

  private Optional<JsonNode> find(String model, Column column, String side) {
    return figures.stream()
        .filter(
            each ->
                each.path("model").asText().equals(model)
                    && each.path("case").asText().equals(column.what)
                    && each.path("tokens").asInt() == column.tokens
                    && each.path("side").asText().equals(side))
        .findFirst();
  }

  private static String rate(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.1f", value);
  }

  /// One case with so many tokens.
  private record Column(String what, int tokens) {
    String words() {
      return what + " " + tokens;
    }
  }
}
