package dev.myelin.net.pattern;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A thread that brings each message of a socket to a [MessageTaker], until it or the socket is
/// closed.
public final class Attendant implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Attendant.class.getName());

  /// Where messages come from.
  ///
  /// @param <M> what comes
  @FunctionalInterface
  interface Source<M> {
    /// Waits for the next message; null once `stopped` says so.
    @Nullable M next(BooleanSupplier stopped) throws IOException, InterruptedException;
  }

  private final Hub hub;
  private final Thread thread;
  private volatile boolean stopped;

  private Attendant(String role, Hub hub, Runnable work) {
    this.hub = hub;
    this.thread = Thread.ofVirtual().name("my-" + role + "-taker").unstarted(work);
  }

  static <M extends AutoCloseable> Attendant begin(
      String role, Hub hub, Source<M> source, MessageTaker<? super M> taker) {
    Attendant[] self = new Attendant[1];
    self[0] = new Attendant(role, hub, () -> self[0].run(source, taker));
    self[0].thread.start();
    return self[0];
  }

  private <M extends AutoCloseable> void run(Source<M> source, MessageTaker<? super M> taker) {
    try {
      M next;
      while (!stopped && (next = source.next(() -> stopped)) != null) {
        bring(next, taker);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // and so it ends
    } catch (IOException | RuntimeException e) {
      if (!hub.outflow().isClosed()) {
        LOG.log(System.Logger.Level.WARNING, "no further messages are taken: " + e, e);
      }
    }
  }

  private static <M extends AutoCloseable> void bring(M message, MessageTaker<? super M> taker)
      throws InterruptedException {
    try (message) {
      taker.take(message);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      try {
        taker.failed(e);
      } catch (RuntimeException again) {
        again.addSuppressed(e);
        LOG.log(System.Logger.Level.WARNING, "a failure was not taken: " + again, again);
      }
    }
  }

  /// Takes no further message, and waits for the one that is being taken, at most a second and not
  /// on its own thread.
  @Override
  public void close() {
    close(Duration.ofSeconds(1));
  }

  void close(Duration limit) {
    stopped = true;
    hub.intake().recheck();
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      if (!thread.join(limit)) {
        LOG.log(System.Logger.Level.INFO, "{0} goes on with its last message", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
