package dev.myelin.net;

import dev.myelin.net.Connection.State;
import dev.myelin.wire.PeerException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The arrows between the states of a connection, and how its end is told.
final class ConnectionMoves {
  static final Map<State, Set<State>> MOVES = new EnumMap<>(State.class);

  static {
    MOVES.put(State.HANDSHAKING, EnumSet.of(State.OPEN, State.CLOSED));
    MOVES.put(State.OPEN, EnumSet.of(State.DRAINING, State.CLOSED));
    MOVES.put(State.DRAINING, EnumSet.of(State.CLOSED));
    MOVES.put(State.CLOSED, EnumSet.noneOf(State.class));
  }

  private ConnectionMoves() {}

  /// Returns `next` if the drawing has that arrow.
  static State next(State from, State next) {
    Set<State> allowed = MOVES.get(from);
    if (allowed == null || !allowed.contains(next)) {
      throw new IllegalStateException(
          "connection state: " + from + " to " + next + " (expected: one of " + allowed + ")");
    }
    return next;
  }

  /// Returns a new exception of the same kind as the reason, so that each caller has a trace of its
  /// own.
  static PeerException ended(@Nullable PeerException reason, Endpoint remote, boolean sent) {
    String text =
        reason == null ? "connection to " + remote + " ended" : String.valueOf(reason.getMessage());
    PeerException failure =
        reason instanceof PeerException.TimedOut
            ? new PeerException.TimedOut(text)
            : new PeerException.Closed(text, sent, null);
    if (reason != null) {
      failure.addSuppressed(reason);
    }
    return failure;
  }
}
