package dev.myelin.cli;

import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.Weight;
import dev.myelin.engine.model.WeightNames;

/// What the matrices of a model make of work.
///
/// @param bytes of the matrices that every token is multiplied with, as they stand in the file
/// @param layerNumbers how many numbers the layers' matrices have
/// @param headNumbers how many the head has, with which the last token alone of a prompt is
///   multiplied
record ModelWork(long bytes, long layerNumbers, long headNumbers) {
  static ModelWork of(Model model) {
    boolean tied = model.find(WeightNames.HEAD).isEmpty();
    String head = tied ? WeightNames.EMBEDDING : WeightNames.HEAD;
    long bytes = 0;
    long layers = 0;
    long heads = 0;
    for (Weight each : model.weights()) {
      boolean isHead = each.name().equals(head);
      // Of an embedding that is not the head, a token reads one row.
      if (each.shape().rank() == 2 && (isHead || !each.name().equals(WeightNames.EMBEDDING))) {
        bytes += each.data().byteSize();
        layers += isHead ? 0 : each.shape().elements();
        heads += isHead ? each.shape().elements() : 0;
      }
    }
    return new ModelWork(bytes, layers, heads);
  }

  /// Returns how many operations a prompt takes in products with weights, two for each product that
  /// is added.
  double prefillOperations(int tokens) {
    return 2.0 * layerNumbers * tokens + 2.0 * headNumbers;
  }
}
