package dev.myelin.engine.text;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Checks pieces and merges, so that the native library finds nothing to refuse, and takes out the
/// controls, so that no text can spell one.
final class Soundness {
  private Soundness() {}

  static Recipe.Pieces checked(Refusal refusal, Recipe.Pieces pieces, List<Recipe.Control> controls)
      throws ModelFileException {
    Map<String, Integer> vocabulary = new HashMap<>(pieces.vocabulary());
    String unknown = pieces.unknown().name();
    refusal.unless(
        unknown.isEmpty() || vocabulary.containsKey(unknown),
        Rule.MISSING,
        "token for what is unknown",
        unknown,
        "in the vocabulary");
    for (Recipe.Merge each : pieces.merges()) {
      require(refusal, vocabulary, each.left());
      require(refusal, vocabulary, each.right());
      require(refusal, vocabulary, each.left() + each.right());
    }
    for (Recipe.Control each : controls) {
      if (!each.text().equals(unknown)) {
        vocabulary.remove(each.text());
      }
    }
    List<Recipe.Merge> merges = new ArrayList<>(pieces.merges().size());
    for (Recipe.Merge each : pieces.merges()) {
      String whole = each.left() + each.right();
      if (vocabulary.containsKey(whole)
          && vocabulary.containsKey(each.left())
          && vocabulary.containsKey(each.right())
          && !whole.equals(unknown)) {
        merges.add(each);
      }
    }
    // A word that is a mark as well is a mark; the library would give it a number of its own.
    List<Recipe.Word> words =
        pieces.words().stream().filter(each -> vocabulary.containsKey(each.text())).toList();
    return new Recipe.Pieces(vocabulary, merges, words, pieces.unknown());
  }

  private static void require(Refusal refusal, Map<String, Integer> vocabulary, String piece)
      throws ModelFileException {
    refusal.unless(
        vocabulary.containsKey(piece), Rule.MISSING, "piece of a merge", piece, "a token");
  }
}
