package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Bytes ↔ commands, and the words for what breaks the dialect.
final class ZmtpCodec {
  static final String DIALECT = "zmtp";

  /// The longest explanation in an ERROR.
  private static final int REASON = 255;

  private ZmtpCodec() {}

  /// Returns the frame of a command.
  static byte[] command(String name, byte[] data) {
    int length = 1 + name.length() + data.length;
    byte[] frame = new byte[ZmtpHeader.sizeFor(length) + length];
    int at = ZmtpHeader.put(frame, 0, ZmtpHeader.COMMAND, length);
    putCommand(frame, at, name, data);
    return frame;
  }

  /// Returns the body of a command, without the header.
  static byte[] body(String name, byte[] data) {
    byte[] body = new byte[1 + name.length() + data.length];
    putCommand(body, 0, name, data);
    return body;
  }

  private static void putCommand(byte[] target, int at, String name, byte[] data) {
    int next = putShort(target, at, name.getBytes(StandardCharsets.US_ASCII));
    System.arraycopy(data, 0, target, next, data.length);
  }

  /// Writes bytes behind one byte of their count; returns where the next ones go.
  static int putShort(byte[] target, int at, byte[] bytes) {
    target[at] = (byte) bytes.length;
    System.arraycopy(bytes, 0, target, at + 1, bytes.length);
    return at + 1 + bytes.length;
  }

  /// Returns the data of an ERROR. The grammar has visible characters only, so blanks become
  /// hyphens (RFC 37, NULL).
  static byte[] reason(String text) {
    byte[] words = visible(text, '-').getBytes(StandardCharsets.US_ASCII);
    byte[] data = new byte[1 + words.length];
    putShort(data, 0, words);
    return data;
  }

  /// Returns the words of an ERROR for a person: at most 255, none of them control characters.
  static String words(byte[] text) {
    String words = visible(new String(text, StandardCharsets.ISO_8859_1), '.');
    return words.isEmpty() ? "it gives no reason" : words;
  }

  private static String visible(String text, char instead) {
    StringBuilder visible = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), REASON); i++) {
      char each = text.charAt(i);
      visible.append(each > ' ' && each <= '~' ? each : instead);
    }
    return visible.toString();
  }

  /// Returns the exception that names rule, value and place.
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a library at run time
  static PeerException.Malformed malformed(long offset, String format, Object... values) {
    return new PeerException.Malformed(DIALECT, offset, String.format(Locale.ROOT, format, values));
  }
}
