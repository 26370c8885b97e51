package dev.myelin.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Looks for reasons why nodes do not find or reach each other.
@Command(
    name = "doctor",
    header = "Check this machine for what keeps nodes apart; say what to do.",
    description = {
      "",
      "Checks ports, interfaces, broadcast, multicast, mDNS, names, signs of a firewall, the",
      "clock, the key, descriptors and memory. Give the options you give to the node. Ends",
      "with 1 if something fails.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin doctor --key-file key.txt",
      "  myelin doctor --port 9100 --peers 10.0.1.10:9000 --json"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int FOUND_FAILURE = 1;

  private final RootCommand root;

  @Mixin private final NodeOptions options = NodeOptions.staying();

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "How long to listen for answers (default: ${DEFAULT-VALUE}).")
  private Duration wait = Duration.ofSeconds(2);

  DoctorCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = options.settings(root.shell());
    boolean failed = false;
    int warnings = 0;
    HostChecks host = new HostChecks(settings, root.shell());
    NetworkChecks network = new NetworkChecks(settings, wait);
    for (Check check : List.<Check>of(host::findings, network::findings)) {
      for (Finding finding : check.findings()) {
        show(finding);
        failed |= finding.level() == Finding.Level.FAIL;
        warnings += finding.level() == Finding.Level.WARN ? 1 : 0;
      }
    }
    if (!root.json()) {
      root.print("");
      root.print(
          failed
              ? "Something fails: do what stands behind 'do:'."
              : warnings == 0
                  ? "All is well."
                  : "Works, with " + Words.count(warnings, "warning") + ".");
    }
    return failed ? FOUND_FAILURE : ExitCodes.OK;
  }

  /// Looks at some things and says what it found.
  private interface Check {
    List<Finding> findings() throws IOException, InterruptedException;
  }

  private void show(Finding finding) {
    if (root.json()) {
      root.print(
          Json.object(
              "level",
              finding.level().name().toLowerCase(Locale.ROOT),
              "subject",
              finding.subject(),
              "finding",
              finding.words(),
              "advice",
              finding.advice()));
      return;
    }
    root.print(
        String.format(
            Locale.ROOT, "%-4s  %-11s  %s", finding.level(), finding.subject(), finding.words()));
    if (!finding.advice().isEmpty()) {
      root.print("                   do: " + finding.advice());
    }
  }
}
