/// What an engine is: it runs one [dev.myelin.engine.Shard] of a model over batches of sequences.
///
/// Read [Engine] first, then [Batch] and [Sequence]. [DummyEngine] computes nothing and is the
/// double for tests. `engine.model` opens files of models, `engine.decoder` is the engine in Java,
/// `engine.text` turns text into tokens and back, `engine.sample` chooses the next token. This
/// package knows no network, no files and no clock.
package dev.myelin.engine;
