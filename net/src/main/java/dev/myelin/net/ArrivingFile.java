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
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

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
      Mapped mapped = map(part, header);
      try {
        return new ArrivingFile(part, header.name(), mapped, promise);
      } catch (IOException e) {
        mapped.file().close();
        throw e;
      }
    } catch (IOException e) {
      promise.close();
      Stowage.drop(part);
      throw e;
    }
  }

  /// Returns how the name of a file with such a tensor ends.
  static String extension(TensorHeader header) {
    return fitsNpy(header.dtype()) ? ".npy" : ".safetensors";
  }

  private static boolean fitsNpy(DType dtype) {
    return dtype.elementsPerBlock() == 1 && dtype != DType.BF16;
  }

  private static Mapped map(Path part, TensorHeader header) throws IOException {
    DType dtype = header.dtype();
    if (fitsNpy(dtype)) {
      NpyFile npy = NpyFile.create(part, dtype, header.shape());
      return new Mapped(npy.tensor(), npy::close);
    }
    boolean blocks = dtype.elementsPerBlock() != 1;
    SafetensorsFile.Spec spec =
        blocks
            ? new SafetensorsFile.Spec(header.name(), DType.U8, Shape.of(header.byteSize()))
            : new SafetensorsFile.Spec(header.name(), dtype, header.shape());
    Map<String, String> metadata =
        blocks ? Map.of("dtype", dtype.name(), "shape", header.shape().toString()) : Map.of();
    SafetensorsFile file = SafetensorsFile.create(part, List.of(spec), metadata);
    Tensor tensor = Tensor.wrap(dtype, header.shape(), file.tensor(header.name()).segment());
    return new Mapped(tensor, file::close);
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
