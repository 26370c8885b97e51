package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.PeerException;

/// What a caller may do after a failure between nodes: the one place that decides.
public enum Retry {
  /// Trying again would fail again.
  NO,
  /// Another address of the same peer may work.
  OTHER_ENDPOINT,
  /// Once, on a new connection.
  NEW_CONNECTION,
  /// If the request may be carried out twice.
  IF_IDEMPOTENT,
  /// After a pause.
  LATER;

  /// Returns what to do after that failure.
  public static Retry after(PeerException failure) {
    return switch (failure) {
      case PeerException.Unreachable _ -> OTHER_ENDPOINT;
      case PeerException.Unrecognised _, PeerException.Refused _, PeerException.Mistrusted _ -> NO;
      case PeerException.Malformed _ -> NEW_CONNECTION;
      case PeerException.TimedOut _ -> IF_IDEMPOTENT;
      case PeerException.Closed closed -> closed.sent() ? IF_IDEMPOTENT : NEW_CONNECTION;
      case PeerException.Faulted faulted -> afterFault(faulted.code());
      case PeerException.Overloaded _ -> LATER;
    };
  }

  private static Retry afterFault(int code) {
    return FaultCode.of(code)
        .map(
            known ->
                switch (known) {
                  case OVERLOADED, STORAGE -> LATER;
                  case SHUTTING_DOWN -> OTHER_ENDPOINT;
                  case DIGEST_MISMATCH -> IF_IDEMPOTENT;
                  case OK, CANCELLED, TOO_LARGE, REFUSED, UNSUPPORTED, PROTOCOL, INTERNAL -> NO;
                })
        .orElse(NO);
  }
}
