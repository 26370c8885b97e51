package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Writes a run into the documentation: results, plots, and the tables between two marks of the
/// page.
final class Publication {
  static final String PAGE = "docs/explain/benchmarks.md";
  private static final String FOLDER = "docs/explain/img";
  private static final String RESULTS = "bench/results/end-to-end.json";
  private static final String BEGIN = "<!-- figures: written by EndToEnd, not by hand -->\n";
  private static final String END = "<!-- end of figures -->";

  private Publication() {}

  static void write(Results results, Summary summary, Path home) throws IOException {
    Path page = home.resolve(PAGE);
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + ": no place for figures (expected: " + BEGIN.strip() + ")");
    }
    Files.createDirectories(home.resolve(FOLDER));
    Map<String, String> plots = Plots.of(summary);
    for (Map.Entry<String, String> plot : plots.entrySet()) {
      Files.writeString(home.resolve(FOLDER).resolve(plot.getKey()), plot.getValue());
    }
    Files.createDirectories(home.resolve(RESULTS).getParent());
    results.write(home.resolve(RESULTS));
    Files.writeString(
        page,
        text.substring(0, begin)
            + BEGIN
            + "\n"
            + machine(results)
            + images(plots)
            + designs(results)
            + "### What was asked for\n\n"
            + Bars.markdown(summary)
            + "### In figures\n\n"
            + Tables.markdown(summary)
            + text.substring(end));
  }

  private static String machine(Results results) {
    Results.Machine machine = results.machine();
    return """
    ### The machine

    | | |
    |---|---|
    | processor | %s, %d cores |
    | system | %s |
    | Java | %s |
    | day | %s |
    | load average of a minute | %s |
    | rounds | %d starts of %d turns of about %s s, after a warm-up of %s s |

    """
        .formatted(
            machine.cpu(),
            machine.cores(),
            machine.system(),
            machine.java(),
            machine.day(),
            machine.load(),
            results.pace().passes(),
            results.pace().rounds(),
            results.pace().turnSeconds(),
            results.pace().firstWarmUpSeconds());
  }

  private static String images(Map<String, String> plots) {
    StringBuilder text = new StringBuilder("### In pictures\n\n");
    for (String name : plots.keySet()) {
      String words = name.replace(".svg", "").replace('-', ' ');
      text.append("![").append(words).append("](img/").append(name).append(")\n\n");
    }
    return text.toString();
  }

  private static String designs(Results results) {
    StringBuilder text = new StringBuilder("### The designs\n\n| design | what it is | |\n");
    text.append("|---|---|---|\n");
    for (Results.Standing each : results.designs()) {
      String state = each.why().isEmpty() ? each.state() : each.state() + ": " + brief(each.why());
      text.append("| ").append(each.name()).append(" | ").append(each.about());
      text.append(" | ").append(state).append(" |\n");
    }
    return text.append('\n').toString();
  }

  private static String brief(String why) {
    String line = why.replace('|', '/').replace('\n', ' ');
    return line.length() > 160 ? line.substring(0, 160) + "…" : line;
  }
}
