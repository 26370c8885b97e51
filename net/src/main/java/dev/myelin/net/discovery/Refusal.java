package dev.myelin.net.discovery;

/// Why an announcement was not believed.
public enum Refusal {
  /// Its source address is outside the allowed ranges.
  SOURCE,
  /// It has not the size of an announcement.
  SIZE,
  /// It belongs to another community.
  COMMUNITY,
  /// Its source address sent more than its share.
  RATE,
  /// Its signature does not hold.
  SIGNATURE,
  /// It is our own.
  OWN,
  /// It names port 0.
  PORT,
  /// It is older, or further in the future, than the window.
  TIME,
  /// It was heard before, over another interface or from someone who repeats it.
  REPEATED,
  /// More announcements came within the window than are remembered.
  FULL
}
