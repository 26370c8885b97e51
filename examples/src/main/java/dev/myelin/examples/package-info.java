/// Small programs, each the answer to one question.
///
/// Read [SendTensor] and [ReceiveTensor] first: they are two halves of one conversation.
@NullMarked
package dev.myelin.examples;

import org.jspecify.annotations.NullMarked;
