package dev.myelin.wire.parts;

import dev.myelin.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A message of one or more parts: each either bytes on the heap or a tensor's memory.
///
/// Immutable. It owns the tensors in it: [#close] gives their memory back, and does nothing for a
/// message that is all heap. Byte arrays are not copied on the way in or out; whoever changes one
/// that is still queued changes the message.
public final class Parts implements AutoCloseable {
  private static final byte[] EMPTY = {};

  private static final Object[] NONE = {};

  private final Object first; // byte[] or Tensor
  private final Object[] others; // likewise; an array of its own costs more than a short message

  /// What closing does in place of closing the tensors; null where they are this message's own.
  private @Nullable Runnable gone;

  private boolean lent;

  private Parts(Object first, Object[] others) {
    this.first = first;
    this.others = others;
  }

  private static Parts ofAll(Object[] parts, int count) {
    Object[] others = count == 1 ? NONE : Arrays.copyOfRange(parts, 1, count, Object[].class);
    return new Parts(parts[0], others);
  }

  private Object part(int index) {
    return index == 0 ? first : others[index - 1];
  }

  private Object[] all() {
    Object[] all = new Object[count()];
    all[0] = first;
    System.arraycopy(others, 0, all, 1, others.length);
    return all;
  }

  /// Returns a message of one part.
  public static Parts of(byte[] only) {
    return new Parts(only, NONE);
  }

