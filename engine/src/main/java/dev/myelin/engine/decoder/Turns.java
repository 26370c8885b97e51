package dev.myelin.engine.decoder;

import dev.myelin.engine.model.Family;
import dev.myelin.engine.model.Rotation;
import java.util.Arrays;

/// Sines and cosines of a rotation for the positions so far, and the turning of heads by them.
final class Turns {
  private static final int FIRST = 256;

  private final float[] frequencies;
  private final float magnitude;
  private final int pairs;
  private final boolean halves;
  private float[] cosines = new float[0];
  private float[] sines = new float[0];
  private int known;

  Turns(Rotation rotation, int context) {
    this.frequencies = rotation.frequencies(context);
    this.magnitude = rotation.magnitude();
    this.pairs = frequencies.length;
    this.halves = rotation.pairing() == Family.Pairing.HALVES;
  }

  /// Makes sure that the tables reach that many positions.
  void require(int positions) {
    if (positions <= known) {
      return;
    }
    int wanted = Math.max(FIRST, Math.max(positions, 2 * known));
    cosines = Arrays.copyOf(cosines, Math.multiplyExact(wanted, pairs));
    sines = Arrays.copyOf(sines, cosines.length);
    for (int position = known; position < wanted; position++) {
      for (int i = 0; i < pairs; i++) {
        // In floats up to here, as models were trained.
        float angle = position * frequencies[i];
        cosines[position * pairs + i] = (float) Math.cos(angle) * magnitude;
        sines[position * pairs + i] = (float) Math.sin(angle) * magnitude;
      }
    }
    known = wanted;
  }

  /// Returns how many bytes the tables take for a whole context.
  static long bytes(Rotation rotation, int context) {
    return 8L * context * (rotation.width() / 2);
  }

  /// Turns one head and multiplies it with the scale.
  void turn(float[] x, int from, int width, int position, float scale) {
    int step = halves ? 1 : 2;
    int apart = halves ? pairs : 1;
    int at = position * pairs;
    for (int i = 0; i < pairs; i++, at++) {
      int first = from + i * step;
      float a = x[first];
      float b = x[first + apart];
      x[first] = (a * cosines[at] - b * sines[at]) * scale;
      x[first + apart] = (a * sines[at] + b * cosines[at]) * scale;
    }
    for (int i = 2 * pairs; i < width; i++) {
      x[from + i] *= scale;
    }
  }
}
