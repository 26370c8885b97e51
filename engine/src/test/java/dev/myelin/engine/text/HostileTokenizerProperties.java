package dev.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.model.ModelFileException;
import dev.myelin.testkit.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Mutated tokenizers and templates: what opens cuts text, or is refused by type, nothing else.
@Timeout(3600)
class HostileTokenizerProperties {
  /// More with `-Dmyelin.trials=100000`.
  private static final int TRIALS = Integer.getInteger("myelin.trials", 150);

  private static final List<String> TEXTS =
      List.of("Once upon a time 123", "<s> 😀 é\u0301 \n\n  x<|user|>", "\u0000\ud800 ア");
  private static final String[] WORDS = {
    "null",
    "true",
    "-1",
    "4294967295",
    "1e9",
    "\"\"",
    "[]",
    "{}",
    "\"\\ud800\"",
    "\"<s>\"",
    "\"Sequence\"",
    "\"Metaspace\"",
    "\"Replace\"",
    "\"ByteLevel\"",
    "\"NFKC\"",
    "\"\\u0000\""
  };

  @TempDir private Path folder;

  @Test
  void aMutatedDocumentIsUsedOrRefused() throws Exception {
    List<byte[]> files =
        List.of(
            bytes("llama-bpe/tokenizer.json"),
            bytes("llama/tokenizer.json"),
            bytes("metaspace/tokenizer.json"));
    Property.check(
        TRIALS,
        random -> {
          byte[] json = files.get(random.nextInt(files.size()));
          Files.write(folder.resolve("tokenizer.json"), mutated(json, random));
          tryToUse(folder);
        });
  }

  @Test
  void aMutatedVocabularyIsUsedOrRefused() throws Exception {
    List<byte[]> files = List.of(bytes("llama-bpe.gguf"), bytes("llama.gguf"));
    Path file = folder.resolve("m.gguf");
    Property.check(
        TRIALS,
        random -> {
          Files.write(file, flipped(files.get(random.nextInt(files.size())), random));
          tryToUse(file);
        });
  }

  @Test
  void aMutatedTemplateIsUsedOrRefused() throws Exception {
    List<byte[]> files =
        List.of(
            bytes("templates/qwen3.jinja"),
            bytes("templates/mistral.jinja"),
            bytes("templates/llama3.jinja"));
    List<Message> chat = List.of(Message.user("a"), Message.assistant("b"), Message.user("c"));
    ChatTemplate.Names names = new ChatTemplate.Names("<s>", "</s>");
    Property.check(
        TRIALS,
        random -> {
          byte[] source = mutatedTemplate(files.get(random.nextInt(files.size())), random);
          String text = new String(source, java.nio.charset.StandardCharsets.UTF_8);
          try {
            assertThat(ChatTemplate.of(text, names).render(chat, ChatTemplate.Turn.ANSWER))
                .isNotNull();
          } catch (ChatTemplateException e) {
            assertThat(e).hasMessageStartingWith("chat template: ");
          }
        });
  }

  private static void tryToUse(Path path) throws IOException {
    try (ModelText text = ModelText.open(path)) {
      Tokenizer tokenizer = text.tokenizer();
      for (String each : TEXTS) {
        for (int id : tokenizer.encode(each)) {
          assertThat(tokenizer.bytes(id)).isNotNull();
        }
        assertThat(tokenizer.decode(tokenizer.encodeMarked(each))).isNotNull();
      }
      if (text.template().isPresent()) {
        text.prompt(List.of(Message.user("<s>hi")));
      }
    } catch (ModelFileException e) {
      assertThat(e).hasMessageContaining("(expected: ");
    } catch (ChatTemplateException e) {
      assertThat(e).hasMessageStartingWith("chat template: ");
    }
  }

  private static byte[] mutated(byte[] bytes, RandomGenerator random) {
    String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      // The long lists are most of a file; most of the interest lies around them.
      int at = interesting(text, random);
      text =
          switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at) + letter(random) + text.substring(at + 1);
            case 1 -> replacedValue(text, at, WORDS[random.nextInt(WORDS.length)]);
            case 2 ->
                text.substring(0, at)
                    + text.substring(Math.min(text.length(), at + 1 + random.nextInt(8)));
            default -> moved(text, at, random);
          };
    }
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static int interesting(String text, RandomGenerator random) {
    int long1 = text.indexOf("\"vocab\"");
    int most = random.nextInt(3) == 0 || long1 < 2 ? text.length() - 1 : long1;
    return random.nextInt(Math.max(1, most));
  }

  private static String replacedValue(String text, int from, String word) {
    int colon = text.indexOf(':', from);
    if (colon < 0) {
      return text;
    }
    int end = colon + 1;
    while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(0, colon + 1) + word + text.substring(end);
  }

  private static String moved(String text, int at, RandomGenerator random) {
    int length = random.nextInt(Math.min(200, text.length() - at));
    int to = random.nextInt(text.length());
    return text.substring(0, to) + text.substring(at, at + length) + text.substring(to);
  }

  private static char letter(RandomGenerator random) {
    String letters = " {}[],:\"0123456789-e.\\tfn▁Ġ<>";
    return letters.charAt(random.nextInt(letters.length()));
  }

  private static byte[] flipped(byte[] bytes, RandomGenerator random) {
    byte[] copy = bytes.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      // Behind the vocabulary stand weights, which nobody reads here.
      int at = random.nextInt(copy.length * 3 / 5);
      copy[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) (copy[at] ^ 1 << random.nextInt(8));
    }
    return copy;
  }

  private static byte[] mutatedTemplate(byte[] bytes, RandomGenerator random) {
    byte[] copy = bytes.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(copy.length - 40);
      int to = random.nextInt(copy.length - 40);
      switch (random.nextInt(3)) {
        case 0 -> copy[at] = (byte) "{}%#-|()[].,'\"=+ 019".charAt(random.nextInt(20));
        case 1 -> System.arraycopy(bytes, at, copy, to, random.nextInt(40));
        default -> copy[at] = (byte) (32 + random.nextInt(95));
      }
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(Golden.path(name));
  }
}
