/// Choosing the next token from logits, and the loop that makes an answer.
///
/// Read [Sampler] first, then [SamplingOptions] and [Generator]. This package knows token ids and
/// no text.
package dev.myelin.engine.sample;
