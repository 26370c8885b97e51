package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A file under way into which one described tensor lands, through a map.
///
/// A store into a mapped page that the disk has no room for would end the process or the
/// connection. So the file is filled with zeros some way ahead by writes, which fail in order.
final class ArrivingFile implements Closeable {
  /// How far ahead the file is filled.
  static final long STEP_BYTES = 16L << 20;

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  private final Path part;
  private final String name;
  private final Mapped mapped;
  private final FileChannel channel;
  private final DiskRoom.Promise promise;
  private final long dataOffset;
  private final long startNanos = System.nanoTime();
  private long filled;

  /// A tensor in a file, and what unmaps it.
  private record Mapped(Tensor tensor, Closeable file) {}

  private ArrivingFile(Path part, String name, Mapped mapped, DiskRoom.Promise promise)
      throws IOException {
    this.part = part;
    this.name = name;
    this.mapped = mapped;
    this.promise = promise;
    this.channel = FileChannel.open(part, StandardOpenOption.WRITE);
    this.dataOffset = channel.size() - mapped.tensor().byteSize();
  }

  /// Makes the file.
  ///
  /// @throws PeerException.Faulted if the disk has no room for it
  static ArrivingFile create(Path part, TensorHeader header, DiskRoom room) throws IOException {
    DiskRoom.Promise promise = room.promise("tensor " + header.name(), header.byteSize());
    try {
      return over(part, header, map(part, header, Birth.NEW), promise);
    } catch (IOException e) {
      promise.close();
      Stowage.drop(part);
      throw e;
    }
  }

  /// Opens a file that an earlier process or connection made.
  ///
  /// @throws IOException if it is not there or has another size
  static ArrivingFile reopen(Path part, TensorHeader header, DiskRoom room) throws IOException {
    DiskRoom.Promise promise = room.promise("tensor " + header.name(), 0);
    return over(part, header, map(part, header, Birth.KNOWN), promise);
  }

  private static ArrivingFile over(
      Path part, TensorHeader header, Mapped mapped, DiskRoom.Promise promise) throws IOException {
    try {
      return new ArrivingFile(part, header.name(), mapped, promise);
    } catch (IOException e) {
      mapped.file().close();
      throw e;
    }
  }

  /// Takes the first bytes for given, and has the disk promise room for the rest.
  void holds(long bytes) throws PeerException {
    filled = bytes;
    promise.more(tensor().byteSize() - bytes);
  }

  /// Whether a file is made or was there.
  private enum Birth {
    NEW,
    KNOWN
  }

  private static Mapped map(Path part, TensorHeader header, Birth birth) throws IOException {
    if (StoredForm.of(header) == StoredForm.BYTES) {
      return mapBytes(part, header, birth);
    }
    DType dtype = header.dtype();
    Shape shape = header.shape();
    if (StoredForm.of(header) == StoredForm.NPY) {
      NpyFile npy =
          birth == Birth.NEW
              ? NpyFile.create(part, dtype, shape)
              : NpyFile.reopen(part, dtype, shape);
      return new Mapped(npy.tensor(), npy::close);
    }
    boolean blocks = dtype.elementsPerBlock() != 1;
    List<SafetensorsFile.Spec> specs =
        List.of(
            blocks
                ? new SafetensorsFile.Spec(header.name(), DType.U8, Shape.of(header.byteSize()))
                : new SafetensorsFile.Spec(header.name(), dtype, shape));
    Map<String, String> metadata =
        blocks ? Map.of("dtype", dtype.name(), "shape", shape.toString()) : Map.of();
    SafetensorsFile file =
        birth == Birth.NEW
            ? SafetensorsFile.create(part, specs, metadata)
            : SafetensorsFile.reopen(part, specs, metadata);
    Tensor tensor = Tensor.wrap(dtype, shape, file.tensor(header.name()).segment());
    return new Mapped(tensor, file::close);
  }

  private static Mapped mapBytes(Path part, TensorHeader header, Birth birth) throws IOException {
    if (birth == Birth.NEW) {
      Files.deleteIfExists(part);
    }
    Arena arena = Arena.ofShared();
    Set<OpenOption> options =
        new HashSet<>(Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
    if (birth == Birth.NEW) {
      options.add(StandardOpenOption.CREATE_NEW);
      options.add(StandardOpenOption.SPARSE);
    }
    try (FileChannel file = FileChannel.open(part, options)) {
      if (birth == Birth.KNOWN && file.size() != header.byteSize()) {
        throw new IOException(
            part + ": " + file.size() + " bytes (expected: " + header.byteSize() + ")");
      }
      MemorySegment memory = file.map(FileChannel.MapMode.READ_WRITE, 0, header.byteSize(), arena);
      return new Mapped(Tensor.wrap(header.dtype(), header.shape(), memory), arena::close);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  Path part() {
    return part;
  }

  Tensor tensor() {
    return mapped.tensor();
  }

  long startNanos() {
    return startNanos;
  }

  /// Has the disk hold the first `bytes` of the tensor, so that they can be stored through the map.
  ///
  /// @throws PeerException.Faulted if the disk does not take them
  void prepare(long bytes) throws PeerException {
    long size = tensor().byteSize();
    while (filled < bytes) {
      long step = Math.min(STEP_BYTES, size - filled);
      try {
        fill(step);
      } catch (IOException e) {
        throw DiskRoom.failed("tensor " + name, e);
      }
      filled += step;
      promise.written(step);
    }
  }

  private void fill(long bytes) throws IOException {
    long end = dataOffset + filled + bytes;
    ByteBuffer zeros = ZEROS.duplicate();
    for (long at = end - bytes; at < end; ) {
      zeros.position(0).limit((int) Math.min(zeros.capacity(), end - at));
      at += channel.write(zeros, at);
    }
  }

  /// Unmaps the file, which stays.
  @Override
  public void close() throws IOException {
    promise.close();
    try (channel) {
      mapped.file().close();
    }
  }

  /// Unmaps the file and deletes it.
  void discard() {
    try {
      close();
    } catch (IOException e) {
      // It is deleted next.
    }
    Stowage.drop(part);
  }
}
