package dev.myelin.engine.text;

import dev.myelin.engine.model.Model;
import dev.myelin.engine.model.ModelFileException;
import dev.myelin.engine.model.ModelFileException.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a model knows of text: its tokenizer, and its template for chats if it has one.
///
/// Read from a GGUF file, or from `tokenizer.json` and what stands beside it in a folder. For many
/// threads at once; the owner closes it. The model may be closed before.
public final class ModelText implements AutoCloseable {
  private final PieceTokenizer tokenizer;
  private final Optional<ChatTemplate> template;

  private ModelText(PieceTokenizer tokenizer, Optional<ChatTemplate> template) {
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /// Opens the text of a GGUF file or of a folder.
  ///
  /// @throws ModelFileException if a file is not sound, or the tokenizer is of no known kind
  public static ModelText open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return openFolder(path);
    }
    try (Model model = Model.open(path)) {
      return of(model);
    }
  }

  /// Opens the text of a model that is open.
  ///
  /// @throws ModelFileException if a file is not sound, or the tokenizer is of no known kind
  public static ModelText of(Model model) throws IOException {
    return Files.isDirectory(model.path()) ? openFolder(model.path()) : openGguf(model);
  }

  /// Returns the tokenizer; it ends when this is closed.
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /// Returns the template for chats; empty if the model has none.
  public Optional<ChatTemplate> template() {
    return template;
  }

  /// Returns the tokens of a chat up to where the model answers. Marks that stand in a message are
  /// text, only those of the template count.
  ///
  /// @throws ChatTemplateException if the template refuses the messages or does too much
  /// @throws IllegalStateException if the model has no template
  public int[] prompt(List<Message> messages) throws ChatTemplateException {
    char shield = shieldFor(messages);
    List<Message> safe = shielded(messages, shield);
    return tokenizer.encode(chat().render(safe, ChatTemplate.Turn.ANSWER), shield);
  }

  /// Returns the tokens of a chat likewise, for a template that tells the model the day.
  ///
  /// @throws ChatTemplateException if the template refuses the messages or does too much
  /// @throws IllegalStateException if the model has no template
  public int[] prompt(List<Message> messages, LocalDate today) throws ChatTemplateException {
    char shield = shieldFor(messages);
    List<Message> safe = shielded(messages, shield);
    return tokenizer.encode(chat().render(safe, ChatTemplate.Turn.ANSWER, today), shield);
  }

  private ChatTemplate chat() {
    return template.orElseThrow(
        () -> new IllegalStateException("chat template: none (expected: one in the model)"));
  }

  private char shieldFor(List<Message> messages) {
    List<String> texts = new ArrayList<>();
    for (Message each : messages) {
      texts.add(each.content());
    }
    texts.add(chat().source());
    return Marks.shieldFor(texts);
  }

  private List<Message> shielded(List<Message> messages, char shield) {
    return messages.stream()
        .map(each -> new Message(each.role(), tokenizer.marks().shielded(each.content(), shield)))
        .toList();
  }

  /// Ends the tokenizer. Twice is harmless.
  @Override
  public void close() {
    tokenizer.close();
  }

  private static ModelText openGguf(Model model) throws IOException {
    Recipe recipe = RecipeFromGguf.read(model.path(), model.metadata());
    Optional<String> source = model.metadata().text("tokenizer.chat_template");
    return opened(model.path(), recipe, source);
  }

  private static ModelText openFolder(Path folder) throws IOException {
    Path file = folder.resolve(TokenizerJson.NAME);
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(
          file,
          Rule.MISSING,
          "file: none (expected: a tokenizer in this form; 'transformers' saves one)");
    }
    FolderNotes notes = FolderNotes.read(folder);
    Recipe recipe = RecipeFromJson.read(file, TokenizerJson.read(file), notes);
    return opened(file, recipe, notes.template());
  }

  private static ModelText opened(Path file, Recipe recipe, Optional<String> source)
      throws IOException {
    Optional<ChatTemplate> template = Optional.empty();
    if (source.isPresent()) {
      ChatTemplate.Names names =
          new ChatTemplate.Names(recipe.around().first(), recipe.around().last());
      template = Optional.of(ChatTemplate.of(source.get(), names));
    }
    return new ModelText(PieceTokenizer.open(file, recipe), template);
  }
}
