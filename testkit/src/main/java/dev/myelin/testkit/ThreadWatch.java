package dev.myelin.testkit;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The threads of ours, virtual ones too, that were there at one moment; ours are those whose names
/// start with `my-`.
public final class ThreadWatch {
  private static final String OURS = "my-";
  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private final Set<Long> before;

  private ThreadWatch(Set<Long> before) {
    this.before = before;
  }

  static ThreadWatch start() {
    return new ThreadWatch(ours().keySet());
  }

  /// Waits until no new thread of ours runs, at most to the deadline.
  void requireGone(long deadlineNanos) {
    joinPlatformThreads(deadlineNanos);
    Map<Long, String> left = left();
    while (!left.isEmpty() && deadlineNanos - System.nanoTime() > 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
      left = left();
    }
    if (!left.isEmpty()) {
      throw new AssertionError("threads still running: " + left.values() + " (expected: none)");
    }
  }

  private void joinPlatformThreads(long deadlineNanos) {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      long nanos = deadlineNanos - System.nanoTime();
      if (thread.getName().startsWith(OURS) && !before.contains(thread.threadId()) && nanos > 0) {
        join(thread, nanos);
      }
    }
  }

  private static void join(Thread thread, long nanos) {
    try {
      thread.join(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<Long, String> left() {
    Map<Long, String> now = ours();
    now.keySet().removeAll(before);
    return now;
  }

  /// Returns the names of the threads of ours there are now, by number.
  public static Map<Long, String> ours() {
    Map<Long, String> found = new TreeMap<>();
    collect(Containers.root(), found);
    return found;
  }

  private static void collect(Object container, Map<Long, String> found) {
    Containers.threads(container)
        .filter(thread -> thread.getName().startsWith(OURS) && thread.isAlive())
        .forEach(thread -> found.put(thread.threadId(), thread.getName()));
    Containers.children(container).forEach(child -> collect(child, found));
  }

  /// What the virtual machine knows of its threads, virtual ones too, which no public method lists:
  /// a thread dump would, but it walks stacks, and that has crashed JDK 25 while virtual threads
  /// ended.
  ///
  /// Needs `--add-exports java.base/jdk.internal.vm=ALL-UNNAMED`.
  private static final class Containers {
    private static final Method ROOT = method("ThreadContainers", "root");
    private static final Method THREADS = method("ThreadContainer", "threads");
    private static final Method CHILDREN = method("ThreadContainer", "children");

    static Object root() {
      return call(ROOT, null);
    }

    static Stream<Thread> threads(Object container) {
      return ((Stream<?>) call(THREADS, container)).map(Thread.class::cast);
    }

    static Stream<?> children(Object container) {
      return (Stream<?>) call(CHILDREN, container);
    }

    private static Method method(String type, String name) {
      try {
        return Class.forName("jdk.internal.vm." + type).getMethod(name);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("this virtual machine lists its threads otherwise", e);
      }
    }

    private static Object call(Method method, @Nullable Object on) {
      try {
        return method.invoke(on);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(
            "threads cannot be listed (needed: --add-exports"
                + " java.base/jdk.internal.vm=ALL-UNNAMED)",
            e);
      }
    }
  }
}
