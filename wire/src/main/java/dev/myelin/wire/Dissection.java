package dev.myelin.wire;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One frame as a person wants to see it.
///
/// @param dialect the name of the dialect
/// @param offset where the frame begins in the input
/// @param type the name of its type
/// @param length the length of its payload as its header says; of a frame cut off inside its
///   header, the bytes there are
/// @param fields its parts in the order of the wire; values are [Long], [String], or lists and maps
///   of these
/// @param error the rule that it breaks, with the offset; empty if it is well formed
public record Dissection(
    String dialect,
    long offset,
    String type,
    long length,
    Map<String, Object> fields,
    String error) {
  /// Takes the bytes of a dialect apart. Does no I/O, never fails: bad input is a dissection too.
  public interface Dissector {
    /// Returns the name of the dialect.
    String dialect();

    /// Returns the frames in the bytes one side wrote, in order; the last has an error if the bytes
    /// after it cannot be taken apart.
    List<Dissection> dissect(MemorySegment bytes);
  }

  /// Keeps the order of the fields.
  public Dissection {
    Objects.requireNonNull(dialect, "dialect");
    Objects.requireNonNull(type, "type");
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    Objects.requireNonNull(error, "error");
  }

  /// Returns whether it is well formed.
  public boolean ok() {
    return error.isEmpty();
  }
}
