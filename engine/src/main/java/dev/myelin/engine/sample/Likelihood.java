package dev.myelin.engine.sample;

/// A token and how likely the model found it.
///
/// @param logprob the natural logarithm of its share; negative infinity where it has none
public record Likelihood(int token, double logprob) {}
