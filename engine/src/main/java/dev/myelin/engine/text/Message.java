package dev.myelin.engine.text;

/// One turn of a chat.
///
/// @param role whose turn it is
/// @param content what is said
public record Message(Role role, String content) {
  /// Who says something.
  public enum Role {
    /// Who tells the model how to behave.
    SYSTEM("system"),
    /// Who asks.
    USER("user"),
    /// The model.
    ASSISTANT("assistant");

    private final String word;

    Role(String word) {
      this.word = word;
    }

    /// Returns the word that templates use.
    public String word() {
      return word;
    }
  }

  /// Returns a turn of who tells the model how to behave.
  public static Message system(String content) {
    return new Message(Role.SYSTEM, content);
  }

  /// Returns a turn of who asks.
  public static Message user(String content) {
    return new Message(Role.USER, content);
  }

  /// Returns a turn of the model.
  public static Message assistant(String content) {
    return new Message(Role.ASSISTANT, content);
  }
}
