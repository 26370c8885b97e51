package dev.myelin.net;

import dev.myelin.wire.Limits;
import dev.myelin.wire.TensorHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The tensors of a folder whose transfer was interrupted, each a file and a journal under the
/// identity that its sender gave.
///
/// One process has them at a time; another one with the same folder keeps none.
final class Partials implements Closeable {
  private static final String PREFIX = ".resume-";
  private static final String PART = ".part";
  private static final String JOURNAL = ".journal";
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final Path folder;
  private final Limits.Partials limits;
  private final DiskRoom room;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<String> inUse = new HashSet<>(); // guarded by lock
  private @Nullable FileChannel own; // guarded by lock
  private boolean closed; // guarded by lock

  Partials(Path folder, Limits.Partials limits, DiskRoom room, InstantSource clock) {
    this.folder = folder;
    this.limits = limits;
    this.room = room;
    this.clock = clock;
  }

  /// Opens the file of a tensor, with what an earlier attempt left in it; null if this process may
  /// not keep any, or another stream still has it after `patience`.
  @Nullable Partial open(
      TensorHeader header, String identity, Duration patience, BooleanSupplier wanted)
      throws IOException, InterruptedException {
    if (limits.files() == 0 || !take(identity, patience, wanted)) {
      return null;
    }
    Path journalFile = folder.resolve(PREFIX + identity + JOURNAL);
    try {
      sweep();
      Journal journal = Journal.open(journalFile, header, identity, limits.chunkBytes());
      Partial.Kept kept = new Partial.Kept(journalFile, journal, () -> release(identity));
      Path part = folder.resolve(PREFIX + identity + PART);
      try {
        return Partial.open(part, header, room, kept, wanted);
      } catch (IOException | RuntimeException e) {
        journal.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      release(identity);
      throw e;
    }
  }

  private boolean take(String identity, Duration patience, BooleanSupplier wanted)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    lock.lock();
    try {
      if (closed || !owns()) {
        return false;
      }
      while (!inUse.add(identity)) {
        if (closed || !wanted.getAsBoolean() || System.nanoTime() - deadline > 0) {
          return false;
        }
        changed.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean owns() throws IOException {
    if (own != null) {
      return true;
    }
    FileChannel channel =
        FileChannel.open(
            folder.resolve(PREFIX + "lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        own = channel;
        return true;
      }
    } catch (OverlappingFileLockException e) {
      // another node of this process has the folder
    }
    channel.close();
    return false;
  }

  private void release(String identity) {
    lock.lock();
    try {
      inUse.remove(identity);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// A file that nobody has open.
  private record Idle(Path part, Path journal, Instant since, long bytes) {
    void drop() {
      Stowage.drop(journal);
      Stowage.drop(part);
    }
  }

  /// Deletes what was kept too long, and of what is too much the oldest. Only what this process
  /// owns: others keep none.
  private void sweep() throws IOException {
    List<Idle> idle = idle();
    Instant oldest = clock.instant().minus(limits.age());
    long bytes = idle.stream().mapToLong(Idle::bytes).sum();
    int files = idle.size();
    for (Idle file : idle) {
      if (file.since().isAfter(oldest) && files < limits.files() && bytes <= limits.bytes()) {
        return;
      }
      file.drop();
      files--;
      bytes -= file.bytes();
    }
  }

  private List<Idle> idle() throws IOException {
    List<Idle> idle = new ArrayList<>();
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, PREFIX + "*" + PART)) {
      for (Path part : parts) {
        String name = String.valueOf(part.getFileName());
        String identity = name.substring(PREFIX.length(), name.length() - PART.length());
        Path journal = folder.resolve(PREFIX + identity + JOURNAL);
        if (!isInUse(identity)) {
          idle.add(new Idle(part, journal, since(part, journal), Files.size(part)));
        }
      }
    } catch (NoSuchFileException e) {
      // somebody else cleans up
    }
    idle.sort(Comparator.comparing(Idle::since));
    return idle;
  }

  private boolean isInUse(String identity) {
    lock.lock();
    try {
      return inUse.contains(identity);
    } finally {
      lock.unlock();
    }
  }

  private static Instant since(Path part, Path journal) throws IOException {
    return Files.getLastModifiedTime(Files.exists(journal) ? journal : part).toInstant();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (own != null) {
        own.close();
      }
    } catch (IOException e) {
      // the system gives the lock back when the process ends
    } finally {
      lock.unlock();
    }
  }
}
