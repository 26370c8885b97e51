package dev.myelin.engine.template;

/// A word of the language.
record Token(Kind kind, String text, int line) {
  enum Kind {
    /// Text outside of all braces.
    DATA,
    /// A name or a word of the language.
    NAME,
    /// A text in quotes, already read.
    STRING,
    /// A number.
    NUMBER,
    /// A sign.
    SIGN,
    /// `{{`
    OPEN_VALUE,
    /// `}}`
    CLOSE_VALUE,
    /// `{%`
    OPEN_BLOCK,
    /// `%}`
    CLOSE_BLOCK,
    /// The end of the template.
    END
  }

  boolean is(String sign) {
    return (kind == Kind.SIGN || kind == Kind.NAME) && text.equals(sign);
  }
}
