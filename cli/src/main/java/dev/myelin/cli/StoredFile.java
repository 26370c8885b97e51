package dev.myelin.cli;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A received file as a line of output tells it.
record StoredFile(String name, String dtype, List<Long> shape, long bytes) {
  /// Reads what a file says of its tensor; one that says nothing is raw bytes.
  static StoredFile read(Path path) throws IOException {
    RawFormat bytes = new RawFormat(Optional.of(DType.U8), Optional.empty());
    try (TensorSource source = TensorSource.open(List.of(path.toString()), bytes)) {
      TensorSource.Named first = source.tensors().getFirst();
      Tensor tensor = first.tensor();
      return new StoredFile(
          first.name(),
          tensor.dtype().name().toLowerCase(Locale.ROOT),
          Arrays.stream(tensor.shape().toArray()).boxed().toList(),
          tensor.byteSize());
    }
  }
}
