package dev.myelin.engine.model;

import dev.myelin.engine.Dimensions;
import dev.myelin.engine.Shard;
import dev.myelin.engine.ShardSpec;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.tensor.MappedFile;
import dev.myelin.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The files of a model, opened: what it is, and its weights as they stand there.
///
/// A GGUF file, or a folder with `config.json` and safetensors. Only headers are read until a
/// weight is touched. An engine copies what it needs, so a model may be closed once engines are
/// loaded. For many threads at once; the owner closes it.
public final class Model implements AutoCloseable {
  private final Path path;
  private final String name;
  private final Design design;
  private final Metadata metadata;
  private final @Nullable String licence;
  private final Map<String, Weight> weights;
  private final AutoCloseable files;
  private final boolean aboveOne;

  private Model(Path path, Named named, Map<String, Weight> weights, AutoCloseable files) {
    this.path = path;
    this.name = named.name();
    this.design = named.design();
    this.metadata = named.metadata();
    this.licence = named.licence();
    this.weights = weights;
    this.files = files;
    this.aboveOne = isFolder() && design.family().norms() == Family.Norms.ABOVE_ONE;
  }

  /// Opens all of a model.
  ///
  /// @throws ModelFileException if a file is not sound, or the model is not of a known family
  /// @throws dev.myelin.tensor.TensorFileException if a safetensors file is not sound
  public static Model open(Path path) throws IOException {
    return Files.isDirectory(path) ? openFolder(path, _ -> true) : openGguf(path);
  }

  /// Opens what one shard of a model needs: of a folder with an index, the files that hold its
  /// layers; the others need not be there.
  ///
  /// @throws ModelFileException if a file is not sound, the model is not of a known family, or has
  ///   another number of layers than the shard says
  /// @throws dev.myelin.tensor.TensorFileException if a safetensors file is not sound
  public static Model open(Path path, ShardSpec spec) throws IOException {
    Model model =
        Files.isDirectory(path) ? openFolder(path, name -> isOf(spec, name)) : openGguf(path);
    int layers = model.dimensions().layers();
    if (layers != spec.shard().layers()) {
      model.close();
      throw new ModelFileException(
          path, Rule.SHAPE, "layers: " + layers + " (expected: " + spec.shard().layers() + ")");
    }
    return model;
  }

  /// Returns where the model stands.
  public Path path() {
    return path;
  }

  /// Returns what the model calls itself, or else the name of its file.
  public String name() {
    return name;
  }

  /// Returns the extents of the model.
  public Dimensions dimensions() {
    return design.dimensions();
  }

  /// Returns everything about the model that its weights alone do not tell.
  public Design design() {
    return design;
  }

  /// Returns what the file says besides; of safetensors, nothing.
  public Metadata metadata() {
    return metadata;
  }

  /// Returns the licence that the file names, or the page beside safetensors.
  public Optional<String> licence() {
    return Optional.ofNullable(licence);
  }

  /// Returns all layers of this model as a shard.
  public Shard whole() {
    return Shard.whole(name, dimensions().layers());
  }

  /// Returns the weights that were opened.
  public Collection<Weight> weights() {
    return List.copyOf(weights.values());
  }

  /// Returns whether the files are safetensors, whose rows stand in another order.
  boolean isFolder() {
    return files instanceof SafetensorsFolder;
  }

  /// Returns the weight of that name in GGUF's manner.
  public Optional<Weight> find(String weight) {
    return Optional.ofNullable(weights.get(weight));
  }

  /// Returns the matrix of that name.
  ///
  /// @throws ModelFileException if it is not there or has other extents
  public Weight matrix(String weight, long rows, long columns) throws ModelFileException {
    return require(weight, Shape.of(rows, columns));
  }

  /// Returns the numbers of a weight that is one row of plain numbers; of a norm, what it
  /// multiplies with, however the file puts it.
  ///
  /// @throws ModelFileException if it is not there, has another length or is of a packed type
  public float[] numbers(String weight, int length) throws ModelFileException {
    Weight found = require(weight, Shape.of(length));
    float more = aboveOne && WeightNames.isNorm(weight) ? 1 : 0;
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = more + number(found, i);
    }
    return numbers;
  }

  private float number(Weight weight, int index) throws ModelFileException {
    return switch (weight.type()) {
      case F32 -> Float.intBitsToFloat(weight.data().get(GgufValue.INT, 4L * index));
      case F16 -> Float.float16ToFloat(weight.data().get(GgufValue.SHORT, 2L * index));
      case BF16 -> Float.intBitsToFloat(weight.data().get(GgufValue.SHORT, 2L * index) << 16);
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K ->
          throw new ModelFileException(
              path,
              Rule.TYPE,
              weight.name() + ": " + weight.type() + " (expected: F32, F16 or BF16)");
    };
  }

  private Weight require(String weight, Shape shape) throws ModelFileException {
    Weight found = weights.get(weight);
    if (found == null) {
      throw new ModelFileException(path, Rule.MISSING, weight + ": none (expected: " + shape + ")");
    }
    if (!found.shape().equals(shape)) {
      throw new ModelFileException(
          path, Rule.SHAPE, weight + ": " + found.shape() + " (expected: " + shape + ")");
    }
    return found;
  }

  /// Returns whether an engine for that shard needs the weight.
  public static boolean isOf(ShardSpec spec, String weight) {
    boolean tokens = spec.input() == ShardSpec.Input.TOKENS;
    boolean logits = spec.output() == ShardSpec.Output.LOGITS;
    if (!weight.startsWith("blk.")) {
      return switch (weight) {
        // The head may be the embedding.
        case WeightNames.EMBEDDING -> tokens || logits;
        case WeightNames.HEAD, WeightNames.LAST_NORM -> logits;
        default -> true;
      };
    }
    int end = weight.indexOf('.', 4);
    String number = end < 0 ? "" : weight.substring(4, end);
    if (!number.matches("[0-9]{1,6}")) {
      return false;
    }
    int layer = Integer.parseInt(number);
    return layer >= spec.shard().firstLayer() && layer < spec.shard().endLayer();
  }

  /// Ends the weights. Twice is harmless.
  @Override
  public void close() {
    try {
      files.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Model openGguf(Path path) throws IOException {
    MappedFile mapped = MappedFile.open(path);
    try {
      Gguf gguf = Gguf.read(path, mapped);
      Metadata metadata = gguf.metadata();
      Map<String, Weight> weights = gguf.weights();
      Design design = DesignFromGguf.read(path, metadata, weights);
      String name = metadata.text("general.name").orElse(String.valueOf(path.getFileName()));
      String licence = metadata.text("general.license").orElse(null);
      return new Model(path, new Named(name, design, metadata, licence), weights, mapped);
    } catch (Throwable e) {
      mapped.close();
      throw e;
    }
  }

  private static Model openFolder(Path folder, Predicate<String> wanted) throws IOException {
    Path config = folder.resolve(SafetensorsFolder.CONFIG);
    Design design = DesignFromConfig.read(config, SafetensorsFolder.json(config));
    String name = String.valueOf(folder.getFileName());
    Named named = new Named(name, design, Metadata.none(), ModelCard.licence(folder).orElse(null));
    SafetensorsFolder opened = SafetensorsFolder.open(folder, design.family(), wanted);
    return new Model(folder, named, opened.weights(), opened);
  }

  /// What a model calls itself, and what it says of itself.
  private record Named(String name, Design design, Metadata metadata, @Nullable String licence) {}
}
