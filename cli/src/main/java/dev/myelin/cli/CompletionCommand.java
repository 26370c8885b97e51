package dev.myelin.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Prints a script that completes this command in a shell.
@Command(
    name = "completion",
    header = "Print a script that completes commands and options in bash and zsh.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(myelin completion)            for this shell",
      "  myelin completion > ~/.local/share/bash-completion/completions/myelin"
    })
final class CompletionCommand implements Callable<Integer> {
  private final RootCommand root;

  CompletionCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() {
    CommandLine whole = CommandTree.whole(root.shell());
    root.print(AutoComplete.bash("myelin", whole));
    return ExitCodes.OK;
  }
}
