package dev.myelin.engine.text;

import java.util.List;
import java.util.Map;

/// How text becomes tokens, as read from a file and checked: only what stands here is ever handed
/// to the native library.
///
/// @param tokens all tokens by number
/// @param steps what is done to a text before and after it is cut
/// @param pieces how pieces are merged
/// @param controls the marks that a prompt may hold
/// @param around what the model wants before and after a text
/// @param ends the tokens that end an answer
record Recipe(
    List<Vocabulary.Token> tokens,
    Steps steps,
    Pieces pieces,
    List<Control> controls,
    Around around,
    List<Integer> ends) {

  /// What is done to a text: normalisers and cuts in the form of `tokenizer.json`, each of a known
  /// kind; how names spell bytes; and whether a first space is none of the text's.
  record Steps(
      List<Map<String, Object>> normalizers,
      List<Map<String, Object>> cuts,
      Spelling spelling,
      boolean dropsFirstSpace) {}

  /// How pieces are merged: which pieces there are, and which two become one, most urgent first.
  record Pieces(
      Map<String, Integer> vocabulary, List<Merge> merges, List<Word> words, Unknown unknown) {}

  /// What becomes of a character that is no piece.
  ///
  /// @param name the token for what is not known, or empty
  record Unknown(String name, boolean fused, boolean bytes, boolean wholeWords) {}

  /// Two pieces that become one.
  record Merge(String left, String right) {}

  /// A word that is taken whole wherever it stands.
  record Word(String text, Trim trim, boolean normalized) {}

  /// A mark for the model.
  record Control(String text, int token, Trim trim) {}

  /// What a word or mark swallows or asks of its neighbourhood.
  record Trim(boolean left, boolean right, boolean alone) {
    static final Trim NOTHING = new Trim(false, false, false);
  }

  /// The tokens before and after a text, and the names of first and last for templates.
  record Around(List<Integer> before, List<Integer> after, String first, String last) {}
}
