package dev.myelin.net.communicator;

/// What is run for each message of a socket.
@FunctionalInterface
public interface ZmqCallback {
  /// Takes a message, which is valid until this returns.
  ///
  /// @throws Exception for whatever reason: it is written to the log, and the next message comes
  void take(ZmqMessage message) throws Exception;
}
