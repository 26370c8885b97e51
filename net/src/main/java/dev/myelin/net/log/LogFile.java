package dev.myelin.net.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A file that is written, and whose operations no interrupt ends.
///
/// An interrupt closes the channel on which its thread works. The file is opened again then, the
/// operation done again, and the interrupt left standing for the caller. One operation at a time: a
/// file that is forced while it is written is opened twice.
final class LogFile implements Closeable {
  private final Storage storage;
  private final Path path;
  private FileChannel channel; // guarded by this
  private boolean closed; // guarded by this

  @FunctionalInterface
  private interface Operation {
    void run(FileChannel channel) throws IOException;
  }

  private LogFile(Storage storage, Path path, FileChannel channel) {
    this.storage = storage;
    this.path = path;
    this.channel = channel;
  }

  /// Opens a file that is there.
  static LogFile open(Storage storage, Path path) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return new LogFile(storage, path, storage.open(path, StandardOpenOption.WRITE));
    } finally {
      restore(interrupted);
    }
  }

  /// Makes an empty file, in place of one that an earlier attempt may have left.
  static LogFile create(Storage storage, Path path) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      FileChannel channel =
          storage.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      return new LogFile(storage, path, channel);
    } finally {
      restore(interrupted);
    }
  }

  /// Writes what remains in the first buffer and then in the second.
  void write(ByteBuffer first, @Nullable ByteBuffer second, long at) throws IOException {
    int firstStart = first.position();
    int secondStart = second == null ? 0 : second.position();
    run(
        target -> {
          first.position(firstStart);
          if (second == null) {
            while (first.hasRemaining()) {
              target.write(first, at + first.position() - firstStart);
            }
            return;
          }
          second.position(secondStart);
          target.position(at);
          ByteBuffer[] both = {first, second};
          while (second.hasRemaining() || first.hasRemaining()) {
            target.write(both);
          }
        });
  }

  void truncate(long bytes) throws IOException {
    run(target -> target.truncate(bytes));
  }

  /// Forces the content onto the device; a file that was closed meanwhile has been forced before.
  synchronized void force() throws IOException {
    if (!closed) {
      run(target -> target.force(false));
    }
  }

  private synchronized void run(Operation operation) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (!attempt(operation)) {
        interrupted |= Thread.interrupted();
        channel = storage.open(path, StandardOpenOption.WRITE);
      }
    } finally {
      restore(interrupted);
    }
  }

  private boolean attempt(Operation operation) throws IOException {
    try {
      operation.run(channel);
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    }
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
