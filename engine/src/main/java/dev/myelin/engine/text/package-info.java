/// Text to tokens and back.
///
/// Read [Tokenizer] first. This package knows token ids and no engine.
package dev.myelin.engine.text;
