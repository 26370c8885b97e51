package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One of exactly two (RFC 31): a second peer is turned away as long as the first is there.
///
/// Sending waits while there is no peer. What a peer that left had not been sent goes to the next.
public final class Pair extends Talker {
  private Pair(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.PAIR, options, plumbing, new Rules()));
  }

  /// Opens a socket without a peer.
  public static Pair open(Plumbing plumbing, SocketOptions options) {
    return new Pair(plumbing, options);
  }

  @Override
  public void send(Parts message, Duration limit) throws IOException, InterruptedException {
    outflow().sendInTurn(message, Outflow.Manner.QUEUED, limit);
  }

  private static final class Rules implements Hub.Rules {
    private final AtomicReference<@Nullable Pipe> only = new AtomicReference<>();

    @Override
    public boolean welcomes(Pipe pipe) {
      return only.compareAndSet(null, pipe);
    }

    @Override
    public boolean isFull() {
      return only.get() != null;
    }

    @Override
    public void left(Pipe pipe) {
      only.compareAndSet(pipe, null);
    }

    @Override
    public boolean rehouses() {
      return true;
    }
  }
}
