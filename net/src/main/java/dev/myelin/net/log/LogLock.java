package dev.myelin.net.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What keeps a second log, of this process or another, away from a folder.
///
/// The system gives a process's lock back as soon as the process closes the file anywhere, so a
/// second log of this process must not even open it: hence the list.
final class LogLock implements Closeable {
  static final String NAME = "lock";

  private static final int ATTEMPTS = 20;
  private static final long PAUSE_NANOS = 25_000_000;

  /// Held while somebody of this process takes a lock, or looks whether one is held.
  private static final ReentrantLock ASKING = new ReentrantLock();

  private static final Set<Path> HELD = new HashSet<>(); // guarded by ASKING

  private final Path path;
  private final FileChannel channel;

  private LogLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Takes the lock of a folder.
  ///
  /// @throws LogException.InUse if somebody has it
  static LogLock take(Path folder) throws IOException {
    Path path = folder.toRealPath().resolve(NAME);
    for (int i = 1; i < ATTEMPTS; i++) {
      FileChannel channel = attempt(path);
      if (channel != null) {
        return new LogLock(path, channel);
      }
      LockSupport.parkNanos(PAUSE_NANOS); // another process may only look whether it is held
    }
    throw new LogException.InUse(path);
  }

  /// Returns the file, locked; null if another process has a lock on it, if only to look.
  ///
  /// @throws LogException.InUse if this process has it
  private static @Nullable FileChannel attempt(Path path) throws IOException {
    ASKING.lock();
    try {
      if (HELD.contains(path)) {
        throw new LogException.InUse(path);
      }
      FileChannel channel = locked(path);
      if (channel != null) {
        HELD.add(path);
      }
      return channel;
    } finally {
      ASKING.unlock();
    }
  }

  /// Returns whether somebody has the lock of a folder; changes nothing there.
  static boolean isHeld(Path folder) throws IOException {
    Path path = folder.toRealPath().resolve(NAME);
    ASKING.lock();
    try {
      return HELD.contains(path) || isLocked(path);
    } finally {
      ASKING.unlock();
    }
  }

  private static boolean isLocked(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static @Nullable FileChannel locked(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  /// Gives the lock back; twice is harmless.
  @Override
  public void close() throws IOException {
    ASKING.lock();
    try {
      if (channel.isOpen()) {
        channel.close();
        HELD.remove(path);
      }
    } finally {
      ASKING.unlock();
    }
  }
}
