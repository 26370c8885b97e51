package dev.myelin.engine.template;

import dev.myelin.engine.template.TemplateFailure.Reason;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A template, parsed: values in, text out. For many threads at once.
///
/// A template sees what it is given and nothing else: no files, no objects of Java, no clock. How
/// deep it nests, how many steps it takes and how much text it makes is bounded.
public final class Template {
  private static final int LONGEST = 1 << 18;

  private final List<Statement> body;

  private Template(List<Statement> body) {
    this.body = body;
  }

  /// Parses a template.
  ///
  /// @throws TemplateFailure if it is not sound or uses what is not known
  public static Template parse(String source) {
    if (source.length() > LONGEST) {
      throw new TemplateFailure(
          Reason.EXCESS,
          "template: " + source.length() + " characters (expected: <= " + LONGEST + ")");
    }
    return new Template(StatementParser.parse(source));
  }

  /// Returns the text that the template makes of these values: texts, whole numbers as `Long`,
  /// truths, lists, and maps with texts as keys.
  ///
  /// @throws TemplateFailure if the template refuses them or does too much
  public String render(Map<String, Object> values) {
    return new Interpreter(new Budget()).render(body, values);
  }

  /// Returns the same for a template that may ask for the day by `strftime_now`.
  ///
  /// @throws TemplateFailure if the template refuses them or does too much
  public String render(Map<String, Object> values, LocalDate today) {
    Function now =
        (placed, _) ->
            DateText.of(
                today,
                Values.expectText(placed.isEmpty() ? None.NONE : placed.get(0), "strftime_now"));
    Map<String, Object> all = new HashMap<>(values);
    all.put("strftime_now", now);
    return render(all);
  }
}
