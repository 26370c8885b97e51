package dev.myelin.engine.text;

import dev.myelin.engine.template.TemplateFailure;

/// Says that the template of a model is not sound, refuses a chat, or does too much.
public final class ChatTemplateException extends Exception {
  private static final long serialVersionUID = 1L;

  /// Why a template failed.
  public enum Reason {
    /// It is not of the language, or of a part that is not known.
    SYNTAX,
    /// It asks for what is not there.
    VALUE,
    /// It refuses the messages, as when roles do not take turns.
    REFUSED,
    /// It does or makes too much.
    EXCESS
  }

  private final Reason reason;

  ChatTemplateException(TemplateFailure failure) {
    super("chat template: " + failure.getMessage(), failure);
    this.reason =
        switch (failure.reason()) {
          case SYNTAX -> Reason.SYNTAX;
          case VALUE -> Reason.VALUE;
          case RAISED -> Reason.REFUSED;
          case EXCESS -> Reason.EXCESS;
        };
  }

  /// Returns why the template failed.
  public Reason reason() {
    return reason;
  }
}
