package dev.myelin.cli;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The tensors of files, mapped, in order.
final class TensorSource implements AutoCloseable {
  /// A tensor and the name it is sent under.
  record Named(String name, Tensor tensor) {
    /// Returns whether these are the bytes of a file that is no tensor.
    boolean isFile() {
      return name.startsWith(FILE_PREFIX);
    }
  }

  /// What the name of a file begins with that is no tensor; a receiver with a folder knows it.
  private static final String FILE_PREFIX = "file:";

  private static final RawFormat BYTES = new RawFormat(Optional.of(DType.U8), Optional.empty());

  private final Arena arena = Arena.ofShared();
  private final List<AutoCloseable> files = new ArrayList<>();
  private final List<Named> tensors = new ArrayList<>();

  private TensorSource() {}

  /// Opens files.
  static TensorSource open(List<String> files, RawFormat raw) throws IOException {
    return open(files, raw, InputStream.nullInputStream());
  }

  /// Opens files; `-` is `in`.
  static TensorSource open(List<String> files, RawFormat raw, InputStream in) throws IOException {
    TensorSource source = new TensorSource();
    try {
      for (String file : files) {
        source.add(file, raw, in);
      }
      return source;
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  List<Named> tensors() {
    return tensors;
  }

  long totalBytes() {
    return tensors.stream().mapToLong(named -> named.tensor().byteSize()).sum();
  }

  @Override
  public void close() {
    for (AutoCloseable file : files) {
      try {
        file.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing a mapped file", e);
      }
    }
    arena.close();
  }

  private void add(String file, RawFormat raw, InputStream in) throws IOException {
    if (file.equals("-")) {
      addInput(raw, in);
      return;
    }
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      throw new NoSuchFileException(file);
    }
    String lower = file.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".npy")) {
      NpyFile npy = NpyFile.open(path);
      files.add(npy);
      tensors.add(new Named(stem(path), npy.tensor()));
    } else if (lower.endsWith(".safetensors")) {
      SafetensorsFile many = SafetensorsFile.open(path);
      files.add(many);
      for (SafetensorsFile.Entry entry : many.entries()) {
        tensors.add(new Named(entry.name(), many.tensor(entry)));
      }
    } else if (raw.dtype().isPresent()) {
      addRaw(stem(path), path, raw);
    } else {
      addRaw(FILE_PREFIX + path.getFileName(), path, BYTES);
    }
  }

  private void addRaw(String name, Path path, RawFormat raw) throws IOException {
    DType type =
        raw.dtype()
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCodes.USAGE,
                        name + ": raw elements (expected: --dtype, which tells their type)"));
    MemorySegment bytes;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
    Shape shape = raw.fit(name, type, bytes.byteSize());
    tensors.add(new Named(name, Tensor.wrap(type, shape, bytes)));
  }

  // Its length must be known before the first byte is sent, so it is laid down first.
  private void addInput(RawFormat raw, InputStream in) throws IOException {
    Path file = Files.createTempFile("myelin-send-", ".raw");
    try {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      addRaw("stdin", file, raw);
    } finally {
      Files.delete(file);
    }
  }

  private static String stem(Path path) {
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
