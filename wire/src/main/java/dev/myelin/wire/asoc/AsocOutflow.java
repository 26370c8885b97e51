package dev.myelin.wire.asoc;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Precedence;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the peer lets this side send: the credit of each stream, and of all of them together. For
/// many senders and the one reader that hears of credit.
///
/// A stream waits on its own monitor, under which this one may be taken, never the reverse.
final class AsocOutflow {
  /// What large streams leave of the connection's window to small ones.
  private static final long SPARED = AsocCredit.STREAM_WINDOW;

  private static final long NANOS_OF_MILLI = 1_000_000;

  private final Map<Integer, Stream> streams = new HashMap<>(); // guarded by this
  private final List<Stream> crowded = new ArrayList<>(); // guarded by this
  private long limit = AsocCredit.CONNECTION_WINDOW; // guarded by this
  private long charged; // guarded by this
  private boolean closed; // guarded by this

  /// Waits until the window of the connection has room for what that stream sends unasked; its
  /// sender closes it.
  ///
  /// @param fromByte the byte of the tensor with which the stream begins
  Stream open(int id, TensorHeader header, long fromByte, Progress progress) throws IOException {
    Stream stream = new Stream(id, header, fromByte);
    synchronized (this) {
      if (streams.putIfAbsent(id, stream) != null) {
        throw new IllegalArgumentException(
            "stream: %s is being sent (expected: another)".formatted(Integer.toUnsignedString(id)));
      }
    }
    try {
      stream.awaitRoom(progress);
      return stream;
    } catch (IOException | RuntimeException e) {
      forget(stream);
      throw e;
    }
  }

  /// Takes the peer's word; what was said before and goes further stays.
  void credit(int id, long bytes) {
    if (id == 0) {
      creditAll(bytes);
      return;
    }
    Stream stream = stream(id);
    if (stream != null) {
      stream.credit(bytes);
    }
  }

  /// Notes that the peer does not want a stream.
  void cancel(int id, int code, String text) {
    Stream stream = stream(id);
    if (stream != null) {
      stream.cancel(code, text);
    }
  }

  /// Ends every wait, now and from now on.
  void close() {
    List<Stream> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(streams.values());
    }
    all.forEach(Stream::wake);
  }

  private void creditAll(long bytes) {
    synchronized (this) {
      limit = Math.max(limit, bytes);
    }
    wakeCrowded();
  }

  private void wakeCrowded() {
    List<Stream> waiting;
    synchronized (this) {
      waiting = List.copyOf(crowded);
      crowded.clear();
    }
    waiting.forEach(Stream::wake);
  }

  private synchronized @Nullable Stream stream(int id) {
    return streams.get(id);
  }

  private synchronized void forget(Stream stream) {
    streams.remove(stream.id);
    crowded.remove(stream);
  }

  private synchronized boolean charge(Stream stream) {
    long spared = stream.cost > Precedence.ACTIVATION_BYTES ? SPARED : 0;
    if (charged + stream.cost > limit - spared) {
      crowded.add(stream);
      return false;
    }
    charged += stream.cost;
    return true;
  }

  private synchronized void refund(long bytes) {
    charged -= bytes;
  }

  private synchronized void requireOpen() throws PeerException.Closed {
    if (closed) {
      throw new PeerException.Closed("the session was closed", true, null);
    }
  }

  /// The credit of one outgoing stream.
  final class Stream implements AutoCloseable {
    private final int id;
    private final String name;
    private final long cost;
    private final long fromByte;
    private long sentBytes; // of the sending thread alone
    private long streamLimit; // guarded by this
    private PeerException.@Nullable Faulted cancelled; // guarded by this

    private Stream(int id, TensorHeader header, long fromByte) {
      this.id = id;
      this.name = header.name();
      this.fromByte = fromByte;
      this.cost = AsocCredit.cost(header.byteSize() - fromByte);
      this.sentBytes = fromByte;
      this.streamLimit = fromByte + AsocCredit.STREAM_WINDOW;
    }

    /// Returns whether nothing behind the first `from` bytes may be sent yet.
    synchronized boolean isSpent(long from) {
      return streamLimit <= from;
    }

    /// Waits until at least one byte behind the first `from` may be sent; returns how many.
    synchronized long await(long from, Progress progress) throws IOException {
      while (streamLimit <= from) {
        pause(progress, true);
      }
      return streamLimit - from;
    }

    private synchronized void awaitRoom(Progress progress) throws IOException {
      while (!charge(this)) {
        pause(progress, false);
      }
    }

    @SuppressWarnings("WaitNotInLoop") // both callers ask again in a loop
    private void pause(Progress progress, boolean begun) throws IOException {
      requireOpen();
      PeerException.Faulted reason = cancelled;
      if (reason != null) {
        throw reason;
      }
      long nanos = progress.starved(begun);
      try {
        wait(nanos / NANOS_OF_MILLI + 1);
      } catch (InterruptedException e) {
        InterruptedIOException interrupted =
            new InterruptedIOException(name + ": interrupted while it waited for credit");
        interrupted.initCause(e);
        throw interrupted;
      }
    }

    private synchronized void credit(long bytes) {
      if (bytes > streamLimit) {
        streamLimit = bytes;
        notifyAll();
      }
    }

    private synchronized void cancel(int code, String text) {
      String word = FaultCode.of(code).map(FaultCode::name).orElse("code " + code);
      cancelled = new PeerException.Faulted(code, "tensor %s: %s (%s)".formatted(name, text, word));
      notifyAll();
    }

    private synchronized void wake() {
      notifyAll();
    }

    /// Notes how many bytes of the tensor were sent, or were there before.
    void sent(long bytes) {
      sentBytes = bytes;
    }

    /// Ends the stream; what was not sent does not count.
    @Override
    public void close() {
      forget(this);
      long unsent = cost - AsocCredit.cost(sentBytes - fromByte);
      if (unsent > 0) {
        refund(unsent);
        wakeCrowded();
      }
    }
  }
}
