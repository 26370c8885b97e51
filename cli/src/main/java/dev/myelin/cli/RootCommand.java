package dev.myelin.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The command without a name: what all commands share.
@Command(
    name = "myelin",
    versionProvider = VersionText.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "COMMAND",
    header = "The tensor network for AI on the JVM.",
    description = {
      "",
      "Nodes that share a community and a key find each other and stream tensors.",
      ""
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "Options:%n",
    footerHeading = "%nTo begin:%n",
    footer = {
      "  myelin demo                                       two nodes meet and stream a file, here",
      "  myelin keygen --out key.txt                       make the key that your nodes share",
      "  myelin receive --dir in --key-file key.txt        on one machine",
      "  myelin send x.safetensors --key-file key.txt      on another",
      "  myelin rep --bind tcp://127.0.0.1:5555 --echo     answer any ZeroMQ program",
      "  myelin embed --similar \"a dog\" \"a puppy\"          how alike texts are",
      "  myelin doctor                                     when nodes do not find each other",
      "",
      "Every option also has a variable (MYELIN_PORT for --port) and a line in a",
      "configuration file; 'myelin config --show' tells which one counts."
    })
final class RootCommand implements Runnable {
  private final Shell shell;

  @Option(
      names = "--json",
      order = 50,
      scope = ScopeType.INHERIT,
      description = "Print results as JSON, one object per line.")
  private boolean json;

  @Option(
      names = {"-v", "--verbose"},
      order = 51,
      scope = ScopeType.INHERIT,
      description =
          "Say more; with an error, show where it came from. Twice: debug, three times: trace.")
  private boolean[] verbose = {};

  @CommandLine.Spec private @Nullable CommandSpec spec;

  RootCommand(Shell shell) {
    this.shell = shell;
  }

  Shell shell() {
    return shell;
  }

  boolean json() {
    return json;
  }

  int verbosity() {
    return verbose.length;
  }

  /// Prints a line of results.
  void print(String line) {
    shell.out().println(Words.plain(line));
  }

  /// Prints an object of results on one line.
  void print(Object json) {
    shell.out().println(Json.line(json));
  }

  /// Prints a line for people beside the results.
  void note(String line) {
    shell.err().println("myelin: " + Words.plain(line));
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(shell.out());
    }
  }
}
