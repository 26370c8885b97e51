package dev.myelin.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/// Listens to Ctrl-C instead of ending the process, while it is open.
///
/// The JDK has no other way to hear of a signal and live on than a class that the compiler warns
/// of, which is why it is looked up; where it is missing, Ctrl-C ends the process.
final class CtrlC implements AutoCloseable {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";
  private static final String NAME = "INT";

  private final Object before;

  private CtrlC(Object before) {
    this.before = before;
  }

  /// @param pressed runs in a thread of its own, each time
  static CtrlC listen(Runnable pressed) {
    try {
      Object handler =
          Proxy.newProxyInstance(
              CtrlC.class.getClassLoader(),
              new Class<?>[] {Class.forName(HANDLER)},
              (_, method, _) -> {
                if (method.getName().equals("handle")) {
                  pressed.run();
                }
                return method.getName();
              });
      return new CtrlC(handle(handler));
    } catch (ReflectiveOperationException e) {
      return new CtrlC(NAME);
    }
  }

  /// Lets it end the process again.
  @Override
  public void close() {
    if (!before.equals(NAME)) {
      try {
        Object _ = handle(before);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Object handle(Object handler) throws ReflectiveOperationException {
    Class<?> signal = Class.forName(SIGNAL);
    Method handle = signal.getMethod("handle", signal, Class.forName(HANDLER));
    return handle.invoke(null, signal.getConstructor(String.class).newInstance(NAME), handler);
  }
}
