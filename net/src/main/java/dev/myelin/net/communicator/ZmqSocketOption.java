package dev.myelin.net.communicator;

/// An option of one socket that is a number. All but the two timeouts must be set before the socket
/// is bound, connected or used.
public enum ZmqSocketOption {
  /// How long a receiving call waits, in milliseconds; -1 for ever.
  RCVTIMEO,
  /// How long a sending call waits, in milliseconds; -1 for ever.
  SNDTIMEO,
  /// How many messages wait for one peer at most; 0 for any number.
  SNDHWM,
  /// How many messages of one peer wait at most; 0 for any number.
  RCVHWM,
  /// How long closing waits for what was sent to leave, in milliseconds; -1 for ever.
  LINGER,
  /// How long until a lost peer is dialled again, in milliseconds; it doubles up to 15 times that.
  RECONNECT_IVL,
  /// The kernel's receive buffer, in bytes; 0 leaves it to the system.
  RCVBUF,
  /// The kernel's send buffer, in bytes; 0 leaves it to the system.
  SNDBUF
}
