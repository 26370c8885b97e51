package dev.myelin.engine.model;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a file says of its model besides the weights: values by key, typed.
///
/// Lists are read from the file when asked for, so that a vocabulary costs nothing until then.
public final class Metadata {
  private final Map<String, Object> values;
  private final Map<String, MemorySegment> fields;

  /// @param fields the same as they stand in the file, key and type before the value
  Metadata(Map<String, Object> values, Map<String, MemorySegment> fields) {
    this.values = values;
    this.fields = fields;
  }

  static Metadata none() {
    return new Metadata(Map.of(), Map.of());
  }

  GgufFields copy() {
    GgufFields copy = new GgufFields();
    fields.forEach(copy::copy);
    return copy;
  }

  /// Returns all keys, in the order of the file.
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /// Returns the text of that key; empty if there is none or it is no text.
  public Optional<String> text(String key) {
    return values.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// Returns the whole number of that key; empty if there is none or it is no whole number.
  public Optional<Long> whole(String key) {
    return values.get(key) instanceof Long number ? Optional.of(number) : Optional.empty();
  }

  /// Returns the number of that key, whole or not; empty if there is none or it is no number.
  public Optional<Double> number(String key) {
    return switch (values.get(key)) {
      case Double number -> Optional.of(number);
      case Long number -> Optional.of((double) number);
      case null, default -> Optional.empty();
    };
  }

  /// Returns the truth of that key; empty if there is none or it is something else.
  public Optional<Boolean> truth(String key) {
    return values.get(key) instanceof Boolean truth ? Optional.of(truth) : Optional.empty();
  }

  /// Returns the texts of that key; empty if there are none or it is something else.
  ///
  /// @throws IllegalStateException if the model was closed
  public Optional<List<String>> texts(String key) {
    return values.get(key) instanceof GgufList list ? list.texts() : Optional.empty();
  }

  /// Returns the numbers of that key; empty if there are none or it is something else.
  ///
  /// @throws IllegalStateException if the model was closed
  public Optional<double[]> numbers(String key) {
    return values.get(key) instanceof GgufList list ? list.numbers() : Optional.empty();
  }

  /// Returns a short form of the value of that key, to be shown.
  public String shown(String key) {
    Object value = values.get(key);
    return value == null ? "-" : ModelFileException.shown(value.toString());
  }
}
