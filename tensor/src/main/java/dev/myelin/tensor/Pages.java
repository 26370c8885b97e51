package dev.myelin.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Pages of the system, as they come: nobody writes zeros into them first, so that a gigabyte is
/// there at once, and each page costs when it is first touched. Large pieces ask for large pages,
/// which cost less to touch and to copy into.
///
/// An arena writes every byte before it hands memory out, which takes as long as receiving a tensor
/// and holds the lock of a pool meanwhile.
final class Pages {
  // The same on every Linux that Java runs on; mmap(2).
  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final long FAILED = -1;

  // madvise(2)
  private static final int HUGE_PAGES = 14;
  private static final long LARGE_BYTES = 4L << 20;

  private static final Optional<Pages> SYSTEM = link();

  private final MethodHandle map;
  private final MethodHandle unmap;
  private final MethodHandle advise;

  private Pages(MethodHandle map, MethodHandle unmap, MethodHandle advise) {
    this.map = map;
    this.unmap = unmap;
    this.advise = advise;
  }

  /// Returns those of this system; empty but on Linux, and where this module may not call native
  /// code.
  static Optional<Pages> ofSystem() {
    return SYSTEM;
  }

  @SuppressWarnings("restricted") // asked for before
  private static Optional<Pages> link() {
    if (!System.getProperty("os.name").equals("Linux")
        || !Pages.class.getModule().isNativeAccessEnabled()) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    SymbolLookup lookup = linker.defaultLookup();
    FunctionDescriptor map =
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG);
    FunctionDescriptor unmap =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    FunctionDescriptor advise =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    return Optional.of(
        new Pages(
            linker.downcallHandle(lookup.findOrThrow("mmap"), map),
            linker.downcallHandle(lookup.findOrThrow("munmap"), unmap),
            linker.downcallHandle(lookup.findOrThrow("madvise"), advise)));
  }

  /// Returns so many bytes, which end with the arena.
  ///
  /// @throws PoolExhaustedException if the system has none
  @SuppressWarnings("restricted")
  MemorySegment take(long bytes, Arena arena) {
    long address = map(bytes);
    if (address == FAILED) {
      throw new PoolExhaustedException(
          bytes + " bytes: the system has none (expected: that much memory, and room in limits)");
    }
    if (bytes >= LARGE_BYTES) {
      advise(address, bytes);
    }
    return MemorySegment.ofAddress(address)
        .reinterpret(bytes, arena, memory -> unmap(memory.address(), bytes));
  }

  private long map(long bytes) {
    try {
      return (long) map.invokeExact(0L, bytes, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
    } catch (Throwable e) {
      throw new LinkageError("mmap", e);
    }
  }

  /// What comes of it does not matter: it is advice.
  private void advise(long address, long bytes) {
    try {
      int _ = (int) advise.invokeExact(address, bytes, HUGE_PAGES);
    } catch (Throwable e) {
      throw new LinkageError("madvise", e);
    }
  }

  private void unmap(long address, long bytes) {
    try {
      int result = (int) unmap.invokeExact(address, bytes);
      assert result == 0;
    } catch (Throwable e) {
      throw new LinkageError("munmap", e);
    }
  }
}
