package dev.myelin.cli;

import dev.myelin.engine.text.Message;
import dev.myelin.engine.text.ModelText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A conversation in the terminal: a line goes in, an answer comes out.
///
/// Ctrl-C stops an answer; at the prompt, the second in a row ends the conversation.
final class Chat {
  private static final String HELP =
      """
      /help    this
      /reset   begin anew
      /exit    end, as Ctrl-D does
      Ctrl-C stops an answer; twice at the prompt it ends the chat.\
      """;
  private static final String DIM = "\033[2m";
  private static final String PLAIN = "\033[0m";

  private final RootCommand root;
  private final Talk talk;
  private final ModelText text;
  private final @Nullable String system;
  private final int limit;
  private final Keyboard keyboard;
  private final List<Message> messages = new ArrayList<>();
  private volatile boolean answering;
  private volatile boolean stopped;

  Chat(RootCommand root, Talk talk, ModelText text, @Nullable String system, int limit) {
    this.root = root;
    this.talk = talk;
    this.text = text;
    this.system = system;
    this.limit = limit;
    this.keyboard = Keyboard.listen(root.shell().in());
  }

  /// Runs until the person ends it.
  void run() throws InterruptedException {
    reset();
    root.note("/help says what else there is to do here; Ctrl-D ends");
    int presses = 0;
    while (true) {
      prompt();
      switch (keyboard.take()) {
        case Keyboard.End(Throwable failure) -> {
          if (failure != null) {
            root.note("standard input: " + failure.getMessage());
          }
          root.shell().err().println();
          return;
        }
        case Keyboard.Press _ -> {
          root.shell().err().println();
          if (++presses > 1) {
            return;
          }
          root.note("Ctrl-C again ends the chat");
        }
        case Keyboard.Line(String line) -> {
          presses = 0;
          if (!take(line.strip())) {
            return;
          }
        }
      }
    }
  }

  /// Tells that Ctrl-C was pressed.
  void press() {
    if (answering) {
      stopped = true;
    } else {
      keyboard.press();
    }
  }

  private boolean isStopped() {
    return stopped || Thread.currentThread().isInterrupted();
  }

  private boolean take(String line) {
    switch (line.toLowerCase(Locale.ROOT)) {
      case "" -> {}
      case "/exit", "/quit", "/bye" -> {
        return false;
      }
      case "/reset" -> {
        reset();
        root.note("begun anew");
      }
      case "/help" -> root.shell().err().println(HELP);
      default -> {
        if (line.startsWith("/") && !line.contains(" ")) {
          root.note(line + ": no such command (expected: /help, /reset or /exit)");
        } else {
          answer(line);
        }
      }
    }
    return true;
  }

  private void answer(String line) {
    messages.add(Message.user(line));
    Optional<int[]> prompt;
    try {
      prompt = fitting();
    } catch (CommandException e) {
      messages.removeLast();
      root.note(String.valueOf(e.getMessage()));
      return;
    }
    if (prompt.isEmpty()) {
      messages.removeLast();
      root.note("too long for a context of " + Words.count(talk.capacity(), "token"));
      return;
    }
    stopped = false;
    answering = true;
    Answer answer;
    try {
      answer = talk.answer(prompt.get(), limit, this::print, this::isStopped);
    } finally {
      answering = false;
    }
    if (answer.isNone()) {
      messages.removeLast(); // A question without an answer would confuse the model.
    } else {
      messages.add(Message.assistant(answer.text().strip()));
    }
    if (root.json()) {
      root.print(answer.json());
    } else {
      root.shell().out().println();
    }
    boolean colour = root.shell().errIsTerminal() && root.shell().variable("NO_COLOR").isEmpty();
    root.shell().err().println(colour ? DIM + answer.words() + PLAIN : answer.words());
  }

  // What was said first is forgotten first; the system's words and the last question stay. Nothing
  // is forgotten for a question that does not fit in any case.
  private Optional<int[]> fitting() {
    int room = talk.capacity() - Math.min(limit, talk.capacity() / 4);
    int first = system == null ? 0 : 1;
    List<Message> kept = new ArrayList<>(messages);
    int forgotten = 0;
    int[] prompt = Prompts.tokens(text, kept);
    while (prompt.length > room && kept.size() > first + 1) {
      kept.remove(first);
      if (kept.size() > first + 1) {
        kept.remove(first);
      }
      forgotten++;
      prompt = Prompts.tokens(text, kept);
    }
    if (prompt.length >= talk.capacity()) {
      return Optional.empty();
    }
    if (forgotten > 0) {
      messages.clear();
      messages.addAll(kept);
      root.note(
          "the context of "
              + Words.count(talk.capacity(), "token")
              + " is full: the first "
              + Words.count(forgotten, "question")
              + " and what was answered is forgotten");
    }
    return Optional.of(prompt);
  }

  private void reset() {
    messages.clear();
    if (system != null) {
      messages.add(Message.system(system));
    }
  }

  private void print(String piece) {
    if (!root.json()) {
      root.shell().out().print(Words.plain(piece));
      root.shell().out().flush();
    }
  }

  private void prompt() {
    root.shell().err().print("> ");
    root.shell().err().flush();
  }
}
