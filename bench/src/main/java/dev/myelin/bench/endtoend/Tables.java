package dev.myelin.bench.endtoend;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The summary as text: for a terminal, for the page, for programs.
final class Tables {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NONE = "–";
  private static final List<String> CROWD =
      List.of(
          "kib_idle", "kib_left", "jain", "trips_per_s", "p50", "p90", "p99", "p999", "longest");

  private Tables() {}

  /// Returns aligned columns.
  static String plain(Summary summary) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Case, List<Summary.Row>> each : summary.rows().entrySet()) {
      text.append('\n').append(title(each.getKey())).append('\n');
      List<List<String>> rows = rows(each.getKey(), each.getValue());
      int[] widths = new int[rows.getFirst().size()];
      for (List<String> row : rows) {
        for (int i = 0; i < widths.length; i++) {
          widths[i] = Math.max(widths[i], row.get(i).length());
        }
      }
      for (List<String> row : rows) {
        text.append("  ");
        for (int i = 0; i < widths.length; i++) {
          text.append(String.format(Locale.ROOT, "%-" + (widths[i] + 2) + "s", row.get(i)));
        }
        text.append('\n');
      }
    }
    for (Results.Standing each : summary.results().designs()) {
      if (!each.state().equals("measured")) {
        text.append(each.name()).append(": ").append(each.state()).append(": ").append(each.why());
        text.append('\n');
      }
    }
    return text.toString();
  }

  /// Returns tables of the page.
  static String markdown(Summary summary) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Case, List<Summary.Row>> each : summary.rows().entrySet()) {
      text.append("#### ").append(title(each.getKey())).append("\n\n");
      List<List<String>> rows = rows(each.getKey(), each.getValue());
      text.append("| ").append(String.join(" | ", rows.getFirst())).append(" |\n");
      text.append("|---".repeat(rows.getFirst().size())).append("|\n");
      for (List<String> row : rows.subList(1, rows.size())) {
        text.append("| ").append(String.join(" | ", row)).append(" |\n");
      }
      text.append('\n');
    }
    return text.toString();
  }

  /// Returns one object per case and design.
  static String jsonLines(Summary summary) {
    StringBuilder text = new StringBuilder();
    summary
        .rows()
        .forEach((what, rows) -> rows.forEach(row -> text.append(json(what, row)).append('\n')));
    for (Results.Standing each : summary.results().designs()) {
      if (!each.state().equals("measured")) {
        ObjectNode object = JSON.createObjectNode();
        text.append(
                object.put("side", each.name()).put("state", each.state()).put("why", each.why()))
            .append('\n');
      }
    }
    return text.toString();
  }

  private static ObjectNode json(Case what, Summary.Row row) {
    ObjectNode object = JSON.createObjectNode();
    object.put("case", what.what().text()).put("bytes", what.size()).put("side", row.design());
    object.put("unit", what.what().unit()).put("median", row.value().median());
    object.put("min", row.value().least()).put("max", row.value().most());
    object.put("runs", row.rounds());
    if (!Double.isNaN(row.ratio())) {
      object.put("ratio_to_c", row.ratio());
    }
    if (what.what() == Case.What.ONE_WAY && !Double.isNaN(row.cpuPerGb())) {
      object.put("cpu_s_per_gb", row.cpuPerGb());
    }
    List<String> names =
        switch (what.what()) {
          case CONNECTIONS -> CROWD;
          case PUBLISH -> List.of("heap_b_per_message");
          case COMMIT -> List.of("per_force");
          default -> List.of("p50", "p90", "p99", "p999", "longest");
        };
    for (int i = 0; i < Math.min(names.size(), row.micros().size()); i++) {
      object.put(names.get(i), row.micros().get(i));
    }
    return object;
  }

  static String title(Case what) {
    return switch (what.what()) {
      case ONE_WAY -> "One way, " + what.sizeText();
      case SMALL -> "Small messages one way, " + what.sizeText();
      case ROUND_TRIP -> "Round trip, " + what.sizeText();
      case HAND_OVER -> "Hand-over, " + what.sizeText();
      case BESIDE -> "Round trip beside large tensors, " + what.sizeText();
      case CONNECTIONS -> what.sizeText() + " connections";
      case SETTINGS -> "Settings, one way, " + what.sizeText();
      case PUBLISH -> "To " + Task.SUBSCRIBERS + " subscribers, " + what.sizeText();
      case APPEND -> "Log, appends of " + what.sizeText();
      case COMMIT -> "Log, forced appends, " + what.sizeText() + " threads";
    };
  }

  private static List<List<String>> rows(Case what, List<Summary.Row> rows) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(heads(what));
    for (Summary.Row row : rows) {
      String spread = figure(row.value().least()) + "–" + figure(row.value().most());
      List<String> line = new ArrayList<>();
      line.add(row.design());
      line.add(figure(row.value().median()));
      line.add(spread);
      switch (what.what()) {
        case ROUND_TRIP, HAND_OVER, BESIDE -> {
          line.addAll(List.of(part(row, 1), part(row, 2), part(row, 3), figure(row.ratio())));
        }
        case CONNECTIONS -> {
          line.addAll(List.of(part(row, 1), part(row, 2), part(row, 3)));
          line.addAll(List.of(part(row, 4), part(row, 6)));
        }
        case ONE_WAY, SMALL, SETTINGS -> {
          line.addAll(List.of(figure(row.ratio()), figure(row.cpuPerGb())));
        }
        case APPEND -> line.add(figure(row.ratio()));
        case PUBLISH, COMMIT -> line.addAll(List.of(figure(row.ratio()), part(row, 0)));
      }
      cells.add(line);
    }
    return cells;
  }

  private static List<String> heads(Case what) {
    String unit = what.what().unit();
    String to = "to " + what.what().base();
    return switch (what.what()) {
      case ROUND_TRIP, HAND_OVER, BESIDE ->
          List.of("design", "p50 us", "least–most", "p90 us", "p99 us", "p99.9 us", to);
      case CONNECTIONS ->
          List.of(
              "design",
              unit + " idle",
              "least–most",
              "left behind",
              "Jain",
              "trips/s",
              "p50 us",
              "p99 us");
      case ONE_WAY, SMALL, SETTINGS -> List.of("design", unit, "least–most", to, "CPU-s/GB");
      case APPEND -> List.of("design", unit, "least–most", to);
      case PUBLISH -> List.of("design", unit, "least–most", to, "B of heap/message");
      case COMMIT -> List.of("design", unit, "least–most", to, "in one force");
    };
  }

  private static String part(Summary.Row row, int part) {
    return part < row.micros().size() ? figure(row.micros().get(part)) : NONE;
  }

  /// Returns three digits that count.
  static String figure(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    int places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }
}
