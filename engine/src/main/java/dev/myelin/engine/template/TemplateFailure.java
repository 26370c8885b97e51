package dev.myelin.engine.template;

/// Says that a template is not sound, refuses what it was given, or does too much.
public final class TemplateFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Why a template failed.
  public enum Reason {
    /// The template is not of the language, or of a part that is not known.
    SYNTAX,
    /// The template asks for what is not there.
    VALUE,
    /// The template itself refuses the messages.
    RAISED,
    /// The template does or makes too much.
    EXCESS
  }

  private final Reason reason;

  TemplateFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /// Returns why the template failed.
  public Reason reason() {
    return reason;
  }
}
