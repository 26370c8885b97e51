/// Small programs, each the answer to one question.
///
/// Read [SendTensor] and [ReceiveTensor] first: they are two halves of one conversation.
package dev.myelin.examples;
