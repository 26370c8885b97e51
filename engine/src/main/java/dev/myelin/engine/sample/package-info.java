/// Choosing the next token from logits, and the loop that makes an answer.
///
/// Read [Sampler] first, then [Generator]. This package knows token ids and no text.
package dev.myelin.engine.sample;
