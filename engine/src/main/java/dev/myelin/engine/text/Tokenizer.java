package dev.myelin.engine.text;

/// Turns text into token ids and token ids into text. For many threads at once.
public interface Tokenizer {
  /// Returns the tokens of a text, with those that the model wants at its beginning.
  int[] encode(String text);

  /// Returns a decoder of one growing answer.
  Decoder decoder();

  /// Returns whether the token ends an answer.
  boolean isEnd(int token);

  /// One growing answer, token by token. Not for two threads at once.
  interface Decoder {
    /// Returns what the token adds to the text: nothing until a character is whole.
    String append(int token);

    /// Returns what is left of the text at its end, an unfinished character being replaced.
    String end();
  }
}
