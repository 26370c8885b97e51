package dev.myelin.engine;

/// The extents of a model that its users see.
///
/// @param hidden the width of a hidden state
/// @param vocabulary how many tokens there are, which is the width of the logits
/// @param context how many tokens a sequence may have
public record Dimensions(int layers, int hidden, int vocabulary, int context) {}