  /// Returns a message of these parts, at least one.
  public static Parts of(byte[]... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("parts: 0 (expected: >= 1)");
    }
    return ofAll(parts, parts.length);
  }

  /// Returns a message of texts in UTF-8, at least one.
  public static Parts of(String... texts) {
    byte[][] all = new byte[texts.length][];
    for (int i = 0; i < all.length; i++) {
      all[i] = texts[i].getBytes(StandardCharsets.UTF_8);
    }
    return of(all);
  }

  /// Returns a message of one part that is a tensor's memory; it owns the tensor.
  public static Parts of(Tensor only) {
    return new Parts(only, NONE);
  }

  /// Returns a message of the same parts that owns none of them: closing it runs `returned`, once,
  /// and nothing else. Until then the parts must stay as they are.
  public Parts lend(Runnable returned) {
    Parts copy = new Parts(first, others);
    copy.gone = returned;
    copy.lent = true;
    return copy;
  }

  /// Returns this message with another part behind; this one must not be used any more.
  public Parts plus(byte[] part) {
    return with(part);
  }

  /// Returns this message with a tensor's memory behind, which it owns; otherwise as above.
  public Parts plus(Tensor part) {
    return with(part);
  }

  private Parts with(Object part) {
    Object[] more = Arrays.copyOf(all(), count() + 1);
    more[count()] = part;
    return moved(more);
  }

  /// Returns a message of other parts that owes what this one owes.
  private Parts moved(Object[] parts) {
    Parts next = ofAll(parts, parts.length);
    next.gone = gone;
    next.lent = lent;
    return next;
  }

  /// Returns a message of these parts, and then those of this one, which must not be used any more.
  public Parts behind(byte[]... before) {
    Object[] more = new Object[before.length + count()];
    System.arraycopy(before, 0, more, 0, before.length);
    System.arraycopy(all(), 0, more, before.length, count());
    return moved(more);
  }

  /// Returns a message of all parts from that one on, which takes over what this one owns; the
  /// parts before it are closed.
  ///
  /// @throws IndexOutOfBoundsException unless a part remains
  public Parts from(int begin) {
    if (begin < 0 || begin >= count()) {
      throw new IndexOutOfBoundsException(
          "part: " + begin + " (expected: 0 to " + (count() - 1) + ")");
    }
    for (int i = 0; i < begin && !lent; i++) {
      closePart(i);
    }
    return moved(Arrays.copyOfRange(all(), begin, count()));
  }

  /// Returns how many parts it has, at least one.
  public int count() {
    return 1 + others.length;
  }

  /// Returns the size of a part in bytes.
  public long size(int part) {
    return sizeOf(part(part));
  }

  private static long sizeOf(Object part) {
    // No switch over the types: this is asked of every message several times.
    return part instanceof byte[] bytes ? bytes.length : ((Tensor) part).byteSize();
  }

  /// Returns the size of all parts in bytes.
  public long totalBytes() {
    long total = sizeOf(first);
    for (Object other : others) {
      total += sizeOf(other);
    }
    return total;
  }

  /// Returns whether a part is bytes on the heap.
  public boolean onHeap(int part) {
    return part(part) instanceof byte[];
  }

  /// Returns whether every part is bytes on the heap, so that nothing needs closing.
  public boolean allOnHeap() {
    if (lent) {
      return false;
    }
    for (Object other : others) {
      if (!(other instanceof byte[])) {
        return false;
      }
    }
    return first instanceof byte[];
  }

  /// Returns the bytes of the first part, otherwise as [#bytes(int)].
  public byte[] bytes() {
    return bytes(0);
  }

  /// Returns the bytes of a part: its own array if it is on the heap, else a copy.
  ///
  /// @throws IllegalArgumentException if a tensor is too large for an array
  public byte[] bytes(int part) {
    if (part(part) instanceof byte[] bytes) {
      return bytes;
    }
    MemorySegment segment = segment(part);
    if (segment.byteSize() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "part: " + segment.byteSize() + " bytes (expected: what fits an array)");
    }
    return segment.byteSize() == 0 ? EMPTY : segment.toArray(ValueLayout.JAVA_BYTE);
  }

  /// Returns a part as text in UTF-8; what is none is replaced.
  public String text(int part) {
    return new String(bytes(part), StandardCharsets.UTF_8);
  }

  /// Returns the memory of a part, borrowed until this is closed.
  public MemorySegment segment(int part) {
    return switch (part(part)) {
      case byte[] bytes -> MemorySegment.ofArray(bytes);
      case Tensor tensor -> tensor.segment();
      default -> throw new IllegalStateException("part: neither bytes nor a tensor");
    };
  }

  /// Returns the tensor of a part, borrowed until this is closed.
  ///
  /// @throws IllegalStateException if the part is on the heap
  public Tensor tensor(int part) {
    if (part(part) instanceof Tensor tensor) {
      return tensor;
    }
    throw new IllegalStateException("part " + part + ": on the heap (expected: a tensor)");
  }

  /// Gives the memory of its tensors back; twice is harmless.
  @Override
  public void close() {
    if (lent) {
      Runnable returned = gone;
      gone = null;
      if (returned != null) {
        returned.run();
      }
      return;
    }
    for (int i = 0; i < count(); i++) {
      closePart(i);
    }
  }

  private void closePart(int part) {
    if (part(part) instanceof Tensor tensor) {
      tensor.close();
    }
  }

  /// Returns how many parts of which sizes, never their content.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("parts of");
    for (int i = 0; i < Math.min(count(), 8); i++) {
      text.append(' ').append(size(i));
    }
    return text.append(count() > 8 ? " … bytes" : " bytes").toString();
  }

  /// Parts that come one after another until their message is whole. Used by one thread at a time.
  public static final class Gatherer implements AutoCloseable {
    private static final int LEAST = 4;

    /// Room that grew beyond this is not kept.
    private static final int KEPT = 64;

    private Object[] parts = new Object[LEAST];
    private int count;

    /// A gatherer of nothing yet.
    public Gatherer() {}

    /// Appends bytes on the heap, which are not copied.
    public void add(byte[] part) {
      append(part);
    }

    /// Appends a tensor's memory, and owns the tensor from now on.
    public void add(Tensor part) {
      append(part);
    }

    /// Returns how many parts there are.
    public int count() {
      return count;
    }

    /// Returns the message of all parts, which owns what this owned; this is empty then.
    ///
    /// @throws IllegalStateException if there is no part
    public Parts toParts() {
      if (count == 0) {
        throw new IllegalStateException("parts: 0 (expected: >= 1)");
      }
      Parts whole = ofAll(parts, count);
      forget();
      return whole;
    }

    /// Gives the memory of its tensors back and is empty then; it can be used again.
    @Override
    public void close() {
      for (int i = 0; i < count; i++) {
        if (parts[i] instanceof Tensor tensor) {
          tensor.close();
        }
      }
      forget();
    }

    private void append(Object part) {
      if (count == parts.length) {
        parts = Arrays.copyOf(parts, 2 * count);
      }
      parts[count++] = part;
    }

    private void forget() {
      if (parts.length > KEPT) {
        parts = new Object[LEAST];
      } else {
        Arrays.fill(parts, 0, count, null);
      }
      count = 0;
    }
  }
}
