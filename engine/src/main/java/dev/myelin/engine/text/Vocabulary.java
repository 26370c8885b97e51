package dev.myelin.engine.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The tokens of a model by number: what each is for, and its bytes.
final class Vocabulary {
  private final int[] starts;
  private final byte[] bytes;
  private final BitSet control;

  private Vocabulary(int[] starts, byte[] bytes, BitSet control) {
    this.starts = starts;
    this.bytes = bytes;
    this.control = control;
  }

  static Vocabulary of(List<Token> tokens, Spelling spelling) {
    int[] starts = new int[tokens.size() + 1];
    byte[] bytes = new byte[tokens.size() * 8 + 64];
    BitSet control = new BitSet();
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      byte[] own =
          switch (token.kind()) {
            case CONTROL, NONE -> new byte[0];
            case TEXT, WORD, BYTE -> spelling.bytes(token.name(), token.kind());
          };
      control.set(i, token.kind() == TokenKind.CONTROL);
      int end = Math.addExact(starts[i], own.length);
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length + bytes.length / 2));
      }
      System.arraycopy(own, 0, bytes, starts[i], own.length);
      starts[i + 1] = end;
    }
    return new Vocabulary(starts, Arrays.copyOf(bytes, starts[tokens.size()]), control);
  }

  int size() {
    return starts.length - 1;
  }

  byte[] bytes(int token) {
    check(token);
    return Arrays.copyOfRange(bytes, starts[token], starts[token + 1]);
  }

  boolean isControl(int token) {
    check(token);
    return control.get(token);
  }

  void check(int token) {
    if (token < 0 || token >= size()) {
      throw new IllegalArgumentException(
          "token: " + token + " (expected: >= 0 and < " + size() + ")");
    }
  }

  /// One token: its name in the file, and what it is for.
  record Token(String name, TokenKind kind) {
    static final Token NONE = new Token("", TokenKind.NONE);
  }
}
