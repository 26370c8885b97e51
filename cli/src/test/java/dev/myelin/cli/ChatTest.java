package dev.myelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.engine.EngineConfig;
import dev.myelin.engine.decoder.VectorEngine;
import dev.myelin.engine.model.Model;
import dev.myelin.engine.sample.SamplingOptions;
import dev.myelin.engine.text.ModelText;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ChatTest {
  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void answersLineByLineUntilTold() throws Exception {
    chat("abc\n\ndef\n/exit\nnever\n", 64, _ -> {});
    assertThat(terminal.err().split("before it", -1)).hasSize(3);
    assertThat(terminal.err()).doesNotContain("never");
  }

  @Test
  void knowsItsCommandsAndNamesThemForOthers() throws Exception {
    chat("/help\n/reset\n/nope\n", 64, _ -> {});
    assertThat(terminal.err())
        .contains("/reset   begin anew", "begun anew", "/nope: no such command (expected: /help");
  }

  @Test
  void forgetsTheFirstQuestionsWhenTheContextIsFull() throws Exception {
    chat("abcdefgh\n".repeat(4), 32, _ -> {});
    assertThat(terminal.err()).contains("is full: the first", "forgotten");
    Terminal before = terminal;
    chat("abcdefghij".repeat(4) + "\n", 32, _ -> {});
    assertThat(before.err()).contains("too long for a context of 32 tokens");
  }

  @Test
  void aQuestionThatDoesNotFitMakesItForgetNothing() throws Exception {
    chat("abcdefgh\n" + "abcdefghij".repeat(4) + "\n", 32, _ -> {});
    assertThat(terminal.err())
        .contains("too long for a context of 32 tokens")
        .doesNotContain("forgotten");
  }

  @Test
  void ctrlCStopsAnAnswerAndNotTheChat() throws Exception {
    AtomicBoolean pressed = new AtomicBoolean();
    chat(
        "abc\nabc\n",
        64,
        chat ->
            terminal.whenPrinting(
                () -> {
                  if (!pressed.getAndSet(true)) {
                    chat.press();
                  }
                }));
    List<String> answers = terminal.err().lines().filter(l -> l.contains("before it")).toList();
    assertThat(answers).hasSize(2);
    assertThat(answers.getFirst()).contains("1 token; ").endsWith("; stopped");
    assertThat(answers.getLast()).contains("4 tokens, ").doesNotContain("stopped");
  }

  @Test
  void ctrlCTwiceAtThePromptEndsTheChatAndOnceDoesNot() throws Exception {
    try (PipedOutputStream keyboard = new PipedOutputStream()) {
      CompletableFuture<Chat> opened = new CompletableFuture<>();
      CompletableFuture<Void> ended =
          CompletableFuture.runAsync(
              () -> {
                try {
                  chat(new PipedInputStream(keyboard), 64, opened::complete);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      Chat chat = opened.get(30, TimeUnit.SECONDS);
      chat.press();
      keyboard.write("abc\n".getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      while (!terminal.err().contains("before it")) {
        terminal.awaitError();
      }
      assertThat(terminal.err()).contains("Ctrl-C again ends the chat");
      chat.press();
      chat.press();
      ended.get(30, TimeUnit.SECONDS);
    }
  }

  private void chat(String typed, int context, Consumer<Chat> opened) throws Exception {
    InputStream in = new java.io.ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
    chat(in, context, opened);
  }

  private void chat(InputStream typed, int context, Consumer<Chat> opened) throws Exception {
    Shell own = terminal.shell();
    Shell shell = new Shell(own.out(), own.err(), typed, own.environment(), true, false);
    Path file = folder.resolve("tiny.gguf");
    if (java.nio.file.Files.notExists(file)) {
      TinyModel.file(folder);
    }
    EngineConfig config = new EngineConfig(1, context, 32);
    try (Model model = Model.open(file);
        VectorEngine engine = VectorEngine.load(model, config);
        ModelText text = ModelText.of(model);
        Talk talk =
            new Talk(engine, text, SamplingOptions.defaults().withTemperature(0), context)) {
      Chat chat = new Chat(new RootCommand(shell), talk, text, null, 4);
      opened.accept(chat);
      chat.run();
    }
  }
}
