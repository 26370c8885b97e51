package dev.myelin.engine.grammar;

import dev.myelin.engine.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A vocabulary from a list; the first token ends, the second is for control.
final class ListedTokens implements Tokenizer {
  static final int END = 0;

  private final List<byte[]> tokens = new ArrayList<>();

  private ListedTokens() {
    tokens.add(new byte[0]);
    tokens.add(new byte[0]);
  }

  static ListedTokens of(String... texts) {
    ListedTokens found = new ListedTokens();
    for (String text : texts) {
      found.tokens.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return found;
  }

  /// Returns a token for each byte, and those texts.
  static ListedTokens bytesAnd(String... texts) {
    ListedTokens found = new ListedTokens();
    for (int i = 0; i < 256; i++) {
      found.tokens.add(new byte[] {(byte) i});
    }
    found.tokens.addAll(of(texts).tokens.subList(2, texts.length + 2));
    return found;
  }

  @Override
  public int vocabulary() {
    return tokens.size();
  }

  @Override
  public byte[] bytes(int token) {
    return tokens.get(token).clone();
  }

  @Override
  public boolean isEnd(int token) {
    return token == END;
  }

  @Override
  public int[] encode(String text) {
    throw new UnsupportedOperationException("a list of tokens encodes nothing");
  }

  @Override
  public Decoder decoder() {
    throw new UnsupportedOperationException("a list of tokens decodes nothing");
  }
}
