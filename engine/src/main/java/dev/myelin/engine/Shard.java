package dev.myelin.engine;

import java.util.Objects;

/// A run of layers of a model: `firstLayer` up to and without `endLayer`, of `layers` in all.
///
/// @param model the name of the model
public record Shard(String model, int firstLayer, int endLayer, int layers) {
  /// @throws IllegalArgumentException if the run is empty or not within the layers
  public Shard {
    Objects.requireNonNull(model, "model");
    if (firstLayer < 0 || endLayer > layers || firstLayer >= endLayer) {
      throw new IllegalArgumentException(
          ("layers: " + firstLayer + ".." + endLayer)
              + (" (expected: at least one within 0.." + layers + ")"));
    }
  }

  /// Returns all layers of a model.
  public static Shard whole(String model, int layers) {
    return new Shard(model, 0, layers, layers);
  }

  /// Returns whether the run starts with the first layer.
  public boolean isFirst() {
    return firstLayer == 0;
  }

  /// Returns whether the run ends with the last layer.
  public boolean isLast() {
    return endLayer == layers;
  }

  /// Returns how many layers the run has.
  public int count() {
    return endLayer - firstLayer;
  }
}
