package dev.myelin.cli;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What raw bytes are, as the command line says.
record RawFormat(Optional<DType> dtype, Optional<Shape> shape) {
  /// Says nothing of raw bytes.
  static final RawFormat NONE = new RawFormat(Optional.empty(), Optional.empty());

  static RawFormat of(@Nullable String dtype, @Nullable String shape) {
    return new RawFormat(
        Optional.ofNullable(dtype).map(RawFormat::dtypeOf),
        Optional.ofNullable(shape).map(RawFormat::shapeOf));
  }

  /// Returns the shape of that many bytes.
  ///
  /// @throws CommandException if they are no whole tensor
  Shape fit(String file, DType type, long bytes) {
    if (shape.isPresent()) {
      long expected = type.bytesFor(shape.get().elements());
      if (expected != bytes) {
        throw new CommandException(
            ExitCodes.DATA,
            file
                + ": "
                + bytes
                + " bytes (expected: "
                + expected
                + " for "
                + name(type)
                + shape.get()
                + ")");
      }
      return shape.get();
    }
    if (bytes % type.bytesPerBlock() != 0) {
      throw new CommandException(
          ExitCodes.DATA,
          file
              + ": "
              + bytes
              + " bytes (expected: a multiple of "
              + type.bytesPerBlock()
              + " for "
              + name(type)
              + ")");
    }
    return Shape.of(bytes / type.bytesPerBlock() * type.elementsPerBlock());
  }

  private static DType dtypeOf(String text) {
    return Arrays.stream(DType.values())
        .filter(type -> name(type).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCodes.USAGE,
                    "--dtype: '"
                        + text
                        + "' (expected: one of "
                        + Arrays.stream(DType.values())
                            .map(RawFormat::name)
                            .collect(Collectors.joining(", "))
                        + ")"));
  }

  private static Shape shapeOf(String text) {
    try {
      return Shape.of(
          Arrays.stream(text.split("[,x]"))
              .mapToLong(part -> Long.parseLong(part.strip()))
              .toArray());
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCodes.USAGE, "--shape: '" + text + "' (expected: extents such as 480,640,3)", e);
    }
  }

  private static String name(DType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
