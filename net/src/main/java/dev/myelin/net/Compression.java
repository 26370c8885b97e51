package dev.myelin.net;

/// Whether tensors are made smaller on their way; they arrive bit for bit in any case.
public enum Compression {
  /// Where it brings them over sooner, as measured on each connection and on each tensor: not on
  /// this machine, not for small ones, not for those that hardly shrink.
  AUTO,
  /// Never.
  OFF,
  /// Always with LZ4, but for chunks that do not shrink.
  LZ4,
  /// Always with Zstandard at its first level, but for chunks that do not shrink.
  ZSTD
}
