package dev.myelin.engine.embed;

import java.util.List;

/// Turns texts into vectors of length 1, near each other where the texts mean much the same. For
/// many threads at once. The owner closes it.
public interface Embedder extends AutoCloseable {
  /// Returns the name of the model.
  String name();

  /// Returns how many numbers a vector has.
  int dimensions();

  /// Returns the vector of each text, in their order; the same text has the same vector whatever
  /// stands beside it.
  ///
  /// Computes in this thread and its own; an interrupt changes nothing.
  ///
  /// @throws IllegalStateException if it is closed
  List<float[]> embed(List<String> texts);

  /// Returns how many tokens the model reads of a text, those that frame it among them.
  int tokens(String text);

  /// Gives the memory back; waits for what is being computed. Twice is harmless.
  @Override
  void close();

  /// Returns the cosine of the angle between two vectors of length 1: from -1 to 1, more for more
  /// alike.
  ///
  /// @throws IllegalArgumentException if they are not of the same length
  static double similarity(float[] one, float[] other) {
    if (one.length != other.length) {
      throw new IllegalArgumentException(
          "dimensions: " + other.length + " (expected: " + one.length + ")");
    }
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += (double) one[i] * other[i];
    }
    return sum;
  }
}
