package dev.myelin.net.shared;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Memory that another process of this machine can map too; it has no name in any file system, and
/// its size can never change.
///
/// It is gone when the last process that holds it is, however that ends. Nobody, not even its
/// maker, can shrink it, so that touching it never ends in a signal.
public final class SharedMemory implements AutoCloseable {
  /// What memory is rounded up to.
  public static final long PAGE_BYTES = 4096;

  private static final String NAME = "myelin";
  private static final int CLOSE_ON_EXEC = 1;
  private static final int ALLOW_SEALING = 2;
  private static final int ADD_SEALS = 1033;
  private static final int GET_SEALS = 1034;
  private static final int SEALS = 1 | 2 | 4; // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW
  private static final int OWNER_ONLY = 0600;
  private static final int READ_WRITE = 2;
  private static final int NO_TERMINAL = 0x100;
  private static final int NON_BLOCKING = 0x800;
  private static final int CLOEXEC = 0x80000;
  private static final long TMPFS = 0x01021994L;

  private final Place place;
  private final Arena arena;
  private final MemorySegment segment;
  private final boolean ours;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// Where a process finds the memory of another.
  ///
  /// @param pid the process that made it
  /// @param descriptor the number by which that process knows it
  /// @param inode what tells it from memory that has the same number later
  /// @param bytes its exact size
  public record Place(long pid, int descriptor, long inode, long bytes) {}

  private SharedMemory(Place place, Arena arena, MemorySegment segment, boolean ours) {
    this.place = place;
    this.arena = arena;
    this.segment = segment;
    this.ours = ours;
  }

  /// Returns why this process cannot share memory; empty if it can.
  public static Optional<String> whyNot() {
    return Optional.ofNullable(Linux.whyNot());
  }

  /// Makes memory of at least that size, all zero, rounded up to whole pages.
  ///
  /// @throws IOException if the system gives none
  /// @throws UnsupportedOperationException if this process cannot share memory
  public static SharedMemory make(long bytes) throws IOException {
    long rounded = Math.ceilDiv(Math.max(1, bytes), PAGE_BYTES) * PAGE_BYTES;
    Linux linux = Linux.calls();
    int descriptor = linux.memfdCreate(NAME, CLOSE_ON_EXEC | ALLOW_SEALING);
    try {
      linux.chmod(descriptor, OWNER_ONLY);
      linux.truncate(descriptor, rounded);
      linux.fcntl(descriptor, ADD_SEALS, SEALS);
      long inode = number(attributes(descriptor), "ino");
      return map(new Place(Host.pid(), descriptor, inode, rounded), descriptor, true);
    } catch (IOException | RuntimeException | Error e) {
      linux.close(descriptor);
      throw e;
    }
  }

  /// Maps memory that another process made, if it is what was promised: of that user, as is the
  /// process, sealed, of exactly that size, and the very piece that is meant.
  ///
  /// Opening tells the other process nothing, and writes nothing.
  ///
  /// @throws IOException if it cannot be reached from here, or is not as promised
  public static SharedMemory find(Place place, long uid) throws IOException {
    Linux linux = Linux.calls();
    String path = "/proc/" + place.pid() + "/fd/" + place.descriptor();
    Path link = Path.of(path);
    require(uid(Path.of("/proc/" + place.pid())) == uid, place, "a process of user " + uid);
    String target = Files.readSymbolicLink(link).toString();
    require(target.startsWith("/memfd:" + NAME), place, "memory of this program");
    int descriptor = linux.open(path, READ_WRITE | NO_TERMINAL | NON_BLOCKING | CLOEXEC);
    try {
      check(linux, descriptor, place, uid);
      return map(place, descriptor, false);
    } finally {
      linux.close(descriptor);
    }
  }

  private static void check(Linux linux, int descriptor, Place place, long uid) throws IOException {
    // Huge pages could run out under us, and then a read ends in a signal.
    require(linux.fileSystem(descriptor) == TMPFS, place, "memory of ordinary pages");
    int seals = linux.fcntl(descriptor, GET_SEALS, 0);
    require((seals & SEALS) == SEALS, place, "sealed memory");
    Map<String, Object> found = attributes(descriptor);
    require(number(found, "ino") == place.inode(), place, "the memory that was meant");
    require(number(found, "size") == place.bytes(), place, "memory of that size");
    require(number(found, "uid") == uid, place, "memory of user " + uid);
  }

  private static Map<String, Object> attributes(int descriptor) throws IOException {
    return Files.readAttributes(Path.of("/proc/self/fd/" + descriptor), "unix:ino,size,uid");
  }

  private static long uid(Path path) throws IOException {
    return number(Files.readAttributes(path, "unix:uid"), "uid");
  }

  private static long number(Map<String, Object> attributes, String name) {
    return attributes.get(name) instanceof Number number ? number.longValue() : -1;
  }

  private static void require(boolean holds, Place place, String expected) throws IOException {
    if (!holds) {
      throw new IOException("shared memory at " + place + " (expected: " + expected + ")");
    }
  }

  private static SharedMemory map(Place place, int descriptor, boolean ours) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel =
        FileChannel.open(
            Path.of("/proc/self/fd/" + descriptor),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MemorySegment segment = channel.map(MapMode.READ_WRITE, 0, place.bytes(), arena);
      return new SharedMemory(place, arena, segment, ours);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /// Returns the memory, valid until this is closed.
  public MemorySegment segment() {
    return segment;
  }

  /// Returns where others find it.
  public Place place() {
    return place;
  }

  /// Returns its size.
  public long bytes() {
    return place.bytes();
  }

  /// Unmaps it; its maker also stops others from finding it. What they mapped stays theirs. Twice
  /// is harmless.
  ///
  /// @throws IllegalStateException if a system call still uses it; it stays then
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    if (ours && closed.compareAndSet(false, true)) {
      Linux.calls().close(place.descriptor());
    }
  }
}
