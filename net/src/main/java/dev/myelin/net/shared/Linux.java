package dev.myelin.net.shared;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The few system calls of Linux that the JDK does not offer, by their numbers.
final class Linux {
  private static final String SYSTEM = System.getProperty("os.name", "");
  private static final String MACHINE = System.getProperty("os.arch", "");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /// The numbers of the calls on one kind of processor.
  private record Numbers(
      long memfdCreate, long futex, long fcntl, long ftruncate, long close, Further further) {}

  private record Further(long openat, long fchmod, long fstatfs) {}

  private static final Numbers X86_64 = new Numbers(319, 202, 72, 77, 3, new Further(257, 91, 138));
  private static final Numbers AARCH64 = new Numbers(279, 98, 25, 46, 57, new Further(56, 52, 44));

  private static final int WAIT = 0;
  private static final int WAKE = 1;

  private static final @Nullable String WHY_NOT = whyNot();
  private static final @Nullable Linux INSTANCE = WHY_NOT == null ? bind() : null;

  private final Numbers numbers;
  private final MethodHandle call;
  private final MethodHandle futex;

  private Linux(Numbers numbers, MethodHandle call, MethodHandle futex) {
    this.numbers = numbers;
    this.call = call;
    this.futex = futex;
  }

  /// Returns why this process cannot share memory; null if it can.
  static @Nullable String whyNot() {
    if (!SYSTEM.toLowerCase(Locale.ROOT).equals("linux")) {
      return "system: " + SYSTEM + " (expected: Linux)";
    }
    if (!MACHINE.equals("amd64") && !MACHINE.equals("aarch64")) {
      return "processor: " + MACHINE + " (expected: amd64, aarch64)";
    }
    if (!Linux.class.getModule().isNativeAccessEnabled()) {
      return "native access is denied (expected: --enable-native-access="
          + (Linux.class.getModule().isNamed() ? "dev.myelin.net" : "ALL-UNNAMED")
          + ")";
    }
    return null;
  }

  /// Returns the calls.
  ///
  /// @throws UnsupportedOperationException if this process has none; see [#whyNot]
  static Linux calls() {
    Linux instance = INSTANCE;
    if (instance == null) {
      throw new UnsupportedOperationException(String.valueOf(WHY_NOT));
    }
    return instance;
  }

  @SuppressWarnings("restricted")
  private static Linux bind() {
    Linker linker = Linker.nativeLinker();
    MemorySegment syscall = linker.defaultLookup().findOrThrow("syscall");
    ValueLayout.OfLong number = ValueLayout.JAVA_LONG;
    Linker.Option variadic = Linker.Option.firstVariadicArg(1);
    MethodHandle call =
        linker.downcallHandle(
            syscall,
            FunctionDescriptor.of(number, number, number, number, number, number),
            variadic,
            Linker.Option.captureCallState("errno"));
    MethodHandle futex =
        linker.downcallHandle(
            syscall,
            FunctionDescriptor.of(
                number, number, ValueLayout.ADDRESS, number, number, ValueLayout.ADDRESS),
            variadic);
    return new Linux(MACHINE.equals("amd64") ? X86_64 : AARCH64, call, futex);
  }

  /// Returns a descriptor of new memory without a name in any file system.
  int memfdCreate(String name, int flags) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(name).address();
      return (int) call("memfd_create", numbers.memfdCreate(), text, flags, 0, 0);
    }
  }

  /// Opens a path.
  int open(String path, int flags) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(path).address();
      return (int) call("openat " + path, numbers.further().openat(), -100, text, flags, 0);
    }
  }

  int fcntl(int descriptor, int command, long argument) throws SystemCallException {
    return (int) call("fcntl", numbers.fcntl(), descriptor, command, argument, 0);
  }

  void truncate(int descriptor, long bytes) throws SystemCallException {
    call("ftruncate", numbers.ftruncate(), descriptor, bytes, 0, 0);
  }

  void chmod(int descriptor, int mode) throws SystemCallException {
    call("fchmod", numbers.further().fchmod(), descriptor, mode, 0, 0);
  }

  /// Returns the number of the kind of file system behind a descriptor.
  long fileSystem(int descriptor) throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(256, 8);
      call("fstatfs", numbers.further().fstatfs(), descriptor, answer.address(), 0, 0);
      return answer.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  void close(int descriptor) {
    try {
      call("close", numbers.close(), descriptor, 0, 0, 0);
    } catch (SystemCallException e) {
      // The descriptor is gone either way.
    }
  }

  /// Sleeps while the word has that value, at most for the limit that `timespec` holds; wakes at
  /// times without a reason.
  void futexWait(MemorySegment word, int value, MemorySegment timespec) {
    try {
      long _ = (long) futex.invokeExact(numbers.futex(), word, (long) WAIT, (long) value, timespec);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /// Wakes whoever sleeps on the word.
  void futexWake(MemorySegment word) {
    try {
      long _ =
          (long)
              futex.invokeExact(
                  numbers.futex(), word, (long) WAKE, (long) Integer.MAX_VALUE, MemorySegment.NULL);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private long call(String what, long number, long first, long second, long third, long fourth)
      throws SystemCallException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long answer = (long) call.invokeExact(state, number, first, second, third, fourth);
      if (answer < 0) {
        throw new SystemCallException(what, (int) ERRNO.get(state, 0L));
      }
      return answer;
    } catch (SystemCallException e) {
      throw e;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static RuntimeException rethrown(Throwable e) {
    return switch (e) {
      case RuntimeException known -> known;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }
}
