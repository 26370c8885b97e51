package dev.myelin.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// The commands, as a list.
final class CommandTree {
  private static final Map<String, Function<RootCommand, Object>> COMMANDS = commands();

  private CommandTree() {}

  /// Returns a command line that knows every command.
  static CommandLine whole(Shell shell) {
    return of(shell, List.copyOf(COMMANDS.keySet()));
  }

  /// Returns a command line that understands these arguments: describing a command costs start-up,
  /// so a command that is not asked for is left out.
  static CommandLine of(Shell shell, String... args) {
    for (String arg : args) {
      if (COMMANDS.containsKey(arg)) {
        return of(shell, List.of(arg));
      }
      if (!arg.startsWith("-")) {
        break;
      }
    }
    return whole(shell);
  }

  private static CommandLine of(Shell shell, List<String> names) {
    RootCommand root = new RootCommand(shell);
    CommandLine line = new CommandLine(root);
    for (String name : names) {
      Function<RootCommand, Object> made = COMMANDS.get(name);
      if (made != null) {
        line.addSubcommand(name, made.apply(root));
      }
    }
    line.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(
            ExitCodes.meanings().entrySet().stream()
                .collect(
                    Collectors.toMap(
                        e -> " " + e.getKey(),
                        Map.Entry::getValue,
                        (a, _) -> a,
                        LinkedHashMap::new)));
    line.getSubcommands().values().forEach(CommandTree::describe);
    Complaints complaints = new Complaints(root);
    line.setOut(writer(shell.out()))
        .setErr(writer(shell.err()))
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi(shell)))
        .setUsageHelpWidth(Math.clamp(shell.columns(), 80, 110))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(complaints)
        .setExecutionExceptionHandler(complaints)
        .setExecutionStrategy(
            parsed -> {
              QuietLogs.verbosity(root.verbosity());
              return new CommandLine.RunLast().execute(parsed);
            });
    return Converters.register(line);
  }

  private static void describe(CommandLine command) {
    command.getCommandSpec().usageMessage().abbreviateSynopsis(true);
    if (hasSettings(command)) {
      command.setResourceBundle(new SettingWords());
    }
  }

  /// Returns whether the options of that command are those of a node; others may have options of
  /// the same names.
  static boolean hasSettings(CommandLine command) {
    return command.getCommandSpec().findOption("--config") != null;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static Ansi ansi(Shell shell) {
    return shell.outIsTerminal() && shell.variable("NO_COLOR").isEmpty() ? Ansi.ON : Ansi.OFF;
  }

  private static Map<String, Function<RootCommand, Object>> commands() {
    Map<String, Function<RootCommand, Object>> commands = new LinkedHashMap<>();
    commands.put("demo", DemoCommand::new);
    commands.put("node", NodeCommand::new);
    commands.put("send", SendCommand::new);
    commands.put("receive", ReceiveCommand::new);
    commands.put("req", ReqCommand::new);
    commands.put("rep", RepCommand::new);
    commands.put("pub", PubCommand::new);
    commands.put("sub", SubCommand::new);
    commands.put("push", PushCommand::new);
    commands.put("pull", PullCommand::new);
    commands.put("pair", PairCommand::new);
    commands.put("topics", TopicsCommand::new);
    commands.put("peers", PeersCommand::new);
    commands.put("run", RunCommand::new);
    commands.put("models", ModelsCommand::new);
    commands.put("embed", EmbedCommand::new);
    commands.put("keygen", KeygenCommand::new);
    commands.put("doctor", DoctorCommand::new);
    commands.put("check", CheckCommand::new);
    commands.put("bench", BenchCommand::new);
    commands.put("dissect", DissectCommand::new);
    commands.put("config", ConfigCommand::new);
    commands.put("completion", CompletionCommand::new);
    commands.put("demo-node", DemoNodeCommand::new);
    commands.put("bench-node", BenchNodeCommand::new);
    commands.put("train", TrainCommand::new);
    return commands;
  }
}
