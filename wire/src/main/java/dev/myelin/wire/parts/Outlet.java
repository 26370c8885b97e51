package dev.myelin.wire.parts;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes that gather for one write: small ones copied, large ones where they lie.
///
/// Used by one thread at a time; whoever owns it guards it. [#drain] shows all of it in order,
/// [#clear] makes it ready for the next.
public final class Outlet {
  /// A part up to this size is copied, a larger one written from where it lies.
  public static final int COPIED_BYTES = 8 << 10;

  private static final int LEAST_BYTES = 512;

  /// A page that grew beyond this is not kept.
  private static final int KEPT_BYTES = 256 << 10;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private byte[] page = new byte[LEAST_BYTES];
  private int size;
  private long referred;
  private final List<Foreign> foreign = new ArrayList<>();

  /// Bytes that lie elsewhere and belong behind the first `at` bytes of the page.
  private record Foreign(int at, MemorySegment bytes, @Nullable Runnable left) {}

  /// An empty outlet.
  public Outlet() {}

  /// Returns how many bytes it holds, copied or not.
  public long bytes() {
    return size + referred;
  }

  /// Returns whether it holds nothing.
  public boolean isEmpty() {
    return size == 0 && referred == 0;
  }

  /// Makes room for `count` bytes in the page and returns where they begin; [#page] is valid until
  /// the next call.
  public int claim(int count) {
    int at = size;
    int needed = Math.addExact(at, count);
    if (needed > page.length) {
      page = Arrays.copyOf(page, Math.max(needed, (int) Math.min(2L * page.length, 1 << 30)));
    }
    size = needed;
    return at;
  }

  /// Returns the page, into which claimed bytes are put.
  public byte[] page() {
    return page;
  }

  /// Appends a byte.
  public void put(int value) {
    int at = claim(1);
    page[at] = (byte) value;
  }

  /// Appends eight bytes, the most significant first.
  public void putLong(long value) {
    int at = claim(Long.BYTES);
    MemorySegment.ofArray(page).set(LONG, at, value);
  }

  /// Appends a copy of bytes.
  public void put(byte[] bytes, int from, int count) {
    int at = claim(count);
    System.arraycopy(bytes, from, page, at, count);
  }

  /// Appends a copy of memory.
  public void put(MemorySegment bytes) {
    int count = Math.toIntExact(bytes.byteSize());
    int at = claim(count);
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, page, at, count);
  }

  /// Appends memory that is not copied; it must stay as it is until this was drained.
  ///
  /// @param left is run by [#clear], once the bytes have left or never will
  public void refer(MemorySegment bytes, @Nullable Runnable left) {
    foreign.add(new Foreign(size, bytes, left));
    referred += bytes.byteSize();
  }

  /// Somebody who takes bytes in order.
  @FunctionalInterface
  public interface Taker<X extends Exception> {
    /// Takes `length` bytes of `bytes` from `offset`.
    void take(MemorySegment bytes, long offset, long length) throws X;
  }

  /// Shows everything in order; a taker that throws sees no more.
  public <X extends Exception> void drain(Taker<X> taker) throws X {
    MemorySegment own = MemorySegment.ofArray(page);
    int done = 0;
    for (Foreign each : foreign) {
      if (each.at() > done) {
        taker.take(own, done, each.at() - done);
        done = each.at();
      }
      taker.take(each.bytes(), 0, each.bytes().byteSize());
    }
    if (size > done) {
      taker.take(own, done, size - done);
    }
  }

  /// Returns everything, copied, as one array.
  public byte[] toBytes() {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(bytes()));
    drain((bytes, offset, length) -> all.put(bytes.asSlice(offset, length).asByteBuffer().slice()));
    return all.array();
  }

  /// Forgets everything, and says so to whoever lent memory; twice is harmless.
  public void clear() {
    size = 0;
    referred = 0;
    if (page.length > KEPT_BYTES) {
      page = new byte[LEAST_BYTES];
    }
    if (foreign.isEmpty()) {
      return;
    }
    List<Foreign> gone = List.copyOf(foreign);
    foreign.clear();
    for (Foreign each : gone) {
      if (each.left() != null) {
        each.left().run();
      }
    }
  }
}
