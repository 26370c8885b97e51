package dev.myelin.cli;

/// What one check of the doctor found.
///
/// @param level how bad it is
/// @param subject what was looked at
/// @param words what was found
/// @param advice what to do; empty if nothing
record Finding(Level level, String subject, String words, String advice) {
  /// How bad a finding is.
  enum Level {
    /// As it should be.
    OK,
    /// Works, but not for everything or not for long.
    WARN,
    /// Does not work.
    FAIL
  }

  static Finding ok(String subject, String words) {
    return new Finding(Level.OK, subject, words, "");
  }

  static Finding warn(String subject, String words, String advice) {
    return new Finding(Level.WARN, subject, words, advice);
  }

  static Finding fail(String subject, String words, String advice) {
    return new Finding(Level.FAIL, subject, words, advice);
  }
}
