package dev.myelin.engine.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// A text that grows by the bytes of tokens and is handed on in whole characters.
final class GrowingText implements Tokenizer.Decoder {
  private static final int LONGEST_CHARACTER = 4;

  private final Vocabulary vocabulary;
  private final CharsetDecoder utf8 =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final ByteBuffer rest = ByteBuffer.allocate(LONGEST_CHARACTER).limit(0);
  private boolean dropsSpace;

  GrowingText(Vocabulary vocabulary, boolean dropsSpace) {
    this.vocabulary = vocabulary;
    this.dropsSpace = dropsSpace;
  }

  @Override
  public String append(int token) {
    byte[] bytes = vocabulary.bytes(token);
    if (bytes.length == 0) {
      return "";
    }
    int from = dropsSpace && bytes[0] == ' ' ? 1 : 0;
    dropsSpace = false;
    ByteBuffer in = ByteBuffer.allocate(rest.remaining() + bytes.length - from);
    in.put(rest).put(bytes, from, bytes.length - from).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    utf8.decode(in, out, false);
    rest.clear().put(in).flip();
    return out.flip().toString();
  }

  @Override
  public String end() {
    CharBuffer out = CharBuffer.allocate(LONGEST_CHARACTER + 1);
    utf8.decode(rest, out, true);
    utf8.flush(out);
    utf8.reset();
    rest.limit(0);
    return out.flip().toString();
  }
}
