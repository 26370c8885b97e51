package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The plots of the page: name of the file to drawing.
final class Plots {
  private static final int WIDTH = 900;
  private static final int LEFT = 190;
  private static final int RIGHT = 190;
  private static final int TOP = 64;
  private static final int ROW = 24;
  private static final int BOTTOM = 48;

  private static final String OURS = "#d1495b";
  private static final String PLAIN = "#8a94a0";
  private static final List<String> OTHERS =
      List.of(
          "#3b82c4", "#e08e2b", "#3f9e6b", "#9467bd", "#17a2b8", "#b5742d", "#d670b0", "#7f9a2e",
          "#5b6ee1", "#c0a021", "#4c8f8f", "#a0566b");

  private Plots() {}

  static Map<String, String> of(Summary summary) {
    Map<String, String> plots = new LinkedHashMap<>();
    Map<String, String> colours = colours(summary);
    List<Case> sizes =
        summary.rows().keySet().stream().filter(what -> what.what() == Case.What.ONE_WAY).toList();
    if (sizes.size() > 1) {
      plots.put("one-way-by-size.svg", Curves.draw(summary, sizes, colours));
    }
    summary
        .rows()
        .forEach(
            (what, rows) -> {
              String name = what.text().replace(':', '-') + ".svg";
              switch (what.what()) {
                case ROUND_TRIP, HAND_OVER, BESIDE -> plots.put(name, trips(what, rows, colours));
                case SMALL, CONNECTIONS, SETTINGS, PUBLISH, APPEND, COMMIT ->
                    plots.put(name, bars(what, rows, colours));
                case ONE_WAY -> {
                  if (what.size() == Task.PIECE) {
                    plots.put(name, bars(what, rows, colours));
                    plots.put("cpu-" + name, cpu(what, rows, colours));
                  }
                }
              }
            });
    return plots;
  }

  /// Ours are red, plain C is grey, each peer keeps its colour in all plots.
  private static Map<String, String> colours(Summary summary) {
    Map<String, String> colours = new LinkedHashMap<>();
    int next = 0;
    for (Results.Standing each : summary.results().designs()) {
      String name = each.name();
      boolean plain = name.startsWith("c-") || name.equals("memcpy");
      boolean ours = name.startsWith("myelin");
      colours.put(name, ours ? OURS : plain ? PLAIN : OTHERS.get(next++ % OTHERS.size()));
    }
    return colours;
  }

  private static String bars(Case what, List<Summary.Row> rows, Map<String, String> colours) {
    String title =
        switch (what.what()) {
          case ONE_WAY -> "One way, " + what.sizeText();
          case SMALL -> "Messages of " + what.sizeText() + " one way";
          default -> Tables.title(what);
        };
    boolean more = what.what().moreIsBetter();
    String axis = what.what().unit() + ", " + (more ? "more" : "less") + " is better";
    List<Bar> bars = new ArrayList<>();
    for (Summary.Row row : rows) {
      bars.add(
          new Bar(
              row.design(),
              row.value(),
              Double.NaN,
              Double.isNaN(row.ratio())
                  ? ""
                  : Tables.figure(row.ratio()) + " of " + what.what().base()));
    }
    return new Chart(title, axis, what.what() == Case.What.SMALL).draw(bars, colours);
  }

  private static String cpu(Case what, List<Summary.Row> rows, Map<String, String> colours) {
    List<Bar> bars = new ArrayList<>();
    for (Summary.Row row : rows) {
      if (!Double.isNaN(row.cpuPerGb())) {
        double value = row.cpuPerGb();
        bars.add(new Bar(row.design(), new Summary.Spread(value, value, value), Double.NaN, ""));
      }
    }
    String axis = "CPU seconds per GB, both processes, less is better";
    return new Chart("What a gigabyte costs, one way, " + what.sizeText(), axis, false)
        .draw(bars, colours);
  }

  private static String trips(Case what, List<Summary.Row> rows, Map<String, String> colours) {
    List<Bar> bars = new ArrayList<>();
    for (Summary.Row row : rows) {
      double tail = row.micros().size() > 2 ? row.micros().get(2) : Double.NaN;
      String note = Double.isNaN(tail) ? "" : "p99 " + Tables.figure(tail);
      bars.add(new Bar(row.design(), row.value(), tail, note));
    }
    String axis = "microseconds: bar p50, dot p99; less is better; logarithmic";
    return new Chart(Tables.title(what), axis, true).draw(bars, colours);
  }

  /// One design in a chart.
  ///
  /// @param tail a further mark; NaN for none
  private record Bar(String name, Summary.Spread value, double tail, String note) {}

  /// A chart of lying bars.
  private record Chart(String title, String axis, boolean logarithmic) {
    String draw(List<Bar> bars, Map<String, String> colours) {
      int height = TOP + bars.size() * ROW + BOTTOM;
      Svg svg = new Svg(WIDTH, height);
      Scale scale = scale(bars);
      svg.words("title", "start", 16, 26, title);
      svg.words("small", "start", 16, 44, "whiskers: least and most of the rounds");
      for (double tick : scale.ticks()) {
        double x = scale.at(tick);
        svg.line("grid", x, TOP - 6, x, height - BOTTOM);
        svg.words("small", "middle", x, height - BOTTOM + 16, Scale.text(tick));
      }
      svg.words("small", "middle", (LEFT + WIDTH - RIGHT) / 2.0, height - 10, axis);
      for (int i = 0; i < bars.size(); i++) {
        bar(svg, scale, bars.get(i), TOP + i * ROW, colours);
      }
      return svg.toString();
    }

    private Scale scale(List<Bar> bars) {
      double most = 0;
      double least = Double.MAX_VALUE;
      for (Bar bar : bars) {
        most = Math.max(most, Double.isNaN(bar.tail()) ? bar.value().most() : bar.tail());
        most = Math.max(most, bar.value().most());
        least = Math.min(least, bar.value().least());
      }
      return logarithmic
          ? Scale.logarithmic(least, most, LEFT, WIDTH - RIGHT)
          : Scale.linear(most, LEFT, WIDTH - RIGHT);
    }

    private static void bar(
        Svg svg, Scale scale, Bar bar, double top, Map<String, String> colours) {
      String colour = colours.getOrDefault(bar.name(), PLAIN);
      double middle = top + ROW / 2.0;
      double end = scale.at(bar.value().median());
      svg.words("", "end", LEFT - 8, middle + 4, bar.name());
      svg.box(colour, LEFT, top + 4, Math.max(1, end - LEFT), ROW - 8);
      double from = scale.at(bar.value().least());
      double to = scale.at(bar.value().most());
      svg.line("axis", from, middle, to, middle);
      svg.line("axis", from, middle - 4, from, middle + 4);
      svg.line("axis", to, middle - 4, to, middle + 4);
      double right = Math.max(to, end);
      if (!Double.isNaN(bar.tail())) {
        svg.dot(colour, scale.at(bar.tail()), middle, 4);
        right = Math.max(right, scale.at(bar.tail()));
      }
      String note = bar.note().isEmpty() ? "" : " · " + bar.note();
      svg.words(
          "small", "start", right + 8, middle + 4, Tables.figure(bar.value().median()) + note);
    }
  }
}
