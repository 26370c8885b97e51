package dev.myelin.engine;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// What goes into an engine at once: the next tokens of one or more sequences, of any lengths.
///
/// The rows of `input` are the tokens of the first part, then those of the second, and so on.
///
/// @param input I32`[tokens]` for an engine that takes tokens, F32`[tokens, hidden]` for one that
///   takes hidden states; borrowed
public record Batch(Tensor input, List<Part> parts) {
  /// Of which tokens of a part logits are wanted.
  public enum Answer {
    /// Of none: more of the prompt follows.
    NONE,
    /// Of the last.
    LAST,
    /// Of every one.
    EVERY
  }

  /// The next tokens of one sequence.
  ///
  /// @param tokens how many rows of the input are this sequence's
  public record Part(Sequence sequence, int tokens, Answer answer) {
    /// @throws IllegalArgumentException if there is not at least one token
    public Part {
      Objects.requireNonNull(sequence, "sequence");
      Objects.requireNonNull(answer, "answer");
      if (tokens < 1) {
        throw new IllegalArgumentException("tokens: " + tokens + " (expected: >= 1)");
      }
    }

    /// Returns of how many tokens logits are wanted.
    public int answers() {
      return switch (answer) {
        case NONE -> 0;
        case LAST -> 1;
        case EVERY -> tokens;
      };
    }
  }

  /// @throws IllegalArgumentException if the input is of another type, has another number of rows
  ///   than the parts together, or a sequence stands twice
  public Batch {
    parts = List.copyOf(parts);
    Set<Sequence> seen = new HashSet<>();
    long tokens = 0;
    for (Part part : parts) {
      tokens += part.tokens();
      if (!seen.add(part.sequence())) {
        throw new IllegalArgumentException("sequence: twice in a batch (expected: once)");
      }
    }
    boolean ids = input.dtype() == DType.I32 && input.shape().rank() == 1;
    boolean states = input.dtype() == DType.F32 && input.shape().rank() == 2;
    if (!(ids || states) || input.shape().dim(0) != tokens || tokens == 0) {
      throw new IllegalArgumentException(
          ("input: " + input + " (expected: I32[" + tokens + "]")
              + (" or F32[" + tokens + ", hidden], at least one row)"));
    }
  }

  /// Returns the next tokens of one sequence as a batch.
  public static Batch of(Tensor input, Sequence sequence, Answer answer) {
    int tokens = input.shape().rank() == 0 ? 0 : Math.toIntExact(input.shape().dim(0));
    return new Batch(input, List.of(new Part(sequence, tokens, answer)));
  }

  /// Returns how many tokens go in.
  public int tokens() {
    return (int) input.shape().dim(0);
  }

  /// Returns of how many tokens logits are wanted.
  public int answers() {
    int sum = 0;
    for (Part part : parts) {
      sum += part.answers();
    }
    return sum;
  }
}
