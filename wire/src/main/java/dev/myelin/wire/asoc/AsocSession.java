package dev.myelin.wire.asoc;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A conversation after its handshake: a sender for many threads, a receiver for one.
///
/// Memory into which the receiver may be reading must not go back to its pool. So closing while a
/// receive is under way leaves the giving back to that receive, which ends when its input is
/// closed.
final class AsocSession implements Session {
  private final Introduction introduction;
  private final AsocSender sender;
  private final AsocReceiver receiver;
  private final @Nullable AsocOutflow outflow;
  private final Object lock = new Object();

  // Both guarded by lock.
  private boolean receiving;
  private boolean closed;

  private AsocSession(
      Introduction introduction,
      AsocSender sender,
      AsocReceiver receiver,
      @Nullable AsocOutflow outflow) {
    this.introduction = introduction;
    this.sender = sender;
    this.receiver = receiver;
    this.outflow = outflow;
  }

  /// @param taken how many bytes of the input the handshake took
  static AsocSession open(
      ByteSource in,
      ByteSink out,
      Limits limits,
      Introduction introduction,
      Set<AsocFeature> features,
      long taken) {
    AsocOutflow outflow = features.contains(AsocFeature.WINDOWS) ? new AsocOutflow() : null;
    return new AsocSession(
        introduction,
        new AsocSender(out, limits, features, outflow),
        new AsocReceiver(in, limits, introduction.proof(), outflow, taken),
        outflow);
  }

  @Override
  public Introduction introduction() {
    return introduction;
  }

  @Override
  public void send(Message message, Progress progress) throws IOException {
    sender.send(message, progress);
  }

  @Override
  public void post(Message message) throws IOException {
    sender.post(message, Progress.NONE);
  }

  @Override
  public @Nullable Message receive(Landing landing) throws IOException {
    enter();
    try {
      return receiver.receive(landing);
    } finally {
      leave();
    }
  }

  @Override
  public void decline(int stream, FaultCode code, String text) {
    receiver.drop(stream, code, text);
  }

  @Override
  public void endSends() {
    if (outflow != null) {
      outflow.close();
    }
  }

  private void enter() throws PeerException.Closed {
    synchronized (lock) {
      if (closed) {
        throw new PeerException.Closed("the session was closed", false, null);
      }
      if (receiving) {
        throw new IllegalStateException("receive: two threads (expected: one)");
      }
      receiving = true;
    }
  }

  private void leave() {
    boolean release;
    synchronized (lock) {
      receiving = false;
      release = closed;
    }
    if (release) {
      abandon();
    }
  }

  @Override
  public void close() {
    endSends();
    boolean release;
    synchronized (lock) {
      release = !closed && !receiving;
      closed = true;
    }
    if (release) {
      abandon();
    }
  }

  private void abandon() {
    receiver.abandon("the connection ended inside this stream");
  }
}
