package dev.myelin.engine.model;

import dev.myelin.engine.Dimensions;
import java.util.List;

/// Everything about a model that its weights alone do not tell.
///
/// @param dimensions what its users see
/// @param widths what they do not
/// @param attention how tokens look at earlier ones
/// @param turning how queries and keys are turned, in layers that see everything and in local ones
/// @param scales the numbers that it is multiplied and bounded by
public record Design(
    Family family,
    Dimensions dimensions,
    Widths widths,
    Attention attention,
    Turning turning,
    Scales scales) {
  /// Extents within a layer.
  ///
  /// @param heads how many queries a token has
  /// @param keyHeads how many keys and values it has; queries share them in order
  /// @param head the width of each
  /// @param feedForward the width of the feed-forward
  public record Widths(int heads, int keyHeads, int head, int feedForward) {}

  /// How tokens look at earlier ones.
  ///
  /// @param scale by what products of queries and keys are multiplied
  /// @param cap the bound that they approach but do not cross; 0 for none
  /// @param window how many tokens a local layer sees, the own among them; 0 for all
  /// @param local for each layer whether it is local
  public record Attention(float scale, float cap, int window, List<Boolean> local) {
    /// Returns how many tokens the layer sees at most.
    public int reach(int layer) {
      return window > 0 && local.get(layer) ? window : Integer.MAX_VALUE;
    }
  }

  /// How queries and keys are turned.
  public record Turning(Rotation everywhere, Rotation local) {}

  /// Numbers that a model is multiplied and bounded by.
  ///
  /// @param epsilon what a norm adds to the mean square
  /// @param embedding by what embeddings are multiplied
  /// @param logitCap the bound that logits approach but do not cross; 0 for none
  public record Scales(float epsilon, float embedding, float logitCap) {}

  /// Returns how the layer turns queries and keys.
  public Rotation rotation(int layer) {
    return attention.window() > 0 && attention.local().get(layer)
        ? turning.local()
        : turning.everywhere();
  }
}
