package dev.myelin.engine.model;

import dev.myelin.engine.WeightType;
import dev.myelin.engine.model.ModelFileException.Rule;
import dev.myelin.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;

/// A model on its way into a GGUF file of another type of weights.
///
/// Vectors stay in F32. The head, and the embedding where it is the head too, take Q6_K beside the
/// types of four and five bits; so do some values and feed-forwards beside Q4_K and Q5_K. Rows that
/// a type does not divide take Q8_0, or F16.
///
/// Borrows the model. What is in memory at a time is a piece of one weight.
public final class Conversion {
  /// Between the weights of a file.
  static final int ALIGNMENT = 32;

  private static final int LARGEST_BLOCK = WeightType.Q6_K.elementsPerBlock();
  private static final int SMALL_BLOCK = WeightType.Q8_0.elementsPerBlock();

  private final Model model;
  private final WeightType type;
  private final GgufFields fields;
  private final List<Part> parts = new ArrayList<>();

  private Conversion(Model model, WeightType type, GgufFields fields) {
    this.model = model;
    this.type = type;
    this.fields = fields;
  }

  /// Plans the conversion of all of a model; reads no weights yet.
  ///
  /// @throws ModelFileException if the files beside the weights are not sound
  public static Conversion of(Model model, WeightType type) throws IOException {
    GgufFields fields = model.isFolder() ? FolderFields.of(model) : model.metadata().copy();
    fields.remove("general.alignment");
    fields.whole("general.file_type", fileType(type));
    fields.whole("general.quantization_version", 2);
    Conversion conversion = new Conversion(model, type, fields);
    model.weights().stream()
        .sorted(Comparator.comparingInt(Conversion::place))
        .forEach(conversion::add);
    if (model.isFolder()) {
      FolderFields.factors(model.design())
          .forEach((name, factors) -> conversion.parts.add(Part.of(name, factors)));
    }
    return conversion;
  }

  /// Returns how many bytes the weights will take.
  public long bytes() {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  /// Writes the file, under another name until it is whole; a file that stands there is replaced.
  ///
  /// @param progress is told how many bytes of weights are written
  /// @throws ModelFileException if the model has a trait that GGUF does not hold
  public void write(Path target, LongConsumer progress) throws IOException {
    Path file = target.toAbsolutePath();
    Path unfinished =
        file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      new GgufWriter(model, fields, parts).write(unfinished, progress);
      try (Model written = Model.open(unfinished)) {
        requireSame(written.design());
      }
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private void add(Weight weight) {
    WeightType chosen = weight.type();
    if (weight.shape().rank() == 2) {
      chosen = fitting(wanted(weight.name()), weight.shape().dim(1));
    } else if (isPlain(chosen)) {
      chosen = WeightType.F32;
    }
    parts.add(new Part(weight.name(), weight.shape(), chosen, weight, null));
  }

  private WeightType wanted(String name) {
    boolean mixed =
        switch (type) {
          case F32, F16, BF16, Q8_0, Q6_K -> false;
          case Q4_0, Q4_1, Q4_K, Q5_K -> true;
        };
    boolean tied = model.find(WeightNames.HEAD).isEmpty();
    if (mixed && name.equals(tied ? WeightNames.EMBEDDING : WeightNames.HEAD)) {
      return WeightType.Q6_K;
    }
    boolean parts256 = type == WeightType.Q4_K || type == WeightType.Q5_K;
    boolean careful = name.endsWith(".attn_v.weight") || name.endsWith(".ffn_down.weight");
    return parts256 && careful && isImportant(layer(name)) ? WeightType.Q6_K : type;
  }

  // The first and last eighth, and a third of the others.
  private boolean isImportant(int layer) {
    int layers = model.dimensions().layers();
    return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
  }

  private static WeightType fitting(WeightType wanted, long columns) {
    if (columns % wanted.elementsPerBlock() == 0) {
      return wanted;
    }
    boolean small = wanted.elementsPerBlock() == LARGEST_BLOCK && columns % SMALL_BLOCK == 0;
    return small ? WeightType.Q8_0 : WeightType.F16;
  }

  static boolean isPlain(WeightType type) {
    return type.elementsPerBlock() == 1;
  }

  private static int place(Weight weight) {
    return weight.name().startsWith("blk.")
        ? layer(weight.name())
        : weight.name().startsWith("output") ? Integer.MAX_VALUE : -1;
  }

  private static int layer(String name) {
    int end = name.startsWith("blk.") ? name.indexOf('.', 4) : -1;
    String number = end < 0 ? "" : name.substring(4, end);
    return number.matches("[0-9]{1,6}") ? Integer.parseInt(number) : -1;
  }

  // The numbers by which llama.cpp calls the mixtures.
  private static int fileType(WeightType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case Q4_0 -> 2;
      case Q4_1 -> 3;
      case Q8_0 -> 7;
      case Q4_K -> 15;
      case Q5_K -> 17;
      case Q6_K -> 18;
      case BF16 -> 32;
    };
  }

  private void requireSame(Design written) throws ModelFileException {
    Design own = model.design();
    int context = own.dimensions().context();
    boolean same =
        own.dimensions().equals(written.dimensions())
            && own.widths().equals(written.widths())
            && near(own.scales().epsilon(), written.scales().epsilon())
            && near(own.scales().logitCap(), written.scales().logitCap())
            && near(own.attention().scale(), written.attention().scale())
            && near(own.attention().cap(), written.attention().cap());
    for (int layer = 0; layer < own.dimensions().layers() && same; layer++) {
      Rotation here = own.rotation(layer);
      Rotation there = written.rotation(layer);
      same =
          own.attention().reach(layer) == written.attention().reach(layer)
              && near(here.magnitude(), there.magnitude())
              && near(here.frequencies(context), there.frequencies(context));
    }
    if (!same) {
      throw new ModelFileException(
          model.path(), Rule.UNSUPPORTED, "a trait of its layers that GGUF has no key for");
    }
  }

  private static boolean near(float[] a, float[] b) {
    boolean near = a.length == b.length;
    for (int i = 0; i < a.length && near; i++) {
      near = near(a[i], b[i]);
    }
    return near;
  }

  private static boolean near(float a, float b) {
    return a == b || Math.abs(a - b) <= 1e-5f * Math.max(Math.abs(a), Math.abs(b));
  }

  @Override
  public String toString() {
    return model.name() + " as " + type + ", " + Arrays.toString(parts.toArray());
  }

  /// One weight of the new file.
  ///
  /// @param source what it is made of; of factors, none
  @SuppressWarnings("ArrayRecordComponent") // Never compared; the factors are few and made here.
  record Part(
      String name,
      Shape shape,
      WeightType type,
      @org.jspecify.annotations.Nullable Weight source,
      float @org.jspecify.annotations.Nullable [] factors) {
    static Part of(String name, float[] factors) {
      return new Part(name, Shape.of(factors.length), WeightType.F32, null, factors);
    }

    long bytes() {
      return type.bytesFor(shape.elements());
    }

    @Override
    public String toString() {
      return name + " " + type;
    }
  }
}
