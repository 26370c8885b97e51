package dev.myelin.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// The greetings a node has seen, so that a recorded one opens nothing; kept in a file across
/// restarts.
///
/// HELLO carries no time (wire page, section 8, item 1), so what is old cannot be told from what is
/// new: only memory helps. Only greetings with a valid proof come here, so a stranger cannot push
/// entries out. The file is a ring of 64-bit digests, 2 MiB at most:
///
/// ```
///  0  8 bytes  "MYXSEEN1"
///  8  8 bytes  how many were ever written, little-endian
/// 16  8 bytes  each: entry i stands at 16 + 8 * (i mod capacity)
/// ```
final class ReplayMemory implements AutoCloseable {
  static final int CAPACITY = 1 << 18;
  static final String FILE_NAME = "greetings-seen.bin";

  private static final long MAGIC = 0x314e_4545_5358_594dL;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long HEADER_BYTES = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Long> seen = new HashSet<>(); // guarded by lock
  private final Arena arena;
  private final MemorySegment ring; // guarded by lock
  private final Optional<FileChannel> file;
  private long written; // guarded by lock
  private boolean closed; // guarded by lock

  private ReplayMemory(Arena arena, MemorySegment ring, Optional<FileChannel> file) {
    this.arena = arena;
    this.ring = ring;
    this.file = file;
  }

  /// Opens the memory kept in a folder, or one that is forgotten at the end.
  ///
  /// @throws IOException if the folder cannot be used, another node uses it, or the file is not
  ///   ours
  static ReplayMemory open(Optional<Path> folder) throws IOException {
    if (folder.isEmpty()) {
      Arena arena = Arena.ofShared();
      return new ReplayMemory(
          arena, arena.allocate(HEADER_BYTES + 8L * CAPACITY), Optional.empty());
    }
    Files.createDirectories(folder.get());
    Path path = folder.get().resolve(FILE_NAME);
    FileChannel channel = openPrivate(path);
    try {
      requireAlone(channel, path);
      return load(channel, path);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel openPrivate(Path path) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return FileChannel.open(
          path,
          options,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return FileChannel.open(path, options);
  }

  private static void requireAlone(FileChannel channel, Path path) throws IOException {
    FileLock held;
    try {
      held = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      held = null;
    }
    if (held == null) {
      throw new IOException(
          "state folder "
              + path.getParent()
              + " is in use by another node (expected: one folder per node; give this one"
              + " another --state-dir)");
    }
  }

  private static ReplayMemory load(FileChannel channel, Path path) throws IOException {
    long size = HEADER_BYTES + 8L * CAPACITY;
    if (channel.size() != 0 && channel.size() != size) {
      throw damaged(path, "size " + channel.size() + " (expected: " + size + ")");
    }
    Arena mapping = Arena.ofShared();
    MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, mapping);
    ReplayMemory memory = new ReplayMemory(mapping, mapped, Optional.of(channel));
    // All zero also when this process ended between making the file and writing to it.
    if (mapped.get(LONG, 0) == 0 && mapped.get(LONG, 8) == 0) {
      mapped.set(LONG, 0, MAGIC);
    }
    if (mapped.get(LONG, 0) != MAGIC || mapped.get(LONG, 8) < 0) {
      mapping.close();
      throw damaged(path, "its header");
    }
    memory.written = mapped.get(LONG, 8);
    for (long i = Math.max(0, memory.written - CAPACITY); i < memory.written; i++) {
      memory.seen.add(mapped.get(LONG, at(i)));
    }
    return memory;
  }

  private static IOException damaged(Path path, String what) {
    return new IOException(
        path
            + ": "
            + what
            + " is not that of a memory of greetings (move the file away; recorded greetings can"
            + " then be replayed once)");
  }

  /// Returns whether this greeting is new, and remembers it.
  boolean firstSeen(long greeting) {
    lock.lock();
    try {
      if (closed || !seen.add(greeting)) {
        return false;
      }
      if (written >= CAPACITY) {
        seen.remove(ring.get(LONG, at(written)));
      }
      ring.set(LONG, at(written), greeting);
      written++;
      ring.set(LONG, 8, written);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static long at(long index) {
    return HEADER_BYTES + 8 * (index % CAPACITY);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      arena.close();
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      System.getLogger(ReplayMemory.class.getName())
          .log(System.Logger.Level.WARNING, "the memory of greetings was not closed in order", e);
    } finally {
      lock.unlock();
    }
  }
}
