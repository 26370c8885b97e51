package dev.myelin.net.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The segment being written, its file open twice: to be written, and to be forced meanwhile.
final class Active implements Closeable {
  private final Segment segment;
  private final SparseIndex index;
  private final int salt;
  private final LogFile data;
  private final LogFile sync;
  private volatile long forced;

  private Active(Segment segment, SparseIndex index, int salt, LogFile data, LogFile sync) {
    this.segment = segment;
    this.index = index;
    this.salt = salt;
    this.data = data;
    this.sync = sync;
  }

  /// Opens a segment that is there.
  static Active open(Storage storage, Segment segment, SparseIndex index, int salt)
      throws IOException {
    LogFile data = LogFile.open(storage, segment.path());
    try {
      return new Active(segment, index, salt, data, LogFile.open(storage, segment.path()));
    } catch (IOException | RuntimeException e) {
      data.close();
      throw e;
    }
  }

  /// Makes a segment; it is there as a whole or not at all.
  ///
  /// @param forces whether it shall be on the device when this returns
  static Active create(Storage storage, Path folder, SegmentHead head, boolean forces)
      throws IOException {
    Path path = Segment.path(folder, head.base());
    try {
      try (LogFile file = LogFile.create(storage, path)) {
        file.write(head.encode(), null, 0);
        if (forces) {
          file.force();
          forceFolder(storage, folder);
        }
      }
      Segment segment = new Segment(path, head.base(), SegmentHead.BYTES, storage);
      SparseIndex index = new SparseIndex();
      segment.adopt(index);
      return open(storage, segment, index, head.salt());
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /// Makes names of files safe, where the system has a way to; an interrupt does not end it.
  private static void forceFolder(Storage storage, Path folder) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (!folderForced(storage, folder)) {
        interrupted |= Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean folderForced(Storage storage, Path folder) throws IOException {
    try (FileChannel channel = storage.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    } catch (AccessDeniedException e) {
      return true; // Windows opens no folders, and keeps names by itself
    }
  }

  Segment segment() {
    return segment;
  }

  SparseIndex index() {
    return index;
  }

  int salt() {
    return salt;
  }

  /// Returns the file to write to.
  LogFile data() {
    return data;
  }

  /// Returns how many bytes of the file are known to be on the device.
  long forced() {
    return forced;
  }

  /// Forces what is in the file.
  void force() throws IOException {
    long bytes = segment.bytes();
    sync.force();
    forced = bytes;
  }

  @Override
  public void close() throws IOException {
    try {
      sync.close();
    } finally {
      data.close();
    }
  }
}
