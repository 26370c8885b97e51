package dev.myelin.net.communicator;

/// What a socket of a [ZmqCommunicator] is; the order gives the numbers of [MooncakeHeader].
public enum ZmqSocketType {
  /// Asks.
  REQ,
  /// Answers.
  REP,
  /// Sends to whoever subscribed.
  PUB,
  /// Receives what it subscribed to.
  SUB,
  /// Hands out work.
  PUSH,
  /// Takes work.
  PULL,
  /// One of exactly two.
  PAIR;

  /// Returns the number by which others know it.
  public int number() {
    return switch (this) {
      case REQ -> 0;
      case REP -> 1;
      case PUB -> 2;
      case SUB -> 3;
      case PUSH -> 4;
      case PULL -> 5;
      case PAIR -> 6;
    };
  }
}
