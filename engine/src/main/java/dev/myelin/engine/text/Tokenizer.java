package dev.myelin.engine.text;

/// Turns text into token ids and token ids into text. For many threads at once.
public interface Tokenizer {
  /// Returns the tokens of a text, with those that the model wants at its beginning. What looks
  /// like a control token in the text is text.
  int[] encode(String text);

  /// Returns the number of token ids: each is from 0 up to and without this.
  int vocabulary();

  /// Returns the bytes that a token adds to a text, which may be a part of a character; none if the
  /// token is for control and adds no text. The array is the caller's.
  ///
  /// A space that a model of sentence pieces puts before a text is part of its first token's bytes.
  ///
  /// @throws IllegalArgumentException if there is no such token
  byte[] bytes(int token);

  /// Returns a decoder of one growing answer.
  Decoder decoder();

  /// Returns whether the token ends an answer.
  ///
  /// @throws IllegalArgumentException if there is no such token
  boolean isEnd(int token);

  /// One growing answer, token by token. Not for two threads at once.
  interface Decoder {
    /// Returns what the token adds to the text: nothing until a character is whole.
    String append(int token);

    /// Returns what is left of the text at its end, an unfinished character being replaced.
    String end();
  }
}
