package dev.myelin.wire.asoc;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Text on the wire: UTF-8, bounded, and plain enough for a log line.
final class AsocText {
  /// The most bytes of an explanation.
  static final int MOST = 512;

  private AsocText() {}

  /// Returns the text on one line: control characters, which could forge log lines, become spaces.
  static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .forEach(point -> plain.appendCodePoint(Character.isISOControl(point) ? ' ' : point));
    return plain.toString();
  }

  /// Returns the plain text in UTF-8, cut before the character that would exceed `most` bytes.
  static byte[] encode(String text, int most) {
    ByteBuffer bytes = ByteBuffer.allocate(most);
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(plain(text)), bytes, true);
    byte[] cut = new byte[bytes.flip().remaining()];
    bytes.get(cut);
    return cut;
  }

  /// Returns the text, null if the bytes are not UTF-8.
  static @Nullable String decode(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
