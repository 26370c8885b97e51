package dev.myelin.wire.pack;

/// A packed chunk that cannot be what its sender promised; the message says what was expected.
public final class PackException extends Exception {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more library
  PackException(String format, Object... values) {
    super(format.formatted(values));
  }
}
