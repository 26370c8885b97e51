package dev.myelin.bench.endtoend;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// What all threads of this process have taken of the heap so far.
final class HeapClock {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private HeapClock() {}

  static long bytes() {
    return THREADS.getTotalThreadAllocatedBytes();
  }
}
