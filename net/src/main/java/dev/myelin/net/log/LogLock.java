package dev.myelin.net.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// What keeps a second log, of this process or another, away from a folder.
///
/// The system gives a process's lock back as soon as the process closes the file anywhere, so a
/// second log of this process must not even open it: hence the list.
final class LogLock implements Closeable {
  static final String NAME = "lock";

  private static final int ATTEMPTS = 5;
  private static final long PAUSE_NANOS = 10_000_000;

  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

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
      try {
        return attempt(path);
      } catch (LogException.InUse e) {
        LockSupport.parkNanos(PAUSE_NANOS); // somebody may only look whether it is held
      }
    }
    return attempt(path);
  }

  private static LogLock attempt(Path path) throws IOException {
    if (!HELD.add(path)) {
      throw new LogException.InUse(path);
    }
    try {
      return new LogLock(path, locked(path));
    } catch (IOException | RuntimeException e) {
      HELD.remove(path);
      throw e;
    }
  }

  /// Returns whether somebody has the lock of a folder; changes nothing there.
  static boolean isHeld(Path folder) throws IOException {
    Path path = folder.toRealPath().resolve(NAME);
    if (!HELD.add(path)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (NoSuchFileException e) {
      return false;
    } finally {
      HELD.remove(path);
    }
  }

  private static FileChannel locked(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new LogException.InUse(path);
    }
    return channel;
  }

  /// Gives the lock back; twice is harmless.
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      HELD.remove(path);
    }
  }
}
