package dev.myelin.it;

/// What is done to one of four actors.
enum Harm {
  KILL("kill -9"),
  STOP("SIGSTOP"),
  LINK_DOWN("link down"),
  MUTE("what it sends is lost"),
  DEAF("what it is sent is lost"),
  RESET("RST inside a frame"),
  SLOW_READER("slow reader"),
  DISK_FULL("disk full");

  private final String words;

  Harm(String words) {
    this.words = words;
  }

  /// Returns whether everybody else must be told that the one harmed is gone.
  boolean silences() {
    return switch (this) {
      case KILL, STOP, LINK_DOWN, MUTE, DEAF -> true;
      case RESET, SLOW_READER, DISK_FULL -> false;
    };
  }

  @Override
  public String toString() {
    return words;
  }
}
