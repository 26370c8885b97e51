package dev.myelin.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Does in one process, silently, what other commands do, so that a start can be recorded in a
/// cache that later starts map into memory. Always ends with 0.
@Command(name = "train", hidden = true, header = "Go through the motions, to record a start.")
final class TrainCommand implements Callable<Integer> {
  private static final long FILE_BYTES = 2 << 20;

  private static final String QUESTION = "What is the name of the dog?";

  private final RootCommand root;

  @Option(names = "--model", paramLabel = "MODEL", description = "Let this model answer instead.")
  private @Nullable String model;

  TrainCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Shell silent =
        new Shell(nowhere, nowhere, root.shell().in(), root.shell().environment(), true, true);
    if (model != null) {
      Main.run(silent, "run", model, QUESTION, "--max-tokens", "64", "--seed", "1");
      return ExitCodes.OK;
    }
    Main.run(silent, "--help");
    Main.run(silent, "demo", "--help");
    Main.run(silent, "check");
    Main.run(silent, "check", "--json");
    Main.run(silent, "doctor", "--no-discovery", "--port", "0");
    Path file = Files.createTempFile("myelin-train-", ".safetensors");
    try {
      DemoFile.write(file, FILE_BYTES);
      DemoFile.digests(List.of(file));
      try (ProgressLine bar = new ProgressLine(silent, "training", FILE_BYTES)) {
        bar.at(FILE_BYTES);
      }
      Json.parse(Json.line(Json.object("files", List.of(file), "bytes", FILE_BYTES)));
    } finally {
      Files.delete(file);
    }
    return ExitCodes.OK;
  }
}
