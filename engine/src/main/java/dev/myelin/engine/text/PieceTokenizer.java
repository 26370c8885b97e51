package dev.myelin.engine.text;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/// A tokenizer that cuts with the native library and does everything else itself.
final class PieceTokenizer implements Tokenizer, AutoCloseable {
  private final Recipe recipe;
  private final Vocabulary vocabulary;
  private final Marks marks;
  private final BitSet ends = new BitSet();
  private final NativePieces first;
  private final NativePieces later;

  private PieceTokenizer(Recipe recipe, NativePieces first, NativePieces later) {
    this.recipe = recipe;
    this.vocabulary = Vocabulary.of(recipe.tokens(), recipe.steps().spelling());
    this.marks = new Marks(recipe.controls());
    recipe.ends().forEach(ends::set);
    this.first = first;
    this.later = later;
  }

  static PieceTokenizer open(Path file, Recipe recipe) throws IOException {
    Recipe afterwards = RecipeWriter.later(recipe);
    NativePieces first = pieces(file, recipe);
    try {
      boolean same = afterwards.steps().equals(recipe.steps());
      return new PieceTokenizer(recipe, first, same ? first : pieces(file, afterwards));
    } catch (Throwable e) {
      first.close();
      throw e;
    }
  }

  private static NativePieces pieces(Path file, Recipe recipe) throws IOException {
    String document = RecipeWriter.document(recipe);
    try {
      return NativePieces.open(document);
    } catch (RuntimeException e) {
      throw new ModelFileException(
          file,
          Rule.UNSUPPORTED,
          "tokenizer: "
              + ModelFileException.shown(String.valueOf(e.getMessage()))
              + " (expected: one that the library takes)");
    }
  }

  /// Returns the marks of the model.
  Marks marks() {
    return marks;
  }

  @Override
  public int[] encode(String text) {
    IntStream inner = cut(text, first);
    IntStream before = numbers(recipe.around().before());
    IntStream after = numbers(recipe.around().after());
    return IntStream.concat(IntStream.concat(before, inner), after).toArray();
  }

  @Override
  public int[] encodeMarked(String prompt) {
    return encode(prompt, Marks.shieldFor(List.of(prompt)));
  }

  /// Returns the tokens of a prompt in which a mark behind a shield is text.
  int[] encode(String prompt, char shield) {
    IntStream.Builder tokens = IntStream.builder();
    NativePieces pieces = first;
    for (Marks.Part each : marks.parts(prompt, shield)) {
      Recipe.Control mark = each.mark();
      if (mark == null) {
        cut(each.text(), pieces).forEach(tokens);
      } else {
        tokens.add(mark.token());
      }
      pieces = later;
    }
    return tokens.build().toArray();
  }

  @Override
  public int vocabulary() {
    return vocabulary.size();
  }

  @Override
  public byte[] bytes(int token) {
    return vocabulary.bytes(token);
  }

  @Override
  public Decoder decoder() {
    return new GrowingText(vocabulary, recipe.steps().dropsFirstSpace());
  }

  @Override
  public Decoder continuation() {
    return new GrowingText(vocabulary, false);
  }

  @Override
  public boolean isEnd(int token) {
    vocabulary.check(token);
    return ends.get(token);
  }

  @Override
  public void close() {
    first.close();
    later.close();
  }

  private static IntStream numbers(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue);
  }

  private static IntStream cut(String text, NativePieces pieces) {
    if (text.length() > TokenLimits.TEXT) {
      throw new IllegalArgumentException(
          "text: " + text.length() + " characters (expected: <= " + TokenLimits.TEXT + ")");
    }
    return IntStream.of(narrowed(pieces.cut(WellFormed.text(text))));
  }

  private static int[] narrowed(long[] numbers) {
    int[] narrow = new int[numbers.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (int) numbers[i];
    }
    return narrow;
  }
}
