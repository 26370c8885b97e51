package dev.myelin.engine.text;

/// Turns text into token ids and token ids into text. For many threads at once.
public interface Tokenizer {
  /// Returns the tokens of a text, with those that the model wants around it. What looks like a
  /// mark for the model in the text is text.
  ///
  /// @throws IllegalArgumentException if the text has more than two million characters
  int[] encode(String text);

  /// Returns the tokens of a prompt that was written with the marks of the model: each counts as
  /// the model's own, and nothing is put around. Never for what strangers wrote: see
  /// [ModelText#prompt]. A tokenizer without marks encodes it as text.
  ///
  /// @throws IllegalArgumentException if the prompt has more than two million characters
  default int[] encodeMarked(String prompt) {
    return encode(prompt);
  }

  /// Returns the number of token ids: each is from 0 up to and without this.
  int vocabulary();

  /// Returns the bytes that a token adds to a text, which may be a part of a character; none if the
  /// token is for control and adds no text. The array is the caller's.
  ///
  /// A space that a model of sentence pieces puts before a text is part of its first token's bytes.
  ///
  /// @throws IllegalArgumentException if there is no such token
  byte[] bytes(int token);

  /// Returns a decoder of a text from its beginning: a space that was put before it is dropped.
  Decoder decoder();

  /// Returns a decoder of what goes on after other text: a space at its beginning stays. The same
  /// as [#decoder] for a tokenizer that puts none there.
  default Decoder continuation() {
    return decoder();
  }

  /// Returns the text of these tokens, from its beginning.
  default String decode(int... tokens) {
    Decoder decoder = decoder();
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(decoder.append(token));
    }
    return text.append(decoder.end()).toString();
  }

  /// Returns whether the token ends an answer.
  ///
  /// @throws IllegalArgumentException if there is no such token
  boolean isEnd(int token);

  /// One growing answer, token by token. Not for two threads at once.
  interface Decoder {
    /// Returns what the token adds to the text: nothing until a character is whole.
    ///
    /// @throws IllegalArgumentException if there is no such token
    String append(int token);

    /// Returns what is left of the text at its end, an unfinished character being replaced.
    String end();
  }
}
