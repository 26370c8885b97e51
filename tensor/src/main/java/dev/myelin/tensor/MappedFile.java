package dev.myelin.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// A whole file as memory, and the ways one comes to be.
///
/// Closing it ends the memory. If another program shortens the file while it is open, touching what
/// is gone is an `InternalError`.
public final class MappedFile implements AutoCloseable {
  // A system call moves at most about 2 GiB; smaller windows also let others run in between.
  private static final long WINDOW = 1L << 28;

  private final Arena arena;
  private final MemorySegment memory;

  private MappedFile(Arena arena, MemorySegment memory) {
    this.arena = arena;
    this.memory = memory;
  }

  /// Opens a file to read; nothing is read until its memory is touched.
  public static MappedFile open(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return map(channel, MapMode.READ_ONLY, channel.size());
    }
  }

  static MappedFile map(FileChannel channel, MapMode mode, long bytes) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      return new MappedFile(arena, channel.map(mode, 0, bytes, arena));
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /// Makes a file of that size that starts with the header; the rest is zero and takes no room yet.
  ///
  /// A file that was there before is replaced, not overwritten: whoever has it mapped keeps it.
  static MappedFile create(Path file, byte[] header, long bytes) throws IOException {
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      writeFully(channel, ByteBuffer.wrap(header));
      return map(channel, MapMode.READ_WRITE, bytes);
    }
  }

  /// Maps a file that [#create] made, to be written on; its header is written anew.
  ///
  /// @throws TensorFileException if it has another size
  static MappedFile reopen(Path file, byte[] header, long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() != bytes) {
        throw new TensorFileException(
            file,
            TensorFileException.Rule.LENGTH,
            0,
            "file: " + channel.size() + " bytes (expected: " + bytes + ")");
      }
      writeFully(channel, ByteBuffer.wrap(header));
      return map(channel, MapMode.READ_WRITE, bytes);
    }
  }

  /// Writes a file beside the wanted one and moves it there when it is whole.
  static void replace(Path file, Content content) throws IOException {
    // Not a temporary file of the library's making: that would hide the result from other users.
    Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  static void write(FileChannel channel, MemorySegment memory) throws IOException {
    for (long from = 0; from < memory.byteSize(); from += WINDOW) {
      long length = Math.min(WINDOW, memory.byteSize() - from);
      writeFully(channel, memory.asSlice(from, length).asByteBuffer());
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Fills the buffer from that place; returns false if the file ends before.
  static boolean readFully(FileChannel channel, ByteBuffer target, long position)
      throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        return false;
      }
      at += count;
    }
    target.flip();
    return true;
  }

  /// Returns the whole file, borrowed until it is closed.
  public MemorySegment segment() {
    return memory;
  }

  MemorySegment slice(long offset, long bytes) {
    return memory.asSlice(offset, bytes);
  }

  /// Waits until everything written stands on the storage device.
  void force() {
    memory.force();
  }

  /// Ends the memory. Twice is harmless.
  ///
  /// @throws IllegalStateException if another thread uses the memory in a system call right now
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /// What writes the bytes of a file.
  @FunctionalInterface
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }
}
