package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Conveyor;
import dev.myelin.net.pipe.Pipe;
import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.wire.parts.PartsPeer;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.util.Map;

/// Leads to no peer, for tests that are the other end of each pipe themselves.
final class Nowhere implements Plumbing {
  @Override
  public Use bind(String endpoint, PipeTerms terms, PipeOwner owner) {
    throw new IllegalStateException("bind: not here");
  }

  @Override
  public Use connect(String endpoint, PipeTerms terms, PipeOwner owner) {
    throw new IllegalStateException("connect: not here");
  }

  /// Returns a pipe to a peer of that role, of whose two conveyors nobody else takes anything.
  static Pipe pipe(SocketRole role, Conveyor in, Conveyor out) {
    PartsPeer peer = new PartsPeer(role, RoutingId.NONE, "test", "NULL", "", Map.of());
    return new Pipe(peer, "test://" + System.identityHashCode(in), in, out, new Still());
  }

  /// A plug by which nothing moves.
  private static final class Still implements Pipe.Plug {
    @Override
    public void wake() {}

    @Override
    public void writeNow() {}

    @Override
    public void subscribe(byte[] prefix, boolean wanted) {}

    @Override
    public boolean idle() {
      return true;
    }

    @Override
    public String medium() {
      return "nothing";
    }

    @Override
    public void finish() {}

    @Override
    public void close() {}
  }
}
