package dev.myelin.tensor;

import dev.myelin.tensor.TensorFileException.Rule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A NumPy `.npy` file as one mapped tensor; versions 1.0, 2.0 and 3.0.
///
/// The file owns the memory: closing it ends the tensor and its views, and using one later is an
/// [IllegalStateException]. If another program shortens the file while it is open, touching what is
/// gone is an `InternalError` in Java code and an `IOException` in input and output; nothing worse.
public final class NpyFile implements AutoCloseable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private final Path path;
  private final MappedFile mapped;
  private final Tensor tensor;

  private NpyFile(Path path, MappedFile mapped, Tensor tensor) {
    this.path = path;
    this.mapped = mapped;
    this.tensor = tensor;
  }

  /// Opens a file to read; nothing but its header is read until the tensor is touched.
  ///
  /// @throws TensorFileException if it is not a sound file of this format, or holds what a tensor
  ///   cannot
  public static NpyFile open(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      Head head = Head.read(path, channel);
      long size = channel.size();
      long bytes = head.header.dataBytes;
      if (bytes != size - head.dataOffset) {
        throw new TensorFileException(
            path,
            Rule.LENGTH,
            head.dataOffset,
            ("elements: " + (size - head.dataOffset) + " bytes (expected: " + bytes + " for ")
                + (head.header.dtype + "" + head.header.shape + ")"));
      }
      MappedFile mapped = MappedFile.map(channel, MapMode.READ_ONLY, size);
      return over(path, mapped, head.header.dtype, head.header.shape, head.dataOffset);
    }
  }

  /// Makes a file of the final size and opens it to be written through its tensor, which is zero at
  /// first. A file that was there before is replaced.
  ///
  /// @throws IllegalArgumentException if the type is a block type, which the format does not have
  public static NpyFile create(Path path, DType dtype, Shape shape) throws IOException {
    byte[] header = NpyHeader.bytesFor(dtype, shape);
    long bytes = Math.addExact(header.length, dtype.bytesFor(shape.elements()));
    MappedFile mapped = MappedFile.create(path, header, bytes);
    return over(path, mapped, dtype, shape, header.length);
  }

  /// Opens a file that [#create] made for the same type and extents, to be written on; what stands
  /// in it stays.
  ///
  /// @throws TensorFileException if it has another size
  public static NpyFile reopen(Path path, DType dtype, Shape shape) throws IOException {
    byte[] header = NpyHeader.bytesFor(dtype, shape);
    long bytes = Math.addExact(header.length, dtype.bytesFor(shape.elements()));
    MappedFile mapped = MappedFile.reopen(path, header, bytes);
    return over(path, mapped, dtype, shape, header.length);
  }

  /// Writes a tensor to a file, which appears under its name when it is whole.
  ///
  /// @throws IllegalArgumentException if the type is a block type, which the format does not have
  public static void write(Path path, Tensor tensor) throws IOException {
    byte[] header = NpyHeader.bytesFor(tensor.dtype(), tensor.shape());
    MappedFile.replace(
        path,
        channel -> {
          MappedFile.writeFully(channel, ByteBuffer.wrap(header));
          MappedFile.write(channel, tensor.segment());
        });
  }

  /// Returns the path of the file.
  public Path path() {
    return path;
  }

  /// Returns the tensor in the file, borrowed until the file is closed.
  public Tensor tensor() {
    return tensor;
  }

  /// Waits until everything written stands on the storage device.
  public void force() {
    mapped.force();
  }

  /// Ends the tensor. Twice is harmless.
  ///
  /// @throws IllegalStateException if another thread uses the memory in a system call right now
  @Override
  public void close() {
    mapped.close();
  }

  private static NpyFile over(
      Path path, MappedFile mapped, DType dtype, Shape shape, long dataOffset) {
    long bytes = dtype.bytesFor(shape.elements());
    return new NpyFile(path, mapped, Tensor.wrap(dtype, shape, mapped.slice(dataOffset, bytes)));
  }

  /// What stands before the elements.
  private static final class Head {
    final NpyHeader header;
    final long dataOffset;

    private Head(NpyHeader header, long dataOffset) {
      this.header = header;
      this.dataOffset = dataOffset;
    }

    static Head read(Path path, FileChannel channel) throws IOException {
      ByteBuffer magic = bytes(path, channel, 0, NpyHeader.MAGIC_BYTES);
      if (magic.mismatch(ByteBuffer.wrap(MAGIC)) != MAGIC.length) {
        throw new TensorFileException(path, Rule.SIGNATURE, 0, "magic: other (expected: NUMPY)");
      }
      int major = Byte.toUnsignedInt(magic.get(MAGIC.length));
      if (major < 1 || major > 3 || magic.get(MAGIC.length + 1) != 0) {
        throw new TensorFileException(
            path, Rule.SIGNATURE, MAGIC.length, "version: " + major + " (expected: 1.0 to 3.0)");
      }
      int width = major == 1 ? Short.BYTES : Integer.BYTES;
      ByteBuffer field = bytes(path, channel, NpyHeader.MAGIC_BYTES, width);
      long length =
          width == Short.BYTES
              ? Short.toUnsignedLong(field.getShort())
              : Integer.toUnsignedLong(field.getInt());
      long start = Math.addExact(NpyHeader.MAGIC_BYTES, width);
      if (length > NpyHeader.LARGEST) {
        throw new TensorFileException(
            path,
            Rule.LENGTH,
            NpyHeader.MAGIC_BYTES,
            "header: " + length + " bytes (expected: <= " + NpyHeader.LARGEST + ")");
      }
      ByteBuffer text = bytes(path, channel, start, (int) length);
      var charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
      NpyHeader header = NpyHeader.parse(path, charset.decode(text).toString(), start);
      return new Head(header, start + length);
    }

    private static ByteBuffer bytes(Path path, FileChannel channel, long from, int count)
        throws IOException {
      ByteBuffer target = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      if (!MappedFile.readFully(channel, target, from)) {
        throw new TensorFileException(
            path,
            Rule.LENGTH,
            from,
            "file: " + channel.size() + " bytes (expected: >= " + (from + count) + ")");
      }
      return target;
    }
  }
}
