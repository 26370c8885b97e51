package dev.myelin.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps memory from being freed while a library touches it by its address.
///
/// A call of the JDK's linker holds what its arguments point to until it returns: whoever closes
/// that memory meanwhile gets an [IllegalStateException]. So a function of the C library that calls
/// back at once, `bsearch` over one element, is called with the memory, and the work is done in the
/// call back. That costs a fraction of a microsecond, once for many records.
final class MemoryHold {
  /// What is done while the memory is held.
  interface Work {
    void run() throws IOException;
  }

  /// The work of one thread, and how it ended.
  private static final class Call {
    private @Nullable Work work;
    private @Nullable Throwable failure;
  }

  private static final ThreadLocal<Call> CALLS = ThreadLocal.withInitial(Call::new);
  private static final Optional<MemoryHold> SYSTEM = link();

  private final MethodHandle search;
  private final MemorySegment back;

  private MemoryHold(MethodHandle search, MemorySegment back) {
    this.search = search;
    this.back = back;
  }

  /// Returns the one there is; empty where the C library has no such function, and where this
  /// module may not call native code.
  static Optional<MemoryHold> ofSystem() {
    return SYSTEM;
  }

  @SuppressWarnings("restricted") // asked for before
  private static Optional<MemoryHold> link() {
    if (!MemoryHold.class.getModule().isNativeAccessEnabled()) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor comparison =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    FunctionDescriptor search =
        FunctionDescriptor.of(
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);
    try {
      MethodType type = MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class);
      MethodHandle called = MethodHandles.lookup().findStatic(MemoryHold.class, "compare", type);
      MemorySegment back = linker.upcallStub(called, comparison, Arena.global());
      return linker
          .defaultLookup()
          .find("bsearch")
          .map(function -> new MemoryHold(linker.downcallHandle(function, search), back));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a method of this class", e);
    }
  }

  /// Returns whether holding makes that memory safe to touch: on the heap it moves, and the file
  /// behind a mapping may get shorter, which ends the virtual machine in foreign code.
  static boolean isSafeFor(ByteBuffer buffer) {
    return buffer.isDirect() && !MemorySegment.ofBuffer(buffer).isMapped();
  }

  /// Does the work while the memory of a direct buffer is held.
  ///
  /// @throws IllegalStateException if that memory was freed before
  void during(ByteBuffer direct, Work work) throws IOException {
    MemorySegment memory = MemorySegment.ofBuffer(direct);
    Call call = CALLS.get();
    call.work = work;
    try {
      MemorySegment found = (MemorySegment) search.invokeExact(memory, memory, 1L, 1L, back);
      assert found.address() != 0;
      rethrow(call.failure);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("nothing else is thrown", e);
    } finally {
      call.work = null;
      call.failure = null;
    }
  }

  private static void rethrow(@Nullable Throwable failure) throws Throwable {
    if (failure != null) {
      throw failure;
    }
  }

  /// Is called back; what it threw would end the virtual machine.
  @SuppressWarnings({"unused", "UnusedMethod", "UnusedVariable"}) // called from outside Java
  private static int compare(MemorySegment key, MemorySegment element) {
    Call call = CALLS.get();
    Work work = call.work;
    try {
      if (work != null) {
        work.run();
      }
    } catch (Throwable e) {
      call.failure = e;
    }
    return 0;
  }
}
