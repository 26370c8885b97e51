package dev.myelin.engine.model;

import java.io.IOException;
import java.nio.file.Path;

/// Says that a file of a model is not what its format demands, or not what this engine can run:
/// which file, which rule, what was found, what was expected.
public final class ModelFileException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 60;

  /// The rule that a file breaks.
  public enum Rule {
    /// The first bytes name another format, or a version not known.
    SIGNATURE,
    /// A length or count does not fit into the file or the format's bounds.
    LENGTH,
    /// A part is not of the form that the format demands.
    SYNTAX,
    /// A name stands twice.
    DUPLICATE,
    /// An element type is not one that the engine knows.
    TYPE,
    /// Extents are not those that the format or the model demands.
    SHAPE,
    /// Weights overlap, are not aligned, or end outside the file.
    LAYOUT,
    /// Something that the model needs is not there.
    MISSING,
    /// The model is of a family or has a trait that the engine does not run.
    UNSUPPORTED
  }

  private final String file;
  private final Rule rule;

  /// Makes a failure that says in `problem` what was found and what was expected.
  public ModelFileException(Path file, Rule rule, String problem) {
    super(file + ": " + problem);
    this.file = file.toString();
    this.rule = rule;
  }

  ModelFileException(Path file, Rule rule, String problem, Throwable cause) {
    this(file, rule, problem);
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

  /// Returns a text of a file as it may be shown: quoted, cut, without control characters.
  public static String shown(String text) {
    String part = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return "'" + part.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
