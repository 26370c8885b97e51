package dev.myelin.cli;

import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that receives messages.
final class ArrivalArguments {
  @Option(
      names = "--out",
      order = 6,
      paramLabel = "DIR",
      description =
          "Keep what comes in files of this folder: tensors as .npy or .safetensors, else each part"
              + " as .bin. Nothing is overwritten.")
  private @Nullable Path out;

  /// Returns what tells and keeps messages.
  MessageReport report(RootCommand root, TensorPool pool) throws IOException {
    Optional<MessageFolder> folder =
        out == null ? Optional.empty() : Optional.of(new MessageFolder(out));
    return new MessageReport(root, pool, folder);
  }
}
