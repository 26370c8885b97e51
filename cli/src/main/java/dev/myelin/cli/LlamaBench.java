package dev.myelin.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The program `llama-bench` of llama.cpp, run as a process for one figure at a time.
final class LlamaBench {
  /// The name on the command line.
  static final String NAME = "llama-bench";

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int ILLEGAL_INSTRUCTION = 128 + 4;
  private static final int SHOWN = 200;

  private final Path program;
  private final Duration limit;

  /// @param limit how long one figure may take
  LlamaBench(Path program, Duration limit) {
    this.program = program;
    this.limit = limit;
  }

  /// Returns whether a name of `--against` means this program.
  static boolean isMeant(String name) {
    return name.equals(NAME) || name.startsWith(NAME + "=");
  }

  /// Returns the program that `llama-bench=PATH` names, or `llama-bench` in the `PATH`.
  ///
  /// @throws CommandException if there is none
  static LlamaBench of(String name, Shell shell) {
    List<Path> places =
        name.equals(NAME)
            ? Arrays.stream(
                    shell.variable("PATH").orElse("").split(Pattern.quote(File.pathSeparator), -1))
                .map(folder -> Path.of(folder, NAME))
                .toList()
            : List.of(Path.of(name.substring(NAME.length() + 1)));
    return places.stream()
        .filter(place -> Files.isRegularFile(place) && Files.isExecutable(place))
        .findFirst()
        .map(place -> new LlamaBench(place.toAbsolutePath(), LIMIT))
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCodes.UNAVAILABLE,
                    "--against "
                        + name
                        + ": no such program (expected: llama-bench=PATH, the program of"
                        + " llama.cpp; build it there with cmake --build build --target"
                        + " llama-bench)"));
  }

  /// What it told.
  ///
  /// @param rate tokens in a second
  /// @param facts everything that stood beside it
  record Told(double rate, Map<String, Object> facts) {
    String fact(String name) {
      return String.valueOf(facts.getOrDefault(name, "unknown"));
    }
  }

  /// Runs it for one figure.
  ///
  /// Waits until it ends, up to the limit; an interrupt ends it and the wait.
  ///
  /// @throws CommandException if it fails, takes longer, or tells no such figure
  Told run(Path model, BenchCase what, int tokens, int threads)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("myelin-bench-");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    try {
      Process process = start(command(model, what, tokens, threads), out, err);
      try {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          throw failed("was still running after " + Words.time(limit), err);
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      int code = process.exitValue();
      if (code != 0) {
        String hint =
            code == ILLEGAL_INSTRUCTION
                ? ", an illegal instruction: it was built for another processor"
                    + " (-DGGML_NATIVE=OFF)"
                : "";
        throw failed("ended with exit code " + code + hint, err);
      }
      return told(new String(Files.readAllBytes(out), StandardCharsets.UTF_8), what, tokens);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
      Files.deleteIfExists(folder);
    }
  }

  /// Returns the figure for so many tokens out of what it printed.
  Told told(String text, BenchCase what, int tokens) {
    String kind = what == BenchCase.PREFILL ? "n_prompt" : "n_gen";
    String other = what == BenchCase.PREFILL ? "n_gen" : "n_prompt";
    try {
      for (Map<String, Object> each : Json.objects(text)) {
        if (isNumber(each.get(kind), tokens)
            && isNumber(each.get(other), 0)
            && each.get("avg_ts") instanceof Number rate
            && rate.doubleValue() > 0) {
          return new Told(rate.doubleValue(), each);
        }
      }
    } catch (IOException e) {
      throw wrong(text, kind + " " + tokens);
    }
    throw wrong(text, kind + " " + tokens);
  }

  private CommandException wrong(String text, String wanted) {
    String shown = text.strip().replaceAll("\\s+", " ");
    return new CommandException(
        ExitCodes.SOFTWARE,
        program
            + ": printed '"
            + (shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown)
            + ("' (expected: a JSON array with avg_ts of "
                + wanted
                + ", as llama-bench prints it)"));
  }

  private List<String> command(Path model, BenchCase what, int tokens, int threads) {
    boolean prefill = what == BenchCase.PREFILL;
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of("-m", model.toString(), "-t", Integer.toString(threads)));
    command.addAll(List.of("-p", Integer.toString(prefill ? tokens : 0)));
    command.addAll(List.of("-n", Integer.toString(prefill ? 0 : tokens)));
    command.addAll(List.of("-r", "1", "-o", "json"));
    return command;
  }

  private Process start(List<String> command, Path out, Path err) {
    try {
      return new ProcessBuilder(command)
          .redirectOutput(out.toFile())
          .redirectError(err.toFile())
          .start();
    } catch (IOException e) {
      throw new CommandException(
          ExitCodes.UNAVAILABLE,
          program + ": does not start: " + e.getMessage() + " (expected: llama-bench)",
          e);
    }
  }

  private CommandException failed(String what, Path err) throws IOException {
    String said = new String(Files.readAllBytes(err), StandardCharsets.UTF_8).strip();
    String last = said.substring(said.lastIndexOf('\n') + 1).strip();
    return new CommandException(
        ExitCodes.SOFTWARE,
        program + ": " + what + (last.isEmpty() ? "; it printed no error" : "; it said: " + last));
  }

  private static boolean isNumber(@org.jspecify.annotations.Nullable Object value, int wanted) {
    return value instanceof Number number && number.longValue() == wanted;
  }
}
