package dev.myelin.cli;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.MemoryCost;
import dev.myelin.engine.Shard;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.WeightType;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What there is to say of a model, as words and as JSON.
final class ModelWords {
  /// For how many tokens the memory is told that a model takes, unless it allows fewer.
  static final int TOKENS = 4096;

  private final Model model;
  private final ShardSpec spec;

  private ModelWords(Model model, ShardSpec spec) {
    this.model = model;
    this.spec = spec;
  }

  static ModelWords of(Model model) {
    return new ModelWords(model, ShardSpec.of(model.whole()));
  }

  static ModelWords of(Model model, Layers layers) {
    return new ModelWords(model, layers.spec(model));
  }

  ShardSpec spec() {
    return spec;
  }

  long parameters() {
    return weights().stream().mapToLong(each -> each.shape().elements()).sum();
  }

  long bytes() {
    return weights().stream().mapToLong(each -> each.data().byteSize()).sum();
  }

  int tokens() {
    return Math.min(TOKENS, model.dimensions().context());
  }

  MemoryCost cost() {
    return VectorEngine.cost(model, spec, EngineConfig.defaults());
  }

  String architecture() {
    return model
        .metadata()
        .text("general.architecture")
        .orElse(model.design().family().name().toLowerCase(Locale.ROOT));
  }

  String licence() {
    return model.licence().orElse("-");
  }

  String format() {
    return model.metadata().keys().isEmpty() ? "safetensors" : "GGUF";
  }

  /// Returns the types of matrices, those with the most bytes first.
  String types() {
    Map<WeightType, Long> bytes = new EnumMap<>(WeightType.class);
    weights().stream()
        .filter(each -> each.shape().rank() > 1)
        .forEach(each -> bytes.merge(each.type(), each.data().byteSize(), Long::sum));
    return bytes.entrySet().stream()
        .sorted(Map.Entry.<WeightType, Long>comparingByValue(Comparator.reverseOrder()))
        .map(each -> each.getKey().name())
        .collect(Collectors.joining("+"));
  }

  /// Returns one row for each type: how many weights, numbers and bytes.
  List<Map<String, Object>> summaries() {
    Map<WeightType, long[]> sums = new EnumMap<>(WeightType.class);
    for (Weight each : weights()) {
      long[] sum = sums.computeIfAbsent(each.type(), _ -> new long[3]);
      sum[0]++;
      sum[1] += each.shape().elements();
      sum[2] += each.data().byteSize();
    }
    List<Map<String, Object>> found = new ArrayList<>();
    sums.forEach(
        (type, sum) ->
            found.add(
                Json.object(
                    "type", type, "weights", sum[0], "parameters", sum[1], "bytes", sum[2])));
    return found;
  }

  Map<String, Object> json() {
    MemoryCost cost = cost();
    return Json.object(
        "name",
        ModelShelf.name(model.path()),
        "title",
        model.name(),
        "architecture",
        architecture(),
        "parameters",
        parameters(),
        "bytes",
        bytes(),
        "format",
        format(),
        "types",
        types(),
        "memory",
        cost.totalBytes(1, tokens()),
        "memory_tokens",
        tokens(),
        "layers",
        model.dimensions().layers(),
        "context",
        model.dimensions().context(),
        "licence",
        licence(),
        "path",
        model.path());
  }

  List<String> row() {
    return List.of(
        ModelShelf.name(model.path()),
        architecture(),
        number(parameters()),
        Words.bytes(bytes()),
        format() + " " + types(),
        Words.bytes(cost().totalBytes(1, tokens())),
        Integer.toString(model.dimensions().context()),
        licence(),
        model.path().toString());
  }

  /// Returns `5.2 M` for parameters.
  static String number(long number) {
    return Words.bytes(number).replaceFirst("B$", "").strip().replace("G", "B");
  }

  private List<Weight> weights() {
    Shard shard = spec.shard();
    boolean whole = shard.isFirst() && shard.isLast();
    return model.weights().stream().filter(each -> whole || Model.isOf(spec, each.name())).toList();
  }

  /// A run of layers, as `--layers` says it.
  ///
  /// @param end without
  record Layers(int first, int end) {
    static Layers parse(String text) {
      String[] ends = text.split(":", -1);
      if (ends.length == 2 && ends[0].matches("[0-9]{1,5}") && ends[1].matches("[0-9]{1,5}")) {
        Layers layers = new Layers(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        if (layers.first < layers.end) {
          return layers;
        }
      }
      throw new CommandException(
          ExitCodes.USAGE,
          "--layers: '" + text + "' (expected: A:B, from layer A up to and without B)");
    }

    ShardSpec spec(Model model) {
      int layers = model.dimensions().layers();
      if (end > layers) {
        throw new CommandException(
            ExitCodes.USAGE,
            "--layers: " + first + ":" + end + " (expected: within 0:" + layers + ")");
      }
      return ShardSpec.of(new Shard(model.name(), first, end, layers));
    }
  }
}
