/// Vectors that stand for the meaning of texts.
///
/// Read [Embedder] first, then [MiniLm]. This package knows nothing of engines and tokens; it needs
/// ONNX Runtime and the jar of the model, which a program adds that wants vectors
/// (docs/adr/0034-embeddings-by-onnx-runtime.md).
package dev.myelin.engine.embed;
