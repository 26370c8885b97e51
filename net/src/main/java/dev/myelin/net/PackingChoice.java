package dev.myelin.net;

import dev.myelin.wire.pack.PackCodec;
import java.util.List;

/// Which codec, if any, brings a tensor over a link sooner.
///
/// A byte of the tensor costs the time to pack it, or the time its share of packed bytes takes on
/// the link, whichever is longer: while one chunk is in the socket's buffer, the next is packed. A
/// quarter of the shorter one is added, because they never overlap wholly.
final class PackingChoice {
  /// What packing must save, as a share of the time, before it begins or changes its codec.
  private static final double GAIN_TO_CHANGE = 0.10;

  /// What it must go on saving.
  private static final double GAIN_TO_STAY = 0.03;

  private static final double APART = 0.25;

  private PackingChoice() {}

  /// What a codec makes of the bytes of a tensor on this machine.
  ///
  /// @param ratio the packed bytes for each plain one
  /// @param bytesPerSecond the plain bytes it packs
  record Trial(PackCodec codec, double ratio, double bytesPerSecond) {
    private double secondsPerByte(double linkBytesPerSecond) {
      double sending = ratio / linkBytesPerSecond;
      double packing = 1 / bytesPerSecond;
      return Math.max(sending, packing) + APART * Math.min(sending, packing);
    }
  }

  /// Returns the codec to go on with.
  ///
  /// @param linkBytesPerSecond zero if nobody knows, which speaks for nothing
  /// @param present the codec so far
  static PackCodec choose(double linkBytesPerSecond, PackCodec present, List<Trial> trials) {
    if (!(linkBytesPerSecond > 0)) {
      return PackCodec.RAW;
    }
    double plain = 1 / linkBytesPerSecond;
    double stay = plain;
    Trial best = null;
    double bestCost = Double.POSITIVE_INFINITY;
    for (Trial trial : trials) {
      double cost = trial.secondsPerByte(linkBytesPerSecond);
      if (trial.codec() == present && cost <= plain * (1 - GAIN_TO_STAY)) {
        stay = cost;
      }
      if (cost < bestCost) {
        best = trial;
        bestCost = cost;
      }
    }
    if (best != null && bestCost <= stay * (1 - GAIN_TO_CHANGE)) {
      return best.codec();
    }
    return stay < plain ? present : PackCodec.RAW;
  }
}
