package dev.myelin.engine.text;

import java.nio.charset.StandardCharsets;

/// How the names of tokens spell bytes.
enum Spelling {
  /// Each byte is a printable character.
  BYTE_LEVEL {
    @Override
    byte[] bytes(String name, TokenKind kind) {
      byte[] bytes = new byte[name.length()];
      for (int i = 0; i < bytes.length; i++) {
        char each = name.charAt(i);
        if (each >= BYTES.length || BYTES[each] < 0) {
          return name.getBytes(StandardCharsets.UTF_8);
        }
        bytes[i] = (byte) BYTES[each];
      }
      return bytes;
    }
  },
  /// Spaces are low lines, and `<0xAB>` is a byte.
  SENTENCE_PIECES {
    @Override
    byte[] bytes(String name, TokenKind kind) {
      int value = kind == TokenKind.BYTE ? byteOf(name) : -1;
      return value >= 0
          ? new byte[] {(byte) value}
          : name.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
    }
  };

  /// What stands for a space in the names of sentence pieces.
  static final char SPACE = '▁';

  private static final short[] BYTES = byteByCharacter();

  /// Returns the bytes that the token of that name stands for.
  abstract byte[] bytes(String name, TokenKind kind);

  /// Returns the byte that a name of the form `<0xAB>` stands for, or -1.
  static int byteOf(String name) {
    if (name.length() != 6 || !name.startsWith("<0x") || name.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(name.charAt(3), 16);
    int low = Character.digit(name.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  // Bytes that are printable in Latin-1 are themselves, the others follow from 256 on.
  private static short[] byteByCharacter() {
    short[] bytes = new short[512];
    java.util.Arrays.fill(bytes, (short) -1);
    int next = 256;
    for (int value = 0; value < 256; value++) {
      boolean itself =
          (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
      bytes[itself ? value : next++] = (short) value;
    }
    return bytes;
  }
}
