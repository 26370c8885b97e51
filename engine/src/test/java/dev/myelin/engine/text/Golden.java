package dev.myelin.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What the makers' own libraries say of texts and chats, as `texts.py` wrote it down.
final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Golden.class.getResource("/golden/text/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(String name) throws IOException {
    return JSON.readTree(path(name).toFile());
  }

  static String text(String name) throws IOException {
    return Files.readString(path(name));
  }

  static int[] numbers(JsonNode list) {
    int[] numbers = new int[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = list.get(i).intValue();
    }
    return numbers;
  }

  static List<Message> chat(JsonNode list) {
    List<Message> chat = new ArrayList<>();
    for (JsonNode each : list) {
      String content = each.path("content").asText();
      chat.add(
          switch (each.path("role").asText()) {
            case "system" -> Message.system(content);
            case "user" -> Message.user(content);
            default -> Message.assistant(content);
          });
    }
    return chat;
  }
}
