package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// The free bytes of a folder's disk, of which no two files are promised the same ones.
final class DiskRoom {
  /// What is left to everybody else.
  static final long SPARE_BYTES = 16L << 20;

  private final Disk disk;
  private long promised; // guarded by this

  DiskRoom(Disk disk) {
    this.disk = disk;
  }

  static DiskRoom of(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    return new DiskRoom(store::getUsableSpace);
  }

  /// Where files are.
  @FunctionalInterface
  interface Disk {
    /// Returns how many bytes may still be written.
    long usableBytes() throws IOException;
  }

  /// Promises a file so many bytes.
  ///
  /// @throws PeerException.Faulted with the code for storage if the disk has no room for them
  Promise promise(String what, long bytes) throws PeerException {
    Promise promise = new Promise(what);
    promise.more(bytes);
    return promise;
  }

  private synchronized void take(String what, long bytes) throws PeerException {
    long room;
    try {
      room = Math.max(0, disk.usableBytes() - SPARE_BYTES - promised);
    } catch (IOException e) {
      throw failed(what, e);
    }
    if (bytes > room) {
      throw new PeerException.Faulted(
          FaultCode.STORAGE.code(),
          what + ": " + bytes + " bytes (expected: <= " + room + " left on the receiver's disk)");
    }
    promised += bytes;
  }

  private synchronized void give(long bytes) {
    promised -= bytes;
  }

  /// Returns the word to the sender when a file cannot be written.
  static PeerException.Faulted failed(String what, IOException cause) {
    PeerException.Faulted failure =
        new PeerException.Faulted(
            FaultCode.STORAGE.code(),
            what + ": the receiver cannot store it: " + cause.getMessage());
    failure.addSuppressed(cause);
    return failure;
  }

  /// What one file may still take of the disk. Used by one thread at a time.
  final class Promise implements AutoCloseable {
    private final String what;
    private long left;

    private Promise(String what) {
      this.what = what;
    }

    /// Asks for more.
    void more(long bytes) throws PeerException {
      take(what, bytes);
      left += bytes;
    }

    /// Notes that bytes have been written, so that the disk itself counts them.
    void written(long bytes) {
      long kept = Math.min(bytes, left);
      left -= kept;
      give(kept);
    }

    long left() {
      return left;
    }

    /// Gives back what was not written.
    @Override
    public void close() {
      written(left);
    }
  }
}
