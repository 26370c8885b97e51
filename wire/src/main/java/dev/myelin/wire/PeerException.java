package dev.myelin.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Everything that goes wrong between two nodes.
///
/// ```
///                             retry?
/// ├─ Unreachable              another endpoint
/// ├─ Unrecognised             no
/// ├─ Refused                  no
/// ├─ Mistrusted               no
/// ├─ Malformed                once, on a new connection
/// ├─ TimedOut                 if the request is idempotent
/// ├─ Closed                   if not sent
/// ├─ Faulted                  by code
/// └─ Overloaded               later
/// ```
public abstract sealed class PeerException extends IOException {
  private static final long serialVersionUID = 1L;

  private PeerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// No connection could be made.
  public static final class Unreachable extends PeerException {
    private static final long serialVersionUID = 1L;

    /// Names the endpoint and the reason.
    public Unreachable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// The peer's first bytes belong to no dialect we speak.
  public static final class Unrecognised extends PeerException {
    private static final long serialVersionUID = 1L;

    /// Quotes the first bytes in hex.
    public Unrecognised(String message) {
      super(message, null);
    }
  }

  /// One side does not want the other: wrong key, wrong community, not allowed.
  public static final class Refused extends PeerException {
    private static final long serialVersionUID = 1L;

    /// Says who refused what.
    public Refused(String message) {
      super(message, null);
    }
  }

  /// A certificate is not one that the other side trusts: another pin, another authority, another
  /// name.
  public static final class Mistrusted extends PeerException {
    private static final long serialVersionUID = 1L;

    /// Says whose certificate, and what was expected of it.
    public Mistrusted(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// The peer broke the dialect.
  public static final class Malformed extends PeerException {
    private static final long serialVersionUID = 1L;
    private final String dialect;
    private final long offset;

    /// Names the rule, the value and the place.
    ///
    /// @param offset the offset in the connection's input at which the offending frame begins
    public Malformed(String dialect, long offset, String message) {
      super(message + " at offset " + offset + " over " + dialect, null);
      this.dialect = dialect;
      this.offset = offset;
    }

    /// Returns the name of the dialect.
    public String dialect() {
      return dialect;
    }

    /// Returns where the offending frame begins in the connection's input.
    public long offset() {
      return offset;
    }
  }

  /// The peer did not answer in time.
  public static final class TimedOut extends PeerException {
    private static final long serialVersionUID = 1L;

    /// Names what was awaited and for how long.
    public TimedOut(String message) {
      super(message, null);
    }
  }

  /// The connection ended.
  public static final class Closed extends PeerException {
    private static final long serialVersionUID = 1L;
    private final boolean sent;

    /// @param sent whether bytes of the caller's message may have left
    public Closed(String message, boolean sent, @Nullable Throwable cause) {
      super(message, cause);
      this.sent = sent;
    }

    /// Returns whether bytes of the caller's message may have left.
    public boolean sent() {
      return sent;
    }
  }

  /// The peer says that it failed.
  public static final class Faulted extends PeerException {
    private static final long serialVersionUID = 1L;
    private final int code;

    /// Quotes the peer's words.
    public Faulted(int code, String message) {
      super(message, null);
      this.code = code;
    }

    /// Returns the number the peer gave, one of [FaultCode] where it is known.
    public int code() {
      return code;
    }
  }

  /// One side has no room now.
  public static final class Overloaded extends PeerException {
    private static final long serialVersionUID = 1L;

    /// Names the limit.
    public Overloaded(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
