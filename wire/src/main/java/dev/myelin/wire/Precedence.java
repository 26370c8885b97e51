package dev.myelin.wire;

/// How urgent a unit of output is, most urgent first.
///
/// At a frame boundary the more urgent unit leaves first; none waits for ever. Every unit of one
/// stream has the same class, and whoever writes a stream writes its units one after the other.
public enum Precedence {
  /// What keeps a connection alive and its streams moving: signs of life, answers, credit.
  CONTROL,
  /// Small tensors that somebody waits for.
  ACTIVATIONS,
  /// Large tensors, where throughput counts.
  BULK;

  /// The largest tensor that counts as [#ACTIVATIONS] where nobody says otherwise.
  public static final long ACTIVATION_BYTES = 256 << 10;

  /// Returns the class of a tensor of that size where nobody says otherwise.
  public static Precedence of(long bytes) {
    return bytes <= ACTIVATION_BYTES ? ACTIVATIONS : BULK;
  }
}
