package dev.myelin.cli;

import dev.myelin.engine.embed.Embedder;
import dev.myelin.engine.embed.MiniLm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints the vectors of texts.
@Command(
    name = "embed",
    header = "Turn texts into vectors that stand for their meaning.",
    description = {
      "",
      "Runs the sentence model all-MiniLM-L6-v2 on this machine: 384 numbers for each text, of",
      "length 1, so that the sum of products of two is the cosine between them. Without TEXT,",
      "each line of standard input is a text. Prints a line of numbers for each; with --json an",
      "object: text, dimensions, vector.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin embed \"a dog in the park\" --json",
      "  myelin embed --similar \"a dog in the park\" \"a puppy outside\" \"interest rates\"",
      "  myelin embed --json < lines.txt > vectors.jsonl"
    })
final class EmbedCommand implements Callable<Integer> {
  private static final int SHOWN = 40;

  private final RootCommand root;

  @Parameters(paramLabel = "TEXT", arity = "0..*", description = "What to turn into vectors.")
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--similar",
      order = 0,
      description =
          "Print how alike the texts are instead: a table of cosines, 1 for the same; with --json"
              + " an object for each text: text, similar.")
  private boolean similar;

  @Option(
      names = "--threads",
      order = 1,
      paramLabel = "N",
      description = "How many threads compute (default: one for each processor).")
  private int threads = Runtime.getRuntime().availableProcessors();

  EmbedCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Embedder model = MiniLm.open(threads)) {
      if (similar) {
        compare(model, texts.isEmpty() ? lines() : texts);
      } else if (texts.isEmpty()) {
        embedLines(model);
      } else {
        texts.forEach(text -> print(text, vector(model, text)));
      }
    }
    return ExitCodes.OK;
  }

  private void embedLines(Embedder model) throws IOException, InterruptedException {
    Keyboard in = Keyboard.listen(root.shell().in());
    for (Optional<String> line = next(in); line.isPresent(); line = next(in)) {
      print(line.get(), vector(model, line.get()));
    }
  }

  private List<String> lines() throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    Keyboard in = Keyboard.listen(root.shell().in());
    for (Optional<String> line = next(in); line.isPresent(); line = next(in)) {
      lines.add(line.get());
    }
    return lines;
  }

  // The next that is not blank.
  private static Optional<String> next(Keyboard in) throws IOException, InterruptedException {
    Optional<String> line = in.line();
    while (line.isPresent() && line.get().isBlank()) {
      line = in.line();
    }
    return line;
  }

  private static float[] vector(Embedder model, String text) {
    return model.embed(List.of(text)).getFirst();
  }

  private void print(String text, float[] vector) {
    List<Double> numbers = new ArrayList<>(vector.length);
    for (float number : vector) {
      numbers.add(Double.valueOf(Float.toString(number))); // as few digits as tell it
    }
    if (root.json()) {
      root.print(Json.object("text", text, "dimensions", vector.length, "vector", numbers));
    } else {
      root.print(String.join(" ", numbers.stream().map(String::valueOf).toList()));
    }
  }

  private void compare(Embedder model, List<String> list) {
    List<float[]> vectors = model.embed(list);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      List<String> row = new ArrayList<>(List.of(shown(list.get(i))));
      List<Double> numbers = new ArrayList<>();
      for (float[] other : vectors) {
        String cosine =
            String.format(Locale.ROOT, "%.3f", Embedder.similarity(vectors.get(i), other));
        row.add(cosine);
        numbers.add(Double.valueOf(cosine));
      }
      rows.add(row);
      if (root.json()) {
        root.print(Json.object("text", list.get(i), "similar", numbers));
      }
    }
    if (!root.json()) {
      root.print(Words.table(rows));
    }
  }

  private static String shown(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
  }
}
