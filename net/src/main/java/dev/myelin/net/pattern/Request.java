package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A question with the way back to its asker: replied to once, at any time, from any thread.
///
/// Close it once its message is no longer needed. Closing does not reply: an asker in lockstep then
/// waits until its time is up.
public final class Request implements AutoCloseable {
  private final Hub hub;
  private final Pipe from;
  private final byte[][] envelope;
  private final AtomicBoolean replied = new AtomicBoolean();
  private @Nullable Parts message; // guarded by this

  Request(Hub hub, Pipe from, byte[][] envelope, Parts message) {
    this.hub = hub;
    this.from = from;
    this.envelope = envelope;
    this.message = message;
  }

  /// Returns what was asked, borrowed until this is closed.
  ///
  /// @throws IllegalStateException if it was taken or closed
  public synchronized Parts message() {
    Parts mine = message;
    if (mine == null) {
      throw new IllegalStateException("request: its message was taken, or closed");
    }
    return mine;
  }

  /// Returns what was asked, which is the caller's from now on.
  ///
  /// @throws IllegalStateException if it was taken or closed
  public synchronized Parts take() {
    Parts mine = message();
    message = null;
    return mine;
  }

  /// Returns where the asker is, for people.
  public String remote() {
    return from.remote();
  }

  /// Replies with one part of bytes; otherwise as [#reply(Parts)].
  public void reply(byte[] bytes) {
    reply(Parts.of(bytes));
  }

  /// Replies with a text in UTF-8; otherwise as [#reply(Parts)].
  public void reply(String text) {
    reply(Parts.of(text));
  }

  /// Sends the reply, which is the socket's from now on, also if this throws. To echo a request,
  /// reply with what [#take] returned.
  ///
  /// Waits for nothing but, where the asker waits for nothing else, the write of these bytes. If
  /// the asker has left, or does not read, the reply is dropped and counted.
  ///
  /// @throws IllegalStateException if this was replied to before
  public void reply(Parts answer) {
    if (!replied.compareAndSet(false, true)) {
      answer.close();
      throw new IllegalStateException("reply: sent before (expected: one reply to each request)");
    }
    hub.outflow().requireOpenFor(answer);
    // An asker in lockstep has read every reply before, or it could not have asked.
    boolean waits = from.peer().role() == SocketRole.REQ && from.isEmpty() && from.queued() == 0;
    boolean _ =
        hub.outflow()
            .sendOrDrop(
                from, answer.behind(envelope), waits ? Outflow.Manner.NOW : Outflow.Manner.QUEUED);
  }

  /// Replies with a tensor in the form of [TensorParts], which stays the caller's.
  ///
  /// Waits, without a bound, until the bytes have left, the reply was dropped, or, within the
  /// process, the asker has closed it.
  public void reply(String name, Tensor tensor) throws IOException, InterruptedException {
    TensorParts.lend(name, tensor, this::reply);
  }

  /// Returns whether it was replied to.
  public boolean isReplied() {
    return replied.get();
  }

  /// Gives the message's memory back, unless it was taken; twice is harmless.
  @Override
  public synchronized void close() {
    Parts mine = message;
    message = null;
    if (mine != null) {
      mine.close();
    }
  }
}
