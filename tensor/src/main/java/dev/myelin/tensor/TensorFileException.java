package dev.myelin.tensor;

import java.io.IOException;
import java.nio.file.Path;

/// Says that a file is not what its format demands: which file, which rule, what was found, where.
public final class TensorFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /// The rule of the format that a file breaks.
  public enum Rule {
    /// The first bytes name another format, or a version not known.
    SIGNATURE,
    /// A length does not fit into the file or the format's bounds.
    LENGTH,
    /// The header is not text of the form that the format demands.
    SYNTAX,
    /// A name stands twice.
    DUPLICATE,
    /// The element type is not one that can be held.
    DTYPE,
    /// The extents are not whole numbers whose product fits.
    SHAPE,
    /// Elements stand in an order that is not row-major, or with the high byte first.
    ORDER,
    /// The bytes of tensors overlap, leave holes, or end outside the file.
    LAYOUT
  }

  private final String file;
  private final Rule rule;
  private final long offset;

  TensorFileException(Path file, Rule rule, long offset, String problem) {
    super(file + ": " + problem + " at offset " + offset);
    this.file = file.toString();
    this.rule = rule;
    this.offset = offset;
  }

  TensorFileException(Path file, Rule rule, long offset, String problem, Throwable cause) {
    this(file, rule, offset, problem);
    initCause(cause);
  }

  /// Returns the path of the file.
  public String file() {
    return file;
  }

  /// Returns the rule that is broken.
  public Rule rule() {
    return rule;
  }

  /// Returns the byte in the file near which it is broken.
  public long offset() {
    return offset;
  }
}
