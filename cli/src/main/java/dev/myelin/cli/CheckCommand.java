package dev.myelin.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Has three nodes in this process do everything a node does.
@Command(
    name = "check",
    header = "Test this installation: nodes on loopback meet, send, verify, fail and return.",
    description = {
      "",
      "Starts three nodes in this process with a fresh key, on ports of their own, and prints",
      "a list of what works. Ends with 1 if something does not.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  myelin check", "  myelin check --json"})
final class CheckCommand implements Callable<Integer> {
  private static final int FOUND_FAILURE = 1;

  private final RootCommand root;

  CheckCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    int failed = 0;
    long start = System.nanoTime();
    try (SelfTest test = new SelfTest()) {
      for (SelfTest.Step step : test.steps()) {
        failed += run(step) ? 0 : 1;
      }
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    if (root.json()) {
      root.print(Json.object("failed", failed, "seconds", time.toNanos() / 1e9));
    } else {
      root.print(
          failed == 0
              ? "All of it works (" + Words.time(time) + "). Next: myelin demo"
              : Words.count(failed, "step") + " failed. 'myelin doctor' looks for the reason.");
    }
    return failed == 0 ? ExitCodes.OK : FOUND_FAILURE;
  }

  private boolean run(SelfTest.Step step) throws InterruptedException {
    long start = System.nanoTime();
    boolean ok = true;
    String words;
    try {
      words = step.action().run();
    } catch (IOException | RuntimeException e) {
      ok = false;
      words = e.getMessage() == null ? e.toString() : e.getMessage();
      if (root.verbosity() > 0) {
        e.printStackTrace(root.shell().err());
      }
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    if (root.json()) {
      root.print(
          Json.object(
              "step", step.name(), "ok", ok, "detail", words, "seconds", time.toNanos() / 1e9));
    } else {
      root.print(
          (ok ? "ok    " : "FAIL  ") + step.name() + ": " + words + "  (" + Words.time(time) + ")");
    }
    return ok;
  }
}
