package dev.myelin.wire.pack;

import org.jspecify.annotations.Nullable;

/// How one chunk of a packed stream is made smaller.
public enum PackCodec {
  /// Not at all.
  RAW(0),
  /// LZ4 blocks: fast, finds repetitions only.
  LZ4(1),
  /// Zstandard at its first level: slower, finds that some bytes are more frequent than others too.
  ZSTD(2);

  private final int code;

  PackCodec(int code) {
    this.code = code;
  }

  /// Returns the number that stands for it on the wire.
  public int code() {
    return code;
  }

  /// Returns whether its library is there and works on this machine.
  public boolean isAvailable() {
    return this == RAW || Compressor.of(this) != null;
  }

  /// Returns the codec of a number, null for none.
  static @Nullable PackCodec of(int code) {
    return switch (code) {
      case 0 -> RAW;
      case 1 -> LZ4;
      case 2 -> ZSTD;
      default -> null;
    };
  }
}
