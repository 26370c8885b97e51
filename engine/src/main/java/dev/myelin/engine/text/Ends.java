package dev.myelin.engine.text;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The marks by which families end an answer, whatever a file says of its end.
final class Ends {
  private static final Set<String> KNOWN =
      Set.of(
          "<|eot_id|>",
          "<|eom_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<end_of_turn>",
          "<EOT>",
          "</s>");

  private Ends() {}

  /// Returns the tokens that were found and those marks that are known.
  static List<Integer> with(Set<Integer> found, List<Recipe.Control> controls) {
    Set<Integer> all = new TreeSet<>(found);
    for (Recipe.Control each : controls) {
      if (KNOWN.contains(each.text())) {
        all.add(each.token());
      }
    }
    return List.copyOf(all);
  }
}
