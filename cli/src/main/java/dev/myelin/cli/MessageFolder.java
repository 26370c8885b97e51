package dev.myelin.cli;

import dev.myelin.net.pattern.TensorParts;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps what comes in the files of a folder, each under a name of its own; overwrites nothing.
///
/// What peers say of names is never trusted: of a name only letters, digits, `.`, `_` and `-` stay.
final class MessageFolder {
  private static final int LONGEST = 100;
  private static final int WINDOW = 1 << 30;

  private final Path dir;
  private final Map<String, Integer> next = new HashMap<>();

  /// Makes the folder if it is not there.
  MessageFolder(Path dir) throws IOException {
    this.dir = Files.createDirectories(dir);
  }

  /// Keeps a part as it is.
  Path keep(String name, Parts message, int part) throws IOException {
    Path file = reserve(name, ".bin");
    MemorySegment bytes = message.segment(part);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes.byteSize(); at += WINDOW) {
        ByteBuffer window =
            bytes.asSlice(at, Math.min(WINDOW, bytes.byteSize() - at)).asByteBuffer();
        while (window.hasRemaining()) {
          channel.write(window);
        }
      }
    }
    return file;
  }

  /// Keeps a tensor as `.npy`, or as `.safetensors` where NumPy lacks its type.
  Path keep(TensorParts.Named named) throws IOException {
    String name = named.name().isEmpty() ? "tensor" : named.name();
    DType dtype = named.tensor().dtype();
    boolean numpy = dtype.elementsPerBlock() == 1 && dtype != DType.BF16;
    Path file = reserve(name, numpy ? ".npy" : ".safetensors");
    Path half = file.resolveSibling("." + file.getFileName() + ".part");
    if (numpy) {
      NpyFile.write(half, named.tensor());
    } else {
      SafetensorsFile.write(half, Map.of(name, named.tensor()), Map.of());
    }
    return Files.move(half, file, StandardCopyOption.REPLACE_EXISTING); // the empty one of ours
  }

  private Path reserve(String name, String extension) throws IOException {
    String stem = stem(name, extension);
    while (true) {
      int number = next.merge(stem + extension, 1, Integer::sum);
      Path file = dir.resolve(stem + (number == 1 ? "" : "-" + (number - 1)) + extension);
      try {
        return Files.createFile(file);
      } catch (FileAlreadyExistsException e) {
        // somebody else's: the next number
      }
    }
  }

  private static String stem(String name, String extension) {
    String stem = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^[.]+", "");
    for (String each : List.of(extension, ".npy", ".safetensors")) {
      if (stem.endsWith(each)) {
        stem = stem.substring(0, stem.length() - each.length());
      }
    }
    stem = stem.substring(0, Math.min(stem.length(), LONGEST));
    return stem.isEmpty() ? "message" : stem;
  }
}
