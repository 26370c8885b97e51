package dev.myelin.cli;

import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.Conversion;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.ModelCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists, shows, converts and verifies models.
@Command(
    name = "models",
    header = "List, show, convert and verify language models.",
    description = {
      "",
      "A model is a GGUF file or a folder with config.json and safetensors; or the name of one",
      "in the folders of MYELIN_MODELS (as PATH names folders), in 'models' beside this program",
      "or in ~/.local/share/myelin/models.",
      "",
      "  list [DIR…]         what is found there: architecture, parameters, formats, memory",
      "  show MODEL          everything that it says of itself; with --layers, of a shard",
      "  convert MODEL FILE  write it as GGUF with weights of another type, and verify that",
      "  verify MODEL…       read all of it; exit code 65 if anything is wrong",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin models list",
      "  myelin models show tale",
      "  myelin models show llama.gguf --layers 0:8 --json",
      "  myelin models convert ./Qwen3-0.6B qwen.gguf --type q8_0",
      "  myelin models verify qwen.gguf"
    })
final class ModelsCommand implements Callable<Integer> {
  private static final String ACTIONS = "list, show, convert or verify";

  private final RootCommand root;

  @Parameters(index = "0", paramLabel = "ACTION", description = "What to do: " + ACTIONS + ".")
  private String action = "";

  @Parameters(
      index = "1..*",
      paramLabel = "MODEL",
      arity = "0..*",
      description = "Models, or for list folders, or for convert a model and a file.")
  private List<String> arguments = List.of();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "For convert: f32, f16, bf16, q8_0, q4_0, q4_1, q4_k, q5_k or q6_k (default: q8_0).")
  private String type = "q8_0";

  @Option(names = "--force", description = "For convert: replace a file that is there.")
  private boolean force;

  @Option(
      names = "--layers",
      paramLabel = "A:B",
      description = "For show: of the layers from A up to and without B alone.")
  private @Nullable String layers;

  ModelsCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    return switch (action) {
      case "list" -> list();
      case "show" -> show(one("show MODEL"));
      case "convert" -> convert();
      case "verify" -> verify();
      default ->
          throw new CommandException(
              ExitCodes.USAGE, "models: '" + action + "' (expected: " + ACTIONS + ")");
    };
  }

  private int list() throws IOException {
    ModelShelf shelf =
        arguments.isEmpty()
            ? ModelShelf.of(root.shell())
            : ModelShelf.of(arguments.stream().map(Path::of).toList());
    for (String each : arguments) {
      if (!Files.isDirectory(Path.of(each))) {
        throw new CommandException(ExitCodes.NO_INPUT, each + ": no such folder");
      }
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "NAME", "FAMILY", "SIZE", "BYTES", "FORMAT", "MEMORY", "CONTEXT", "LICENCE", "PATH"));
    for (Path each : shelf.models()) {
      list(each, rows);
    }
    if (!root.json() && rows.size() > 1) {
      root.print(Words.table(rows));
    }
    if (rows.size() == 1 && !root.json()) {
      List<String> folders = shelf.folders().stream().map(Path::toString).toList();
      root.note("no models in " + String.join(", ", folders));
    }
    return ExitCodes.OK;
  }

  // A file that is not sound is a line of the list, not its end.
  private void list(Path path, List<List<String>> rows) {
    try (Model model = Model.open(path)) {
      ModelWords words = ModelWords.of(model);
      if (root.json()) {
        root.print(words.json());
      }
      rows.add(words.row());
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      String problem = String.valueOf(e.getMessage());
      if (root.json()) {
        root.print(Json.object("name", ModelShelf.name(path), "path", path, "error", problem));
      } else {
        root.note(problem);
      }
    }
  }

  private int show(Path path) throws IOException {
    try (Model model = Model.open(path)) {
      ModelWords words =
          layers == null
              ? ModelWords.of(model)
              : ModelWords.of(model, ModelWords.Layers.parse(layers));
      ModelSheet sheet = new ModelSheet(model, words);
      if (root.json()) {
        root.print(sheet.json());
      } else {
        root.print(sheet.text());
      }
    }
    return ExitCodes.OK;
  }

  private int convert() throws IOException {
    if (arguments.size() != 2) {
      throw new CommandException(
          ExitCodes.USAGE, "models convert: expected: a model and the file to write");
    }
    WeightType wanted = type();
    Path target = target(arguments.get(1));
    Path source = ModelShelf.of(root.shell()).find(arguments.getFirst());
    try (Model model = Model.open(source)) {
      Conversion conversion = Conversion.of(model, wanted);
      try (ProgressLine bar = new ProgressLine(root.shell(), "converting", conversion.bytes())) {
        conversion.write(target, bar::atUnlessStopped);
      }
    }
    return verify(target, "written") ? ExitCodes.OK : ExitCodes.DATA;
  }

  // What cannot be written is said before the work and not after.
  private Path target(String name) {
    Path target = Path.of(name);
    if (Files.isDirectory(target)) {
      throw new CommandException(
          ExitCodes.CANNOT_CREATE, target + ": a folder (expected: the name of a file to write)");
    }
    if (Files.exists(target) && !force) {
      throw new CommandException(
          ExitCodes.CANNOT_CREATE, target + ": is there already; --force replaces it");
    }
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new CommandException(
          ExitCodes.CANNOT_CREATE, target + ": its folder is not there; make it first");
    }
    return target;
  }

  private WeightType type() {
    for (WeightType each : WeightType.values()) {
      if (each.name().equals(type.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new CommandException(
        ExitCodes.USAGE,
        "--type: '" + type + "' (expected: f32, f16, bf16, q8_0, q4_0, q4_1, q4_k, q5_k or q6_k)");
  }

  private int verify() throws IOException {
    if (arguments.isEmpty()) {
      throw new CommandException(ExitCodes.USAGE, "models verify: expected: models");
    }
    boolean sound = true;
    for (String each : arguments) {
      sound &= verify(ModelShelf.of(root.shell()).find(each), "whole");
    }
    return sound ? ExitCodes.OK : ExitCodes.DATA;
  }

  private boolean verify(Path path, String word) throws IOException {
    List<String> findings;
    Map<String, Object> found;
    String text;
    try (Model model = Model.open(path)) {
      ModelWords words = ModelWords.of(model);
      try (ProgressLine bar = new ProgressLine(root.shell(), "verifying", words.bytes())) {
        findings = ModelCheck.findings(model, bar::atUnlessStopped);
      }
      found = words.json();
      text =
          String.join(
              ", ",
              path + ": " + word,
              ModelWords.number(words.parameters()) + " parameters",
              words.format() + " " + words.types(),
              Words.bytes(words.bytes()));
    }
    if (root.json()) {
      found.put("findings", findings);
      root.print(found);
    } else {
      findings.forEach(each -> root.print(path + ": " + each));
      root.print(findings.isEmpty() ? text : path + ": " + Words.count(findings.size(), "finding"));
    }
    return findings.isEmpty();
  }

  private Path one(String usage) throws IOException {
    if (arguments.size() != 1) {
      throw new CommandException(ExitCodes.USAGE, "models: expected: " + usage);
    }
    return ModelShelf.of(root.shell()).find(arguments.getFirst());
  }
}
