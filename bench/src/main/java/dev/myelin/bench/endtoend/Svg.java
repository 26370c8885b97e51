package dev.myelin.bench.endtoend;

import java.util.Locale;

/// A drawing under construction; its colours suit light and dark pages.
final class Svg {
  private static final String STYLE =
      """
      <style>
        text { font: 12px system-ui, sans-serif; fill: #24292f; }
        .title { font-size: 15px; font-weight: 600; }
        .small { font-size: 11px; fill: #57606a; }
        .grid { stroke: #d0d7de; stroke-width: 1; }
        .axis { stroke: #57606a; stroke-width: 1; }
        .paper { fill: #ffffff; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .small { fill: #9da7b3; }
          .grid { stroke: #30363d; }
          .axis { stroke: #9da7b3; }
          .paper { fill: #0d1117; }
        }
      </style>
      """;

  private final StringBuilder text = new StringBuilder();
  private final int width;
  private final int height;

  Svg(int width, int height) {
    this.width = width;
    this.height = height;
  }

  void line(String style, double x1, double y1, double x2, double y2) {
    add(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            style,
            x1,
            y1,
            x2,
            y2));
  }

  /// Draws a coloured line of that width.
  void stroke(String colour, double thick, double... path) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i + 1 < path.length; i += 2) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", path[i], path[i + 1]));
    }
    add(
        String.format(
            Locale.ROOT,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" points=\"%s\"/>",
            colour,
            thick,
            points.toString().strip()));
  }

  void box(String colour, double x, double y, double wide, double high) {
    add(
        String.format(
            Locale.ROOT,
            "<rect fill=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"/>",
            colour,
            x,
            y,
            wide,
            high));
  }

  void dot(String colour, double x, double y, double radius) {
    add(
        String.format(
            Locale.ROOT,
            "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
            colour,
            x,
            y,
            radius));
  }

  /// Writes words.
  ///
  /// @param anchor which part of them stands at x: `start`, `middle` or `end`
  void words(String style, String anchor, double x, double y, String words) {
    String safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    add(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
            style,
            anchor,
            x,
            y,
            safe));
  }

  private void add(String element) {
    text.append(element).append('\n');
  }

  @Override
  public String toString() {
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" role=\"img\">%n",
            width,
            height,
            width,
            height)
        + STYLE
        + "<rect class=\"paper\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n"
        + text
        + "</svg>\n";
  }
}
