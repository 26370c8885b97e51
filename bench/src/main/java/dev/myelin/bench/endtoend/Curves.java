package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Throughput over the size of a tensor: one curve per design, both axes logarithmic.
final class Curves {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 520;
  private static final int LEFT = 64;
  private static final int RIGHT = 150;
  private static final int TOP = 64;
  private static final int BOTTOM = 56;
  private static final double LINE = 14;

  private Curves() {}

  private record Point(double x, Summary.Spread value) {}

  private record Curve(String name, List<Point> points) {}

  static String draw(Summary summary, List<Case> sizes, Map<String, String> colours) {
    Svg svg = new Svg(WIDTH, HEIGHT);
    List<Curve> curves = curves(summary, sizes, colours.keySet().stream().toList());
    Scale scale = frame(svg, sizes, curves);
    for (Curve curve : curves) {
      curve(svg, scale, curve, Objects.requireNonNull(colours.get(curve.name())));
    }
    labels(svg, scale, curves, colours);
    return svg.toString();
  }

  private static double x(int index, int count) {
    return LEFT + (WIDTH - LEFT - RIGHT) * (count == 1 ? 0.5 : index / (count - 1.0));
  }

  private static List<Curve> curves(Summary summary, List<Case> sizes, List<String> names) {
    List<Curve> curves = new ArrayList<>();
    for (String name : names) {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < sizes.size(); i++) {
        double x = x(i, sizes.size());
        summary.rows().getOrDefault(sizes.get(i), List.of()).stream()
            .filter(row -> row.design().equals(name))
            .forEach(row -> points.add(new Point(x, row.value())));
      }
      if (!points.isEmpty()) {
        curves.add(new Curve(name, points));
      }
    }
    return curves;
  }

  private static Scale frame(Svg svg, List<Case> sizes, List<Curve> curves) {
    List<Summary.Spread> all =
        curves.stream().flatMap(curve -> curve.points().stream()).map(Point::value).toList();
    double least = all.stream().mapToDouble(Summary.Spread::least).min().orElse(1);
    double most = all.stream().mapToDouble(Summary.Spread::most).max().orElse(1);
    Scale scale = Scale.logarithmic(least, most, HEIGHT - BOTTOM, TOP);
    svg.words("title", "start", 16, 26, "Throughput one way, by size of the tensor");
    svg.words(
        "small",
        "start",
        16,
        44,
        "GB/s, logarithmic, more is better; points are medians, whiskers least and most");
    for (double tick : scale.ticks()) {
      double y = scale.at(tick);
      svg.line("grid", LEFT, y, WIDTH - RIGHT, y);
      svg.words("small", "end", LEFT - 8, y + 4, Scale.text(tick));
    }
    for (int i = 0; i < sizes.size(); i++) {
      double x = x(i, sizes.size());
      svg.line("grid", x, TOP, x, HEIGHT - BOTTOM);
      svg.words("small", "middle", x, HEIGHT - BOTTOM + 18, sizes.get(i).sizeText());
    }
    svg.words("small", "middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "size of one tensor");
    return scale;
  }

  private static void curve(Svg svg, Scale scale, Curve curve, String colour) {
    boolean ours = curve.name().startsWith("myelin");
    double[] path = new double[2 * curve.points().size()];
    for (int i = 0; i < curve.points().size(); i++) {
      Point point = curve.points().get(i);
      path[2 * i] = point.x();
      path[2 * i + 1] = scale.at(point.value().median());
      double top = scale.at(point.value().most());
      svg.stroke(colour, 1, point.x(), top, point.x(), scale.at(point.value().least()));
      svg.dot(colour, point.x(), path[2 * i + 1], ours ? 4 : 3);
    }
    svg.stroke(colour, ours ? 3 : 1.6, path);
  }

  /// Writes each name beside the end of its curve, moved so that none covers another.
  private static void labels(
      Svg svg, Scale scale, List<Curve> curves, Map<String, String> colours) {
    List<Curve> byHeight = new ArrayList<>(curves);
    byHeight.sort(
        Comparator.comparingDouble(curve -> scale.at(curve.points().getLast().value().median())));
    double free = TOP;
    for (Curve curve : byHeight) {
      double end = scale.at(curve.points().getLast().value().median());
      double y = Math.max(free, end);
      String colour = Objects.requireNonNull(colours.get(curve.name()));
      double x = WIDTH - RIGHT + 8;
      svg.stroke(colour, 1, curve.points().getLast().x(), end, x, y, x + 8, y);
      svg.words("", "start", x + 12, y + 4, curve.name());
      free = y + LINE;
    }
  }
}
