package dev.myelin.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows what a node would be told, and by whom.
@Command(
    name = "config",
    header = "Show every setting, its value and where it comes from.",
    description = {
      "",
      "Arguments count more than variables, variables more than the file, the file more",
      "than defaults. Give the same arguments as to the command you wonder about.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin config --show --config lab.properties",
      "  ASOC_PORT=9100 myelin config --show --json"
    })
final class ConfigCommand implements Callable<Integer> {
  private final RootCommand root;

  @Mixin private final NodeOptions options = NodeOptions.staying();

  @Option(
      names = "--show",
      description = "Print the settings; this is what the command does anyway.")
  void show(@SuppressWarnings("unused") boolean yes) {}

  ConfigCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    Settings settings = options.settings(root.shell());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("SETTING", "VALUE", "SOURCE"));
    for (Setting setting : Setting.values()) {
      Settings.Value value = settings.value(setting);
      String text = setting.secret() ? masked(value.text()) : value.text();
      if (root.json()) {
        String source = value.source().name().toLowerCase(Locale.ROOT);
        root.print(
            Json.object(
                "key", setting.key(), "value", text, "source", source, "place", value.place()));
      }
      rows.add(List.of(setting.key(), text.isEmpty() ? "-" : text, value.place()));
    }
    if (!root.json()) {
      root.print(Words.table(rows));
    }
    return ExitCodes.OK;
  }

  private static String masked(String key) {
    return key.isEmpty() ? "" : "******** (" + Words.count(key.length(), "character") + ")";
  }
}
