package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates of every family, and of the language's parts, against `apply_chat_template`.
class ChatTemplateGoldenTest {
  private static final ChatTemplate.Names NAMES = new ChatTemplate.Names("<s>", "</s>");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama2", "llama3", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "tale"
      })
  void aChatIsLaidOutAsTransformersDoes(String family) throws Exception {
    JsonNode golden = Golden.json("chats.json");
    ChatTemplate template = ChatTemplate.of(Golden.text("templates/" + family + ".jinja"), NAMES);
    JsonNode expected = golden.path("of").path(family);
    for (int i = 0; i < expected.size(); i++) {
      JsonNode chat = golden.path("chats").get(i);
      holds(template, chat, ChatTemplate.Turn.NONE, expected.get(i).get(0));
      holds(template, chat, ChatTemplate.Turn.ANSWER, expected.get(i).get(1));
    }
  }

  @Test
  void thePartsOfTheLanguageMeanWhatTheyMeanInJinja() throws Exception {
    JsonNode golden = Golden.json("chats.json");
    for (JsonNode each : golden.path("snippets")) {
      ChatTemplate template = ChatTemplate.of(each.path("template").asText(), NAMES);
      holds(template, golden.path("chats").get(3), ChatTemplate.Turn.NONE, each.path("text"));
    }
  }

  private static void holds(
      ChatTemplate template, JsonNode chat, ChatTemplate.Turn next, JsonNode expected)
      throws Exception {
    if (expected.isTextual()) {
      assertThat(template.render(Golden.chat(chat), next))
          .as(template.source())
          .isEqualTo(expected.asText());
    } else {
      assertThatThrownBy(() -> template.render(Golden.chat(chat), next))
          .isInstanceOfSatisfying(
              ChatTemplateException.class,
              e -> assertThat(e.reason()).isEqualTo(ChatTemplateException.Reason.REFUSED));
    }
  }
}
