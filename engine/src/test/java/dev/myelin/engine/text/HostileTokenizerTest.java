package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.OtherVocabulary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Vocabularies that want more memory or time than they may have.
// On a thread of their own: what counts and copies hears no interrupt.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTokenizerTest {
  @TempDir private Path folder;

  @Test
  void piecesThatAreCutInTooManyWaysAreRefused() throws Exception {
    List<String> nested = new ArrayList<>();
    for (int i = 1; i < 2000; i++) {
      nested.add("a".repeat(i));
    }
    // Each is two others in as many ways as it is long: nearly three thousand million characters.
    assertThatThrownBy(() -> open(nested, 1))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("characters of the ways to cut the pieces: ")
        .hasMessageContaining("(expected: <= 67108864)");
  }

  @Test
  void piecesThatTakeTooLongToCutAreRefused() throws Exception {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      many.add("ab".repeat(2000) + i);
    }
    assertThatThrownBy(() -> open(many, 1))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("characters to look at for ways to cut the pieces: ");
  }

  @Test
  void moreMarksOrWordsThanAllowedAreRefused() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i <= TokenLimits.WORDS; i++) {
      names.add("<" + i + ">");
    }
    for (int type : new int[] {3, 4}) {
      assertThatThrownBy(() -> open(names, type))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("marks and words: 65537 (expected: <= 65536)");
    }
  }

  @Test
  void aMarkThatIsTooLongIsRefused() throws Exception {
    String mark = "<" + "a".repeat(TokenLimits.MARK);
    String expected = "length of a mark: 257 (expected: <= 256)";
    assertThatThrownBy(() -> open(List.of("a", mark), 3))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(expected);
    String added = "{\"id\":60000,\"content\":\"" + mark + "\",\"special\":true},";
    assertThatThrownBy(() -> openWith(added))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void manyAddedTokensTakeNoLongerThanTheyAreMany() throws Exception {
    StringBuilder added = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      added.append("{\"id\":").append(500_000 + 9 * i).append(",\"content\":\"<").append(i);
      added.append(">\",\"special\":true},");
    }
    try (ModelText text = openWith(added.toString())) {
      assertThat(text.tokenizer().vocabulary()).isEqualTo(500_000 + 9 * 59_999 + 1);
      assertThat(text.tokenizer().encodeMarked("<7>")).containsExactly(500_063);
    }
  }

  private void open(List<String> tokens, int type) throws Exception {
    Path file = folder.resolve("m.gguf");
    OtherVocabulary.write(Golden.path("llama.gguf"), file, tokens, type);
    ModelText.open(file).close();
  }

  private ModelText openWith(String added) throws Exception {
    String json = Golden.text("gpt-2/tokenizer.json");
    String hostile = json.replaceFirst("\"added_tokens\":\\[", "\"added_tokens\":[" + added);
    assertThat(hostile).isNotEqualTo(json);
    Files.writeString(folder.resolve("tokenizer.json"), hostile);
    return ModelText.open(folder);
  }
}
