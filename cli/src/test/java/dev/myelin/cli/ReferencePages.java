package dev.myelin.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// The reference pages that are made from the code.
final class ReferencePages {
  private static final List<String> SHARED = List.of("--json", "--verbose", "--help", "--version");

  private static final List<OptionSpec> SOCKET =
      CommandSpec.forAnnotatedObject(new SocketArguments()).options().stream()
          .sorted((a, b) -> Integer.compare(a.order(), b.order()))
          .toList();

  private static final Set<String> OF_A_SOCKET =
      SOCKET.stream().map(OptionSpec::longestName).collect(Collectors.toUnmodifiableSet());

  private ReferencePages() {}

  /// Returns `docs/reference/cli.md`.
  static String commands() {
    CommandLine whole = CommandTree.whole(new Terminal().shell());
    StringBuilder page = new StringBuilder("# The command `myelin`\n\n");
    page.append("Made from the code by the build; do not edit.\n\n");
    page.append(String.join("\n", whole.getCommandSpec().usageMessage().description()).strip());
    page.append("\n\n| command | does |\n|---|---|\n");
    for (CommandLine command : visible(whole)) {
      String name = command.getCommandName();
      page.append("| [`").append(name).append("`](#myelin-").append(name).append(") | ");
      page.append(header(command)).append(" |\n");
    }
    page.append("\n## Every command\n\n| option | does |\n|---|---|\n");
    whole.getCommandSpec().options().forEach(option -> page.append(row(option)));
    page.append("\n## Options of a node\n\n");
    page.append("Shared by `node`, `send`, `receive`, `peers`, `doctor` and `config`. Variables");
    page.append(" and file keys: [config.md](config.md).\n\n| option | does |\n|---|---|\n");
    nodeOptions(whole).forEach(option -> page.append(row(option)));
    page.append("\n## Options of a socket\n\n");
    page.append(
        "Shared by `req`, `rep`, `pub`, `sub`, `push`, `pull` and `pair`. Times are seconds,");
    page.append(" or have a unit: `0.5`, `500ms`, `2m`.\n\n| option | does |\n|---|---|\n");
    SOCKET.forEach(option -> page.append(row(option)));
    visible(whole).forEach(command -> page.append(section(command)));
    return page.toString();
  }

  /// Returns `docs/reference/config.md`.
  static String settings() {
    StringBuilder page = new StringBuilder("# Configuration\n\n");
    page.append("Made from the code by the build; do not edit.\n\n");
    page.append(
        "Arguments count more than variables, variables more than the file that `--config`");
    page.append(" or `MYELIN_CONFIG` names, the file more than defaults. Of two variables the");
    page.append(" first counts more. `myelin config --show` prints each value and its source.\n\n");
    page.append("The file has `key=value` lines, or is a JSON object of the same keys.\n\n");
    page.append("| key | option | variables | default | meaning |\n|---|---|---|---|---|\n");
    for (Setting setting : Setting.values()) {
      String variables =
          setting.variables().stream().map(v -> "`" + v + "`").collect(Collectors.joining(", "));
      String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
      page.append("| `").append(setting.key()).append("` | `--").append(setting.key());
      page.append("` | ").append(variables).append(" | ").append(fallback).append(" | ");
      page.append(setting.meaning()).append(" |\n");
    }
    page.append("\n`send` and `peers` listen on a port of the system's choice unless told.\n");
    return page.toString();
  }

  /// Returns the table of exit codes for `docs/reference/errors.md`.
  static String exitCodes() {
    StringBuilder table = new StringBuilder("| code | meaning |\n|---|---|\n");
    for (Map.Entry<Integer, String> entry : ExitCodes.meanings().entrySet()) {
      table.append("| ").append(entry.getKey()).append(" | ").append(entry.getValue());
      table.append(" |\n");
    }
    return table.toString();
  }

  private static String section(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    StringBuilder section = new StringBuilder("\n## myelin ").append(command.getCommandName());
    section.append("\n\n").append(header(command)).append("\n");
    String description = String.join("\n", usage.description()).strip();
    if (!description.isEmpty()) {
      section.append("\n").append(fenced(description)).append("\n");
    }
    List<PositionalParamSpec> parameters = command.getCommandSpec().positionalParameters();
    List<OptionSpec> own = ownOptions(command);
    if (!own.isEmpty() || !parameters.isEmpty()) {
      section.append("\n| argument | does |\n|---|---|\n");
      parameters.forEach(
          each ->
              section
                  .append("| `")
                  .append(each.paramLabel())
                  .append("` | ")
                  .append(text(each.description()))
                  .append(" |\n"));
      own.forEach(option -> section.append(row(option)));
    }
    section.append("\n```\n").append(String.join("\n", usage.footer())).append("\n```\n");
    return section.toString();
  }

  private static String fenced(String description) {
    return description.contains("\n  ") ? "```\n" + description + "\n```" : description;
  }

  private static List<CommandLine> visible(CommandLine whole) {
    return whole.getSubcommands().values().stream()
        .filter(command -> !command.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  private static List<OptionSpec> nodeOptions(CommandLine whole) {
    CommandLine node = Objects.requireNonNull(whole.getSubcommands().get("node"));
    List<String> own = List.of("--dir");
    return node.getCommandSpec().options().stream()
        .filter(option -> !SHARED.contains(option.longestName()))
        .filter(option -> !own.contains(option.longestName()))
        .sorted((a, b) -> Integer.compare(a.order(), b.order()))
        .toList();
  }

  private static List<OptionSpec> ownOptions(CommandLine command) {
    List<String> shared =
        CommandTree.hasSettings(command)
            ? Arrays.stream(Setting.values()).map(setting -> "--" + setting.key()).toList()
            : List.of();
    return command.getCommandSpec().options().stream()
        .filter(option -> !SHARED.contains(option.longestName()))
        .filter(option -> !shared.contains(option.longestName()))
        .filter(option -> !List.of("--config", "--no-discovery").contains(option.longestName()))
        .filter(option -> !isSocket(command) || !OF_A_SOCKET.contains(option.longestName()))
        .sorted((a, b) -> a.longestName().compareTo(b.longestName()))
        .toList();
  }

  private static boolean isSocket(CommandLine command) {
    return command.getCommandSpec().findOption("--bind") != null;
  }

  private static String row(OptionSpec option) {
    String names = String.join(", ", option.names());
    String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return "| `"
        + (names + label).replace("|", "\\|")
        + "` | "
        + text(option.description()).replace("${DEFAULT-VALUE}", option.defaultValue() + "")
        + " |\n";
  }

  private static String header(CommandLine command) {
    return text(command.getCommandSpec().usageMessage().header());
  }

  private static String text(String[] lines) {
    return String.join(" ", lines).replace("|", "\\|");
  }
}
