package dev.myelin.engine.model;

import dev.myelin.engine.Dimensions;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.nio.file.Path;

/// What the numbers of a design must keep to, so that no product of two leaves an int or a long.
final class Bounds {
  static final int LAYERS = 1 << 12;
  static final int WIDTH = 1 << 20;
  static final int HEADS = 1 << 12;
  static final int CONTEXT = 1 << 28;
  static final int VOCABULARY = 1 << 24;

  private Bounds() {}

  static Design checked(Path path, Design design) throws ModelFileException {
    Design.Widths widths = design.widths();
    Rotation everywhere = design.turning().everywhere();
    require(
        path,
        widths.heads() % widths.keyHeads() == 0,
        "heads: " + widths.heads() + " (expected: a multiple of " + widths.keyHeads() + ")");
    require(
        path,
        (long) widths.heads() * widths.head() <= WIDTH,
        "heads: " + widths.heads() + " of " + widths.head() + " (expected: <= " + WIDTH + ")");
    require(
        path,
        everywhere.width() % 2 == 0 && everywhere.width() <= widths.head(),
        "rotated: " + everywhere.width() + " (expected: even, <= " + widths.head() + ")");
    require(
        path,
        design.dimensions().vocabulary() <= VOCABULARY,
        "vocabulary: " + design.dimensions().vocabulary() + " (expected: <= " + VOCABULARY + ")");
    return design;
  }

  // In the precision that the models were trained with: the root is rounded to that of the states.
  static float embeddingScale(Family family, Dimensions dimensions) {
    return family.embedding() == Family.Embedding.SCALED
        ? (float) Math.sqrt(dimensions.hidden())
        : 1;
  }

  private static void require(Path path, boolean sound, String problem) throws ModelFileException {
    if (!sound) {
      throw new ModelFileException(path, Rule.SHAPE, problem);
    }
  }
}
