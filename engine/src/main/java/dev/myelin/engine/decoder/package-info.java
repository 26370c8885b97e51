/// The engine in Java: one forward pass for all families, over packed weights.
///
/// Read [VectorEngine] first. This package knows what a model computes and no vectors.
package dev.myelin.engine.decoder;
