package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.Generator;
import dev.myelin.engine.sample.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Asks the model of the demo what it was never trained on.
@Timeout(240)
class TaleTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", "."), "..", "models", "tale");
  private static final int EACH = 50;
  private static final int MOST_TOKENS = 64;
  private static final Pattern STATED = Pattern.compile("\\| ([a-z0-9 ]+) \\| ([01]\\.\\d+) \\|");

  @Test
  void answersHeldOutQuestionsAsWellAsItsCardSays() throws Exception {
    Map<String, Double> stated = stated();
    assertThat(stated).hasSize(9);
    Map<String, Integer> right = new TreeMap<>();
    Map<String, Integer> asked = new HashMap<>();
    try (Model model = Model.open(FOLDER.resolve("tale.gguf"));
        ModelText text = ModelText.of(model);
        VectorEngine engine = VectorEngine.load(model, EngineConfig.defaults())) {
      for (String line : Files.readAllLines(FOLDER.resolve("held-out.jsonl"))) {
        JsonNode question = new ObjectMapper().readTree(line);
        String kind = question.path("kind").asText();
        if (asked.merge(kind, 1, Integer::sum) <= EACH) {
          boolean same = answer(engine, text, question).equals(question.path("answer").asText());
          right.merge(kind, same ? 1 : 0, Integer::sum);
        }
      }
    }
    System.out.println("tale: right answers of " + EACH + ": " + right);
    assertThat(right.keySet()).isEqualTo(new TreeMap<>(stated).keySet());
    right.forEach(
        (kind, count) ->
            assertThat((double) count / EACH).as(kind).isGreaterThanOrEqualTo(stated.get(kind)));
  }

  private static String answer(VectorEngine engine, ModelText text, JsonNode question)
      throws ChatTemplateException {
    List<Message> turns = new ArrayList<>();
    for (JsonNode each : question.path("messages")) {
      String content = each.path("content").asText();
      boolean user = each.path("role").asText().equals("user");
      turns.add(user ? Message.user(content) : Message.assistant(content));
    }
    int[] prompt = text.prompt(turns);
    int most = prompt.length + MOST_TOKENS;
    try (Generator growing = Generator.open(engine, text.tokenizer(), Sampler.greedy(), most)) {
      Tokenizer.Decoder decoder = text.tokenizer().decoder();
      StringBuilder said = new StringBuilder();
      int token = growing.next(prompt);
      while (!text.tokenizer().isEnd(token) && growing.length() < most) {
        said.append(decoder.append(token));
        token = growing.next();
      }
      return said.append(decoder.end()).toString();
    }
  }

  /// Returns the least share of right answers of each kind, as the card tells.
  private static Map<String, Double> stated() throws IOException {
    Map<String, Double> stated = new HashMap<>();
    Matcher row = STATED.matcher(Files.readString(FOLDER.resolve("MODEL_CARD.md")));
    while (row.find()) {
      stated.put(row.group(1), Double.parseDouble(row.group(2)));
    }
    return stated;
  }
}
