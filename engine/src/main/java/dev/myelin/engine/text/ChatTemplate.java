package dev.myelin.engine.text;

import dev.myelin.engine.template.Template;
import dev.myelin.engine.template.TemplateFailure;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How a model wants a chat laid out: a template in Jinja's language, as models bring it.
///
/// A template sees messages and the names of the first and the last token, nothing else; what it
/// may do is bounded. For many threads at once.
public final class ChatTemplate {
  private final String source;
  private final Names names;
  private final @Nullable Template template;
  private final @Nullable TemplateFailure failure;

  private ChatTemplate(
      String source, Names names, @Nullable Template template, @Nullable TemplateFailure failure) {
    this.source = source;
    this.names = names;
    this.template = template;
    this.failure = failure;
  }

  /// Returns the template of this source. Whether it is sound shows when it is used, so that a
  /// model with a strange one still continues texts.
  public static ChatTemplate of(String source, Names names) {
    try {
      return new ChatTemplate(source, names, Template.parse(source), null);
    } catch (TemplateFailure e) {
      return new ChatTemplate(source, names, null, e);
    }
  }

  /// Returns the source of the template.
  public String source() {
    return source;
  }

  /// Returns the chat as the model wants it, with its marks. A template that tells the model the
  /// day takes the one that it was made with, or fails.
  ///
  /// @throws ChatTemplateException if the template is not sound, refuses the messages or does too
  ///   much
  public String render(List<Message> messages, Turn next) throws ChatTemplateException {
    return rendered(sound -> sound.render(values(messages, next)));
  }

  /// Returns the chat as the model wants it, with its marks, and with the day if it tells the
  /// model.
  ///
  /// @throws ChatTemplateException if the template is not sound, refuses the messages or does too
  ///   much
  public String render(List<Message> messages, Turn next, LocalDate today)
      throws ChatTemplateException {
    return rendered(sound -> sound.render(values(messages, next), today));
  }

  private Map<String, Object> values(List<Message> messages, Turn next) {
    List<Object> list = new ArrayList<>();
    for (Message each : messages) {
      Map<String, Object> one = new HashMap<>();
      one.put("role", each.role().word());
      one.put("content", each.content());
      list.add(one);
    }
    Map<String, Object> values = new HashMap<>();
    values.put("messages", list);
    values.put("bos_token", names.first());
    values.put("eos_token", names.last());
    values.put("add_generation_prompt", next == Turn.ANSWER);
    return values;
  }

  private String rendered(Function<Template, String> use) throws ChatTemplateException {
    if (template == null) {
      throw new ChatTemplateException(Objects.requireNonNull(failure));
    }
    try {
      return use.apply(template);
    } catch (TemplateFailure e) {
      throw new ChatTemplateException(e);
    }
  }

  /// The names of the first and the last token of a text; empty if there are none.
  ///
  /// @param first what stands before a text
  /// @param last what ends it
  public record Names(String first, String last) {}

  /// Whose turn is next.
  public enum Turn {
    /// The chat ends with its last message.
    NONE,
    /// The model's: the text ends where it begins to answer.
    ANSWER
  }
}
