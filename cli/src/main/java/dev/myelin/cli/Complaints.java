package dev.myelin.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns whatever ended a command into one line and an exit code.
final class Complaints implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final RootCommand root;

  Complaints(RootCommand root) {
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine line = failure.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    String guess = failure instanceof UnmatchedArgumentException e ? guess(line, e) : "";
    String cause =
        failure.getCause() instanceof IllegalArgumentException e ? " (" + e.getMessage() + ")" : "";
    complain(
        ExitCodes.USAGE,
        oneLine(message(failure)) + cause + guess + "; see '" + name + " --help'",
        failure);
    return ExitCodes.USAGE;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
    int code = ExitCodes.of(failure);
    complain(code, oneLine(wording(failure)), failure);
    return code;
  }

  private static String guess(CommandLine line, UnmatchedArgumentException failure) {
    List<String> known = new ArrayList<>(line.getSubcommands().keySet());
    line.getCommandSpec().options().forEach(option -> known.addAll(List.of(option.names())));
    known.removeIf(name -> name.endsWith("-node") || name.equals("train"));
    return Guess.nearest(failure.getUnmatched().getFirst(), known)
        .map(name -> "; did you mean '" + name + "'?")
        .orElse("");
  }

  private void complain(int code, String text, Exception failure) {
    if (root.json()) {
      root.shell().err().println(Json.line(Json.object("error", text, "exit", code)));
    } else {
      root.note(text);
    }
    if (root.verbosity() > 0) {
      failure.printStackTrace(root.shell().err());
    }
  }

  private static String wording(Exception failure) {
    return switch (failure) {
      case NoSuchFileException e -> e.getFile() + ": no such file";
      case AccessDeniedException e ->
          e.getFile() + ": may not be read or written; check its permissions";
      case FileSystemException e ->
          e.getFile() + ": " + (e.getReason() == null ? e.toString() : e.getReason());
      case InterruptedException _ -> "stopped";
      case java.nio.channels.ClosedByInterruptException _ -> "stopped";
      case CommandException e -> message(e);
      case IllegalArgumentException e -> message(e);
      case IOException e -> message(e);
      default -> failure + "; this should not happen: run again with --verbose and report it";
    };
  }

  private static String message(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
