package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Parts;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Messages on their way into one [Conveyor] together: what came in one read. It owns them until
/// the conveyor took them.
///
/// Used by one thread at a time.
public final class Load implements AutoCloseable {
  private static final int LEAST = 16;

  private final Conveyor conveyor;
  private @Nullable Object[] entries = new Object[LEAST]; // Parts or Strip
  private int next;
  private int end;

  Load(Conveyor conveyor) {
    this.conveyor = conveyor;
  }

  /// Adds a message.
  public void add(Parts message) {
    append(message);
  }

  /// Adds messages of one part of up to 255 bytes each, which are copied.
  ///
  /// @param page where they lie one behind the other, each as a zero, its length, and its bytes
  /// @param from where the first begins
  /// @param to where the last ends
  /// @param count how many they are
  public void add(byte[] page, int from, int to, int count) {
    int size = to - from;
    if (end > next && entries[end - 1] instanceof Strip last && last.room() >= size) {
      last.add(page, from, to, count);
      return;
    }
    Strip strip = conveyor.strip(size);
    strip.add(page, from, to, count);
    append(strip);
  }

  private void append(Object entry) {
    if (end == entries.length) {
      entries = Arrays.copyOf(entries, 2 * end);
    }
    entries[end++] = entry;
  }

  /// Returns whether nothing is in.
  public boolean isEmpty() {
    return next == end;
  }

  /// Returns the first message, or strip of messages; null if nothing is in.
  @Nullable Object first() {
    return next == end ? null : entries[next];
  }

  /// Takes it that the first is elsewhere.
  void removeFirst() {
    entries[next++] = null;
    if (next == end) {
      next = 0;
      end = 0;
    }
  }

  /// Gives back what nobody will take.
  @Override
  public void close() {
    for (; next < end; next++) {
      if (entries[next] instanceof Parts message) {
        message.close();
      }
      entries[next] = null;
    }
    next = 0;
    end = 0;
  }
}
