package dev.myelin.testkit;

import dev.myelin.tensor.TensorPool;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Fails a test that leaves memory, threads or file descriptors behind.
///
/// Opens a root pool before each test, which the test may take as a parameter of type [TensorPool],
/// and closes it after. Also after the test, no thread whose name starts with `my-` and no file
/// descriptor may be left that was not there before it; both are given [#PATIENCE] to go.
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  /// How long threads and descriptors may take to go after a test.
  public static final Duration PATIENCE = Duration.ofSeconds(3);

  /// The limit of the injected pool.
  public static final long POOL_BYTES = 1L << 30;

  private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);

  /// Made by JUnit.
  public LeakCheck() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    state(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    State state = state(context);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    AssertionError failure = null;
    try {
      state.threads.requireGone(deadline);
      state.descriptors.requireGone(deadline);
    } catch (AssertionError e) {
      failure = e;
    }
    try {
      state.pool.close();
    } catch (IllegalStateException e) {
      failure = joined(failure, new AssertionError(e.getMessage(), e));
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TensorPool.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return state(context).pool;
  }

  private static AssertionError joined(AssertionError first, AssertionError next) {
    if (first != null) {
      next.addSuppressed(first);
    }
    return next;
  }

  private static State state(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(context.getUniqueId(), id -> State.open(context), State.class);
  }

  private record State(TensorPool pool, ThreadWatch threads, DescriptorWatch descriptors) {
    static State open(ExtensionContext context) {
      TensorPool pool = TensorPool.open(context.getDisplayName(), POOL_BYTES);
      return new State(pool, ThreadWatch.start(), DescriptorWatch.start());
    }
  }
}
