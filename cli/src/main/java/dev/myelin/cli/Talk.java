package dev.myelin.cli;

import dev.myelin.engine.Engine;
import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import dev.myelin.engine.sample.SamplingOptions;
import dev.myelin.engine.text.ModelText;
import dev.myelin.engine.text.Tokenizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A growing text over an engine, answer by answer: what a prompt has in common with the text so
/// far is not computed again.
final class Talk implements AutoCloseable {
  private final ModelText text;
  private final SamplingOptions options;
  private final int capacity;
  private final int most;
  private final Generator generator;
  private Sampler sampler = Sampler.greedy();
  private int[] known = new int[0];

  Talk(Engine engine, ModelText text, SamplingOptions options, int capacity) {
    this.text = text;
    this.options = options;
    this.capacity = capacity;
    this.most = Pieces.size(engine);
    this.generator = Generator.open(engine, text.tokenizer(), new Current(), capacity);
  }

  int capacity() {
    return capacity;
  }

  /// Says what comes after the prompt.
  ///
  /// @param limit the most tokens of the answer
  /// @param piece is told each piece of text
  /// @param stopped is asked after each piece of the prompt and each token
  Answer answer(int[] prompt, int limit, Consumer<String> piece, BooleanSupplier stopped) {
    Tokenizer tokenizer = text.tokenizer();
    sampler = Sampler.of(options);
    long start = System.nanoTime();
    int read = read(prompt, stopped);
    if (stopped.getAsBoolean()) {
      Duration before = Duration.ofNanos(System.nanoTime() - start);
      return new Answer("", prompt.length, 0, before, Duration.ZERO, Answer.Stop.INTERRUPTED);
    }
    int token = generator.next(Arrays.copyOfRange(prompt, read, prompt.length));
    long first = System.nanoTime();
    known = prompt.clone();
    Tokenizer.Decoder decoder = tokenizer.continuation();
    StringBuilder said = new StringBuilder();
    int count = 0;
    Answer.Stop stop = Answer.Stop.END;
    while (!tokenizer.isEnd(token)) {
      say(decoder.append(token), said, piece);
      count++;
      stop = stop(count, limit, stopped);
      if (stop != Answer.Stop.END) {
        break;
      }
      remember(token);
      token = generator.next();
    }
    say(decoder.end(), said, piece);
    Duration rest = Duration.ofNanos(System.nanoTime() - first);
    Duration before = Duration.ofNanos(first - start);
    return new Answer(said.toString(), prompt.length, count, before, rest, stop);
  }

  @Override
  public void close() {
    generator.close();
  }

  /// Takes in a prompt up to its last piece, the one that answers, or until it is stopped; returns
  /// how many of its tokens are known then.
  private int read(int[] prompt, BooleanSupplier stopped) {
    int at = same(prompt);
    for (int i = 0; i < at; i++) {
      sampler.saw(prompt[i]);
    }
    generator.truncate(at);
    while (prompt.length - at > most && !stopped.getAsBoolean()) {
      generator.read(Arrays.copyOfRange(prompt, at, at + most));
      at += most;
    }
    known = Arrays.copyOf(prompt, at);
    return at;
  }

  private Answer.Stop stop(int count, int limit, BooleanSupplier stopped) {
    if (stopped.getAsBoolean()) {
      return Answer.Stop.INTERRUPTED;
    }
    if (count >= limit) {
      return Answer.Stop.LENGTH;
    }
    return generator.length() >= capacity ? Answer.Stop.CONTEXT : Answer.Stop.END;
  }

  // At least one token of a prompt is new, or there would be nothing to answer.
  private int same(int[] prompt) {
    int mismatch = Arrays.mismatch(known, prompt);
    int same = mismatch < 0 ? prompt.length : mismatch;
    return Math.min(same, Math.min(prompt.length - 1, generator.length()));
  }

  private void remember(int token) {
    known = Arrays.copyOf(known, known.length + 1);
    known[known.length - 1] = token;
  }

  private static void say(String added, StringBuilder said, Consumer<String> piece) {
    if (!added.isEmpty()) {
      said.append(added);
      piece.accept(added);
    }
  }

  /// The sampler of the answer that is being made.
  private final class Current implements Sampler {
    @Override
    public int choose(float[] logits) {
      return sampler.choose(logits);
    }

    @Override
    public void saw(int token) {
      sampler.saw(token);
    }
  }
}
