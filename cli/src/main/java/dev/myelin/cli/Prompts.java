package dev.myelin.cli;

import dev.myelin.engine.text.ChatTemplateException;
import dev.myelin.engine.text.Message;
import dev.myelin.engine.text.ModelText;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Collectors;

/// How what people say becomes the tokens of a prompt.
final class Prompts {
  private Prompts() {}

  /// Returns the tokens of a conversation: by the model's template, which may tell the day, or one
  /// thing after the other.
  ///
  /// @throws CommandException if the template refuses them
  static int[] tokens(ModelText text, List<Message> messages) {
    if (text.template().isPresent()) {
      try {
        return text.prompt(messages, LocalDate.now(ZoneId.systemDefault()));
      } catch (ChatTemplateException e) {
        throw new CommandException(
            ExitCodes.DATA, e.getMessage() + "; --raw goes on with the prompt as it is", e);
      }
    }
    return text.tokenizer()
        .encode(messages.stream().map(Message::content).collect(Collectors.joining("\n")));
  }
}
