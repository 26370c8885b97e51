package dev.myelin.bench.endtoend;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The user and system time of this process, as fine as the system tells; `getrusage` on Linux, as
/// the C program does.
final class CpuClock {
  private static final int SELF = 0;
  private static final long USAGE_BYTES = 144;

  private final @Nullable MethodHandle usage;
  private final MemorySegment buffer = Arena.ofAuto().allocate(USAGE_BYTES, 8);

  CpuClock() {
    usage = System.getProperty("os.name").equals("Linux") ? usage() : null;
  }

  /// Returns the seconds of processor time so far.
  double seconds() {
    if (usage != null) {
      try {
        int result = (int) usage.invokeExact(SELF, buffer);
        if (result == 0) {
          return time(0) + time(16);
        }
      } catch (Throwable e) {
        throw new IllegalStateException("getrusage", e);
      }
    }
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  private double time(long offset) {
    return buffer.get(ValueLayout.JAVA_LONG, offset)
        + buffer.get(ValueLayout.JAVA_LONG, offset + 8) * 1e-6;
  }

  @SuppressWarnings("restricted") // the one function called has no side effects
  private static @Nullable MethodHandle usage() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("getrusage")
        .map(
            address ->
                linker.downcallHandle(
                    address,
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
        .orElse(null);
  }
}
