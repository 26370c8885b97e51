/// Text to tokens and back, and chats to prompts.
///
/// Read [ModelText] first, then [Tokenizer]. This package knows token ids and no engine.
package dev.myelin.engine.text;
