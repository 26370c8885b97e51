package dev.myelin.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The standard error that the launcher kept apart while the JVM began.
///
/// The JVM warns of the module with the vectors, and nothing turns that off.
final class StandardError {
  private static final String KEPT = "myelin.stderr";
  private static final int NUMBER = 2;

  private StandardError() {}

  /// Makes it this process's again, if it was kept apart.
  static void takeBack() {
    Integer kept = Integer.getInteger(KEPT);
    if (kept == null) {
      return;
    }
    try {
      int _ = (int) duplicate().invokeExact((int) kept, NUMBER);
    } catch (Throwable e) {
      throw new IllegalStateException("dup2", e);
    }
  }

  @SuppressWarnings("restricted") // The one function that is called touches no memory.
  private static MethodHandle duplicate() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup system = linker.defaultLookup();
    MemorySegment address = system.find("dup2").orElseThrow();
    return linker.downcallHandle(
        address,
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }
}
