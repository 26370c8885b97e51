package dev.myelin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunModelTest {
  private static final Path GOLDEN =
      Path.of("..", "engine", "src", "test", "resources", "golden", "families", "llama2");
  private static final int VOCABULARY = 160;

  @TempDir private Path folder;

  @Test
  void tenLinesSayWhatTheMakersOfTheModelSay() throws Exception {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve(name), folder.resolve(name));
    }
    String golden = Files.readString(GOLDEN.resolve("golden.json"));
    List<Integer> prompt = ids(golden, "prompt");
    List<Integer> answer = ids(golden, "tokens");
    List<Integer> letters = letters(prompt, answer);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer(letters));
    StringBuilder said = new StringBuilder();
    RunModel.goOn(folder, text(prompt, letters), said::append);
    assertThat(answer).hasSize(64);
    assertThat(said.toString()).startsWith(text(answer, letters));
  }

  /// Returns every token, those first that are letters of ASCII because the texts have them.
  private static List<Integer> letters(List<Integer> prompt, List<Integer> answer) {
    Set<Integer> letters = new LinkedHashSet<>(prompt);
    letters.addAll(answer);
    assertThat(letters).hasSizeLessThanOrEqualTo('~' - '!' + 1);
    IntStream.range(0, VOCABULARY).forEach(letters::add);
    return new ArrayList<>(letters);
  }

  private static String text(List<Integer> tokens, List<Integer> letters) {
    return tokens.stream()
        .map(token -> Character.toString(letter(letters.indexOf(token))))
        .collect(Collectors.joining());
  }

  /// Returns the character for a byte that prints as itself.
  private static char letter(int place) {
    int ascii = '~' - '!' + 1;
    return (char) (place < ascii ? '!' + place : 0xAE + place - ascii);
  }

  private static String tokenizer(List<Integer> letters) {
    String vocabulary =
        IntStream.range(0, VOCABULARY)
            .mapToObj(place -> quoted(letter(place)) + ": " + letters.get(place))
            .collect(Collectors.joining(", "));
    return """
    {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "added_tokens": [],
     "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                       "use_regex": true},
     "post_processor": null,
     "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                 "use_regex": true},
     "model": {"type": "BPE", "vocab": {%s}, "merges": []}}
    """
        .formatted(vocabulary);
  }

  private static String quoted(char letter) {
    return letter == '"' || letter == '\\' ? "\"\\" + letter + '"' : "\"" + letter + '"';
  }

  private static List<Integer> ids(String json, String name) throws IOException {
    int begin = json.indexOf('[', json.indexOf("\"" + name + "\"")) + 1;
    String list = json.substring(begin, json.indexOf(']', begin));
    return Arrays.stream(list.split(",", -1)).map(each -> Integer.valueOf(each.strip())).toList();
  }
}
