package dev.myelin.engine.grammar;

/// Says that a grammar or a JSON schema cannot be used: which rule it breaks, and where.
public final class GrammarException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /// What is wrong.
  public enum Rule {
    /// The text is not of the form of a grammar, a pattern or a schema.
    SYNTAX,
    /// A rule is called that there is not.
    UNDEFINED,
    /// A rule stands twice.
    DUPLICATE,
    /// A rule calls itself before it takes a character.
    LEFT_RECURSION,
    /// A rule matches no text that ends.
    ENDLESS,
    /// The text, the rules or what repeats is larger than allowed.
    SIZE,
    /// Parts are nested deeper than allowed.
    DEPTH,
    /// A text can be read in more ways at once than allowed.
    AMBIGUOUS,
    /// A keyword or a form is not one that is understood.
    UNSUPPORTED,
    /// No token of the vocabulary goes on.
    NO_TOKEN
  }

  private final Rule rule;
  private final int line;
  private final int column;

  GrammarException(Rule rule, String problem) {
    super(problem);
    this.rule = rule;
    this.line = 0;
    this.column = 0;
  }

  GrammarException(Rule rule, String problem, int line, int column) {
    super(problem + " at line " + line + ", column " + column);
    this.rule = rule;
    this.line = line;
    this.column = column;
  }

  /// Returns the rule that is broken.
  public Rule rule() {
    return rule;
  }

  /// Returns the line, from 1, of what is wrong; 0 where no line is to blame.
  public int line() {
    return line;
  }

  /// Returns the column, from 1, of what is wrong; 0 where no column is to blame.
  public int column() {
    return column;
  }

  static String shown(String text) {
    String part = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return "'" + part.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
