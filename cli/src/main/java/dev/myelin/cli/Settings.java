package dev.myelin.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What each setting is, and who said so: an argument, else a variable, else a file, else the
/// default.
final class Settings {
  /// Who said what a setting is, strongest first.
  enum Source {
    ARGUMENT,
    ENVIRONMENT,
    FILE,
    DEFAULT
  }

  /// A value, who said it, and where exactly.
  record Value(String text, Source source, String place) {}

  private final Map<Setting, Value> values;

  private Settings(Map<Setting, Value> values) {
    this.values = values;
  }

  /// Returns the settings that these sources make.
  ///
  /// @param arguments what the command line says
  /// @param shell whose environment counts
  /// @param file what a file says; `MYELIN_CONFIG` names one if this does not
  /// @param defaults where the command's default differs from the setting's
  static Settings resolve(
      Map<Setting, String> arguments,
      Shell shell,
      Optional<Path> file,
      Map<Setting, String> defaults)
      throws IOException {
    Optional<Path> path = file.or(() -> shell.variable("MYELIN_CONFIG").map(Path::of));
    Map<Setting, Value> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      String fallback = defaults.getOrDefault(setting, setting.fallback());
      values.put(setting, new Value(fallback, Source.DEFAULT, "default"));
    }
    if (path.isPresent()) {
      Path from = path.get();
      read(from)
          .forEach(
              (setting, text) ->
                  values.put(setting, new Value(text, Source.FILE, from.toString())));
    }
    for (Setting setting : Setting.values()) {
      for (String variable : setting.variables().reversed()) {
        shell
            .variable(variable)
            .ifPresent(text -> values.put(setting, new Value(text, Source.ENVIRONMENT, variable)));
      }
    }
    arguments.forEach(
        (setting, text) ->
            values.put(setting, new Value(text, Source.ARGUMENT, "--" + setting.key())));
    return new Settings(values);
  }

  /// Returns what a setting is and who said so.
  Value value(Setting setting) {
    Value value = values.get(setting);
    if (value == null) {
      throw new IllegalStateException("setting " + setting + " was not resolved");
    }
    return value;
  }

  /// Returns the text of a setting.
  String text(Setting setting) {
    return value(setting).text();
  }

  /// Returns the text of a setting; empty if it is blank.
  Optional<String> given(Setting setting) {
    return Optional.of(text(setting).strip()).filter(text -> !text.isEmpty());
  }

  /// Returns the parts between commas.
  List<String> list(Setting setting) {
    return Stream.of(text(setting).split("[,\\s]+")).filter(part -> !part.isEmpty()).toList();
  }

  /// Returns a number within bounds.
  int number(Setting setting, int least, int most) {
    String text = text(setting).strip();
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(setting, "a number of " + least + ".." + most);
    }
    throw wrong(setting, "a number of " + least + ".." + most);
  }

  /// Returns the constant that the text names.
  <E extends Enum<E>> E choice(Setting setting, Class<E> type) {
    return constant(setting, text(setting), type);
  }

  /// Returns the constants that the texts between commas name.
  <E extends Enum<E>> List<E> choices(Setting setting, Class<E> type) {
    return list(setting).stream().map(text -> constant(setting, text, type)).toList();
  }

  /// Returns the complaint that a setting is not what it should be.
  CommandException wrong(Setting setting, String expected) {
    Value value = value(setting);
    String shown = setting.secret() ? "…" : value.text();
    int code = value.source() == Source.ARGUMENT ? ExitCodes.USAGE : ExitCodes.CONFIG;
    return new CommandException(
        code,
        setting.key()
            + ": '"
            + shown
            + "' from "
            + value.place()
            + " (expected: "
            + expected
            + ")");
  }

  private <E extends Enum<E>> E constant(Setting setting, String text, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().replace('_', '-').equalsIgnoreCase(text.strip())) {
        return constant;
      }
    }
    String names =
        Stream.of(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(", "));
    throw wrong(setting, names);
  }

  private static Map<Setting, String> read(Path path) throws IOException {
    Map<Setting, String> found = new EnumMap<>(Setting.class);
    for (Map.Entry<String, String> entry : entries(path).entrySet()) {
      Setting setting =
          Setting.of(entry.getKey())
              .orElseThrow(
                  () ->
                      new CommandException(
                          ExitCodes.CONFIG,
                          path
                              + ": key '"
                              + entry.getKey()
                              + "' is unknown (expected: one of "
                              + keys()
                              + ")"));
      found.put(setting, entry.getValue());
    }
    return found;
  }

  private static Map<String, String> entries(Path path) throws IOException {
    String text;
    try {
      text = Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCodes.CONFIG,
          path + ": no such configuration file; check --config and MYELIN_CONFIG",
          e);
    }
    if (text.stripLeading().startsWith("{")) {
      try {
        return Json.parse(text).entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> joined(entry.getValue())));
      } catch (IOException e) {
        throw new CommandException(ExitCodes.CONFIG, path + ": " + e.getMessage(), e);
      }
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          ExitCodes.CONFIG, path + ": " + e.getMessage() + " (expected: key=value lines)", e);
    }
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }

  private static String joined(Object value) {
    return value instanceof List<?> items
        ? items.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  private static String keys() {
    return Stream.of(Setting.values()).map(Setting::key).collect(Collectors.joining(", "));
  }
}
