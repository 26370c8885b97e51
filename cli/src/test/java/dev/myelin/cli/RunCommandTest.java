package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RunCommandTest {
  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void saysTheAnswerAndHowFastItWas() throws Exception {
    String model = TinyModel.file(folder).toString();
    assertThat(terminal.run("run", model, "abc", "--max-tokens", "5", "--temperature", "0"))
        .as(terminal.err())
        .isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).endsWith("\n");
    assertThat(terminal.err())
        .contains("token", "; first after", "3 tokens before it")
        .hasLineCount(1);
  }

  @Test
  void saysHowManyThreadsAndNotWhichAsANodeDoes() {
    assertThat(terminal.run("run", "--help")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.out()).contains("How many threads compute").doesNotContain("virtual");
  }

  @Test
  void oneTokenHasNoSpeed() throws Exception {
    String model = TinyModel.file(folder).toString();
    assertThat(terminal.run("run", model, "abc", "--max-tokens", "1")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.err()).contains("before it").doesNotContain("tokens/s");
  }

  @Test
  void theObjectSaysAllOfIt() throws Exception {
    String model = TinyModel.file(folder).toString();
    JsonNode answer = answer(model, "abc", "--max-tokens", "4", "--temperature", "0");
    assertThat(answer.get("prompt_tokens").asInt()).isEqualTo(3);
    assertThat(answer.get("tokens").asInt()).isBetween(0, 4);
    assertThat(answer.get("ttft_ms").asDouble()).isPositive();
    assertThat(answer.has("tokens_per_s") && answer.has("text")).isTrue();
    assertThat(answer.get("stop").asText()).isIn("end", "length");
  }

  @Test
  void theSameSeedGivesTheSameAnswerFromAFolderAndTheFileMadeOfIt() throws Exception {
    String source = TinyModel.folder(folder).toString();
    String file = folder.resolve("same.gguf").toString();
    assertThat(terminal.run("models", "convert", source, file, "--type", "f32")).isZero();
    String[] more = {"abc", "--max-tokens", "12", "--seed", "7", "--temperature", "2"};
    String first = answer(source, more).get("text").asText();
    assertThat(first).isNotEmpty();
    assertThat(answer(source, more).get("text").asText()).isEqualTo(first);
    assertThat(answer(file, more).get("text").asText()).isEqualTo(first);
    String[] other = more.clone();
    other[4] = "8";
    assertThat(answer(source, other).get("text").asText()).isNotEqualTo(first);
  }

  @Test
  void aModelIsFoundByTheNameOfItsFile() throws Exception {
    TinyModel.file(folder);
    Terminal named = new Terminal().with("MYELIN_MODELS", folder.toString());
    assertThat(named.run("run", "tiny.gguf", "abc", "--max-tokens", "1")).isEqualTo(ExitCodes.OK);
  }

  @Test
  void saysNothingThatTheTokenizerDoesNotKnow() throws Exception {
    String model = TinyModel.folder(folder).toString();
    for (String seed : List.of("1", "2", "3", "4")) {
      String[] wild = {"abc", "--temperature", "100", "--top-k", "0", "--top-p", "1", "--seed"};
      String[] more = Arrays.copyOf(wild, wild.length + 1);
      more[wild.length] = seed;
      assertThat(answer(model, more).get("stop").asText()).isIn("end", "context");
    }
  }

  @Test
  void readsThePromptFromAPipe() throws Exception {
    String model = TinyModel.file(folder).toString();
    terminal.reading("abcde\n".getBytes(StandardCharsets.UTF_8));
    assertThat(terminal.run("run", model, "--max-tokens", "1", "--json")).isEqualTo(ExitCodes.OK);
    assertThat(terminal.json().getFirst().get("prompt_tokens").asInt()).isEqualTo(5);
    Terminal empty = new Terminal();
    assertThat(empty.run("run", model)).isEqualTo(ExitCodes.USAGE);
    assertThat(empty.err()).contains("PROMPT: none").hasLineCount(1);
  }

  @Test
  void anAnswerEndsWhereTheContextDoes() throws Exception {
    String model = TinyModel.file(folder).toString();
    JsonNode answer = answer(model, "abc", "--context", "8", "--temperature", "0");
    assertThat(answer.get("stop").asText()).isIn("context", "end");
    assertThat(answer.get("tokens").asInt()).isLessThanOrEqualTo(6);
    assertThat(terminal.run("run", model, "abcdefghi", "--context", "8"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.err()).contains("9 tokens", "--context").hasLineCount(1);
  }

  @Test
  void aShardSaysWhatItMakesOfAPrompt() throws Exception {
    String model = TinyModel.file(folder).toString();
    JsonNode first = answer(model, "abc", "--layers", "0:2");
    assertThat(first.get("sha256").asText()).hasSize(64);
    assertThat(answer(model, "abc", "--layers", "0:2")).isEqualTo(first);
    assertThat(answer(model, "abd", "--layers", "0:2")).isNotEqualTo(first);
    Terminal later = new Terminal();
    assertThat(later.run("run", model, "abc", "--layers", "2:4")).isEqualTo(ExitCodes.USAGE);
    assertThat(later.err()).contains("hidden states", "models show").hasLineCount(1);
  }

  @Test
  void whatCannotRunIsSaidInOneLine() throws Exception {
    Path file = TinyModel.file(folder);
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    Path other = folder.resolve("other.gguf");
    Files.writeString(other, text.replaceFirst("llama", "mamba"), StandardCharsets.ISO_8859_1);
    assertThat(terminal.run("run", other.toString(), "a")).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err()).contains("'mamba'", "expected: one of", "llama").hasLineCount(1);
    Terminal missing = new Terminal();
    assertThat(missing.run("run", "nobody", "a")).isEqualTo(ExitCodes.NO_INPUT);
    assertThat(missing.err()).contains("nobody", "MYELIN_MODELS").hasLineCount(1);
    Terminal wrong = new Terminal();
    assertThat(wrong.run("run", file.toString(), "a", "--top-p", "2")).isEqualTo(ExitCodes.USAGE);
    assertThat(wrong.err()).contains("top-p").hasLineCount(1);
  }

  @Test
  void anInterruptEndsAnAnswer() throws Exception {
    String model = TinyModel.file(folder).toString();
    assertThat(answer(model, "abc", "--temperature", "0").get("tokens").asInt()).isGreaterThan(1);
    terminal.whenPrinting(Thread.currentThread()::interrupt);
    int code = terminal.run("run", model, "abc", "--temperature", "0");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(code).isEqualTo(ExitCodes.INTERRUPTED);
    assertThat(terminal.err()).contains("1 token; ", "; stopped").hasLineCount(1);
  }

  @Test
  void anInterruptEndsTheWaitForAPrompt() throws Exception {
    SilentInput silent = new SilentInput();
    String model = TinyModel.file(folder).toString();
    Background running = Background.start(terminal.reading(silent), "run", model);
    assertThat(silent.awaitReader()).isTrue();
    assertThat(running.interrupt()).isEqualTo(ExitCodes.INTERRUPTED);
    assertThat(terminal.err()).isEqualTo("myelin: stopped\n");
  }

  @Test
  void whatMakesNoSenseIsSaidBeforeAnythingIsLoaded() {
    assertThat(misuse("nobody", "a", "--top-p", "2")).contains("top-p: 2.0");
    assertThat(misuse("nobody", "a", "--layers", "2:1")).contains("--layers: '2:1'");
    assertThat(misuse("nobody", "a", "--raw", "--system", "b"))
        .contains("--system: not with --raw");
    assertThat(misuse("nobody", " ")).contains("PROMPT: empty (expected: a text)");
    assertThat(misuse("", "a")).contains("MODEL: none (expected: a file, a folder or a name)");
  }

  @Test
  void aPromptOfNoTokensOrTooManyIsRefused() throws Exception {
    String model = TinyModel.file(folder).toString();
    assertThat(misuse(model, "", "--raw")).contains("PROMPT: 0 tokens (expected: 1..255, so that");
    String shard = misuse(model, "", "--raw", "--layers", "0:2");
    assertThat(shard).contains("PROMPT: 0 tokens (expected: 1..256;");
    assertThat(misuse(model, "a".repeat(257), "--layers", "0:2")).contains("PROMPT: 257 tokens");
  }

  @Test
  void aTokenizerOfAnotherKindIsNamedInOneLine() throws Exception {
    Path model = TinyModel.folder(folder);
    Path file = model.resolve("tokenizer.json");
    Files.writeString(file, "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", -1.5]]}}");
    assertThat(terminal.run("run", model.toString(), "a")).isEqualTo(ExitCodes.DATA);
    assertThat(terminal.err())
        .contains("tokenizer.json: kind of tokenizer: 'Unigram' (expected: BPE; ")
        .hasLineCount(1);
    Files.delete(file);
    Terminal none = new Terminal();
    assertThat(none.run("run", model.toString(), "a")).isEqualTo(ExitCodes.DATA);
    assertThat(none.err()).contains("tokenizer.json: file: none (expected: ").hasLineCount(1);
  }

  @Test
  void aTemplateIsToldTheDay() throws Exception {
    Path model = TinyModel.folder(folder);
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{{ strftime_now('%Y-%m-%d') }}{{ messages[0]['content'] }}");
    JsonNode answer = answer(model.toString(), "abc", "--max-tokens", "1");
    assertThat(answer.get("prompt_tokens").asInt()).isEqualTo("yyyy-mm-ddabc".length());
  }

  private static String misuse(String... args) {
    Terminal own = new Terminal();
    String[] all = new String[args.length + 1];
    all[0] = "run";
    System.arraycopy(args, 0, all, 1, args.length);
    assertThat(own.run(all)).as(own.err()).isEqualTo(ExitCodes.USAGE);
    assertThat(own.err()).hasLineCount(1);
    return own.err();
  }

  private static JsonNode answer(String model, String prompt, String... more) {
    Terminal own = new Terminal();
    String[] args = new String[more.length + 4];
    args[0] = "run";
    args[1] = model;
    args[2] = prompt;
    System.arraycopy(more, 0, args, 3, more.length);
    args[args.length - 1] = "--json";
    assertThat(own.run(args)).as(own.err()).isEqualTo(ExitCodes.OK);
    return own.json().getLast();
  }

  private static JsonNode answer(String model, String[] more) {
    return answer(model, more[0], Arrays.copyOfRange(more, 1, more.length));
  }
}
