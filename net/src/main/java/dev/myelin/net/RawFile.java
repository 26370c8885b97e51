package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A file under way to which the chunks of a stream are appended that nobody described.
final class RawFile {
  /// How much of the disk is asked for at once.
  private static final long STEP_BYTES = 16L << 20;

  private final Path part;
  private final String name;
  private final FileChannel channel;
  private final DiskRoom.Promise promise;
  private final long startNanos = System.nanoTime();
  private long bytes;
  private @Nullable IOException failure;

  private RawFile(Path part, String name, FileChannel channel, DiskRoom.Promise promise) {
    this.part = part;
    this.name = name;
    this.channel = channel;
    this.promise = promise;
  }

  /// Makes the file.
  ///
  /// @throws PeerException.Faulted if the disk is full or the file cannot be made
  static RawFile create(Path part, String name, DiskRoom room) throws PeerException {
    DiskRoom.Promise promise = room.promise(name, 0);
    try {
      FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new RawFile(part, name, channel, promise);
    } catch (IOException e) {
      throw DiskRoom.failed(name, e);
    }
  }

  Path part() {
    return part;
  }

  long bytes() {
    return bytes;
  }

  long startNanos() {
    return startNanos;
  }

  /// Has the disk promise room for that many more bytes.
  ///
  /// @throws PeerException.Faulted if it has none, or did not take what came before
  void prepare(long more) throws PeerException {
    requireSound();
    if (promise.left() < more) {
      promise.more(Math.max(STEP_BYTES, more));
    }
  }

  /// Appends; a failure shows when more is to come, or at the end.
  void append(MemorySegment chunk) {
    if (failure != null) {
      return;
    }
    ByteBuffer rest = chunk.asByteBuffer();
    try {
      while (rest.hasRemaining()) {
        int count = channel.write(rest);
        bytes += count;
        promise.written(count);
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  /// Closes the file, which stays.
  ///
  /// @throws PeerException.Faulted if it is not whole
  void finish() throws PeerException {
    promise.close();
    try {
      channel.close();
    } catch (IOException e) {
      failure = e;
    }
    requireSound();
  }

  /// Closes the file and deletes it.
  void discard() {
    promise.close();
    try {
      channel.close();
    } catch (IOException e) {
      // It is deleted next.
    }
    Stowage.drop(part);
  }

  private void requireSound() throws PeerException {
    IOException known = failure;
    if (known != null) {
      throw DiskRoom.failed(name, known);
    }
  }
}
