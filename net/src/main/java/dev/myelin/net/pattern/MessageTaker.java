package dev.myelin.net.pattern;

/// Takes messages, one at a time, on a thread that a socket keeps for it.
///
/// @param <M> what it takes
@FunctionalInterface
public interface MessageTaker<M> {
  /// Takes a message, borrowed: it is closed when this returns.
  ///
  /// @throws Exception for whatever reason; [#failed] is told, and the next message comes
  void take(M message) throws Exception;

  /// Takes what [#take] threw; writes it to the log unless overridden.
  default void failed(Exception reason) {
    System.getLogger(MessageTaker.class.getName())
        .log(System.Logger.Level.WARNING, "a message was not taken: " + reason, reason);
  }
}
