package dev.myelin.wire.zmtp;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Bytes → messages.
///
/// One read fills a page as far as there are bytes; everything whole in it is handed over, and the
/// rest waits for the next read at the page's begin. A part too large for the heap leaves the page
/// at once: what is there is copied, and the remainder read to where it stays.
///
/// The page grows while reads fill it and shrinks while they do not. Behind a large part it is
/// small again, so that little of the next one has to pass through it.
final class ZmtpReceiver implements AutoCloseable {
  private static final int LEAST_PAGE = 4 << 10;
  private static final int MOST_PAGE = 128 << 10;

  /// How many reads in a row must leave most of the page empty before it shrinks.
  private static final int IDLE_READS = 16;

  /// What a part costs beside its bytes.
  private static final int PART_BYTES = 32;

  private static final byte[] EMPTY = {};

  private final ByteSource in;
  private final PartsLimits limits;
  private final @Nullable ZmtpOpener opener;
  private final ZmtpTraffic traffic;
  private final boolean takesBriefs;
  private final Parts.Gatherer gathered = new Parts.Gatherer();

  private byte[] page = new byte[LEAST_PAGE];
  private int from;
  private int to;

  /// Where the page begins in the input.
  private long base;

  private int wantedPage = LEAST_PAGE;
  private int idleReads;

  /// How many bytes must be in the page for the next step.
  private int needed;

  /// How much of the current message has come.
  private int parts;

  private long bytes;

  /// Whether the peer's bytes go on elsewhere, behind the frame that was taken last.
  private boolean moved;

  /// @param offset how much of the input is read already
  /// @param member whether the peer has proven the key of our community
  /// @param opener what decrypts; null in clear
  ZmtpReceiver(
      ByteSource in,
      long offset,
      SocketRole role,
      PartsLimits limits,
      boolean member,
      @Nullable ZmtpOpener opener) {
    this.in = in;
    this.base = offset;
    this.limits = limits;
    this.opener = opener;
    this.traffic = new ZmtpTraffic(role, limits, member);
    this.takesBriefs =
        opener == null
            && !traffic.publishes()
            && !traffic.discards()
            && Math.min(limits.messageBytes(), traffic.heapBytes()) >= ZmtpHeader.SHORT_BODY;
  }

  /// Reads once and hands over what is whole; returns false at the end.
  boolean receive(PartsInlet inlet) throws IOException {
    if (!fill()) {
      return false;
    }
    do {
      takeBriefs(inlet);
    } while (step(inlet)); // each step takes a frame
    return true;
  }

  /// Takes all short messages of one part that stand next in the page, as they lie.
  private void takeBriefs(PartsInlet inlet) {
    if (!takesBriefs || parts > 0) {
      return;
    }
    byte[] bytes = page;
    int end = to;
    int at = from;
    int count = 0;
    while (end - at >= ZmtpHeader.SHORT_SIZE && bytes[at] == 0) {
      int next = at + ZmtpHeader.SHORT_SIZE + (bytes[at + 1] & 0xFF);
      if (next > end) {
        break;
      }
      at = next;
      count++;
    }
    if (count > 0) {
      inlet.briefs(bytes, from, at, count);
      from = at;
    }
  }

  /// Returns what is kept of a message whose last part has not come; each part costs too.
  long gatheredBytes() {
    return traffic.discards() ? 0 : bytes + (long) parts * PART_BYTES;
  }

  private boolean fill() throws IOException {
    settle();
    int count = in.readSome(page, to, page.length - to);
    if (count < 0) {
      if (to > 0 || parts > 0) {
        throw new PeerException.Closed("ended inside a message", false, null);
      }
      return false;
    }
    to += count;
    if (to == page.length) {
      wantedPage = Math.min(2 * page.length, MOST_PAGE);
      idleReads = 0;
    } else if (count > page.length / 4) {
      idleReads = 0;
    } else if (++idleReads == IDLE_READS) {
      wantedPage = Math.max(page.length / 2, LEAST_PAGE);
      idleReads = 0;
    }
    return true;
  }

  /// Moves what waits to the begin of a page of the right size.
  private void settle() {
    int waiting = to - from;
    int size = Math.max(wantedPage, needed);
    if (size != page.length) {
      byte[] other = new byte[size];
      System.arraycopy(page, from, other, 0, waiting);
      page = other;
    } else if (from > 0 && waiting > 0) {
      System.arraycopy(page, from, page, 0, waiting);
    }
    base += from;
    from = 0;
    to = waiting;
    needed = 0;
  }

  /// Takes the next frame; returns whether there may be another in the page.
  private boolean step(PartsInlet inlet) throws IOException {
    int have = to - from;
    if (have < ZmtpHeader.SHORT_SIZE) {
      return false;
    }
    int flags = page[from];
    int head = ZmtpHeader.size(flags);
    if (have < head) {
      return false;
    }
    long length = ZmtpHeader.length(page, from);
    check(flags, length);
    if (length > most(flags)) {
      return large(flags, head, length, inlet);
    }
    int whole = head + (int) length;
    if (have < whole) {
      needed = whole;
      return false;
    }
    frame(flags, from + head, (int) length, inlet);
    from += whole;
    if (moved) {
      dropKnocks();
    }
    return true;
  }

  /// Drops what only wakes, behind the last frame that came this way.
  private void dropKnocks() throws PeerException.Malformed {
    moved = false;
    while (from < to) {
      if (page[from] != 0) {
        throw malformed("bytes behind MOVE: 0x%02x (expected: zeros)", page[from] & 0xFF);
      }
      from++;
    }
  }

  /// Returns the longest body that has to be whole in the page.
  private int most(int flags) {
    if (opener != null) {
      return Math.max(traffic.heapBytes(), traffic.commandBytes()) + ZmtpOpener.OVERHEAD;
    }
    return (flags & ZmtpHeader.COMMAND) == 0 ? traffic.heapBytes() : traffic.commandBytes();
  }

  private void check(int flags, long length) throws PeerException.Malformed {
    if ((flags & ZmtpHeader.RESERVED) != 0) {
      throw malformed("flags: 0x%02x (expected: bits 3 to 7 zero)", flags & 0xFF);
    }
    if (opener != null) {
      if (length < ZmtpOpener.OVERHEAD) {
        throw malformed(
            "length: %s (expected: >= %d) of MESSAGE",
            Long.toUnsignedString(length), ZmtpOpener.OVERHEAD);
      }
      checkPart(length - ZmtpOpener.OVERHEAD, true);
    } else if ((flags & ZmtpHeader.COMMAND) == 0) {
      checkPart(length, false);
    } else if (length < 0 || length > traffic.commandBytes()) {
      throw malformed(
          "length: %s (expected: <= %d) of a command",
          Long.toUnsignedString(length), traffic.commandBytes());
    }
  }

  /// Checks that another part of that length stays within the limits of a message.
  ///
  /// @param mayBeCommand whether that is still encrypted
  private void checkPart(long length, boolean mayBeCommand) throws PeerException.Malformed {
    long left = limits.messageBytes() - bytes;
    if (length < 0 || length > (mayBeCommand ? Math.max(left, traffic.commandBytes()) : left)) {
      throw malformed(
          "length: %s behind %d bytes (expected: <= %d in all) of a message",
          Long.toUnsignedString(length), bytes, limits.messageBytes());
    }
    if (!mayBeCommand && parts >= limits.parts()) {
      throw malformed("parts: %d (expected: <= %d) of a message", parts + 1L, limits.parts());
    }
  }

  private void frame(int flags, int at, int length, PartsInlet inlet) throws IOException {
    if (opener == null) {
      byte[] body = length == 0 ? EMPTY : Arrays.copyOfRange(page, at, at + length);
      if ((flags & ZmtpHeader.COMMAND) == 0) {
        part((flags & ZmtpHeader.MORE) != 0, body, inlet);
      } else {
        moved = traffic.command(body, base + from, inlet);
      }
      return;
    }
    byte[] body = opener.open(page, at, length, base + from);
    if (opener.isCommand()) {
      if (body.length > traffic.commandBytes()) {
        throw malformed(
            "length: %d (expected: <= %d) of a command", body.length, traffic.commandBytes());
      }
      boolean _ = traffic.command(body, base + from, inlet); // a sealed peer is no member
    } else {
      checkPart(body.length, false);
      part(opener.isMore(), body, inlet);
    }
  }

  private void part(boolean more, byte[] body, PartsInlet inlet) throws IOException {
    if (parts == 0 && !more) {
      if (!traffic.takes(body, base + from, inlet)) {
        inlet.message(Parts.of(body));
      }
      return;
    }
    if (!traffic.discards()) {
      gathered.add(body);
    }
    conclude(more, body.length, inlet);
  }

  /// Counts a part that is gathered, and hands the message over if it was the last.
  private void conclude(boolean more, long length, PartsInlet inlet) {
    if (more) {
      parts++;
      bytes += length;
      return;
    }
    parts = 0;
    bytes = 0;
    if (gathered.count() > 0) {
      inlet.message(gathered.toParts());
    }
  }

  private boolean large(int flags, int head, long length, PartsInlet inlet) throws IOException {
    if (opener != null) {
      return largeSealed(opener, head, length, inlet);
    }
    boolean more = (flags & ZmtpHeader.MORE) != 0;
    if (traffic.publishes() && parts == 0 && !more) {
      if (to - from == head) {
        needed = head + 1;
        return false;
      }
      traffic.checkLargeSubscription(page[from + head], length, base + from);
    }
    from += head;
    wantedPage = LEAST_PAGE;
    if (traffic.discards()) {
      skip(length);
    } else {
      fill(room(length, inlet));
    }
    conclude(more, length, inlet);
    return true;
  }

  private MemorySegment room(long length, PartsInlet inlet) throws IOException {
    Tensor room = inlet.room(length);
    gathered.add(room); // from here on it is given back whatever happens
    return room.segment();
  }

  private void fill(MemorySegment target) throws IOException {
    long length = target.byteSize();
    int there = (int) Math.min(length, to - from);
    MemorySegment.copy(page, from, target, ValueLayout.JAVA_BYTE, 0, there);
    from += there;
    if (there < length) {
      if (!in.readFully(target, there, length - there)) {
        throw endedInside();
      }
      base += length - there;
    }
  }

  private void skip(long length) throws IOException {
    long left = length;
    while (left > 0) {
      int there = pour(left);
      from += there;
      left -= there;
    }
  }

  /// Returns how many of the next bytes are in the page, at least one and at most `most`; reads if
  /// there are none.
  private int pour(long most) throws IOException {
    if (from == to) {
      base += from;
      from = 0;
      to = 0;
      int count = in.readSome(page, 0, (int) Math.min(most, page.length));
      if (count < 0) {
        throw endedInside();
      }
      to = count;
    }
    return (int) Math.min(most, to - from);
  }

  private boolean largeSealed(ZmtpOpener open, int head, long length, PartsInlet inlet)
      throws IOException {
    if (to - from < head + ZmtpOpener.OVERHEAD) {
      needed = head + ZmtpOpener.OVERHEAD;
      return false;
    }
    long at = base + from;
    open.begin(page, from + head, at);
    from += head + ZmtpOpener.OVERHEAD;
    long left = length - ZmtpOpener.OVERHEAD;
    if (open.isCommand()) {
      throw ZmtpCodec.malformed(
          at, "length: %d (expected: <= %d) of a command", left, traffic.commandBytes());
    }
    checkPart(left, false);
    MemorySegment room = traffic.discards() ? MemorySegment.NULL : room(left, inlet);
    for (long done = 0; left > 0; ) {
      int there = pour(left);
      open.more(page, from, there);
      if (!traffic.discards()) {
        MemorySegment.copy(page, from, room, ValueLayout.JAVA_BYTE, done, there);
      }
      from += there;
      done += there;
      left -= there;
    }
    open.finish(at);
    conclude(open.isMore(), length - ZmtpOpener.OVERHEAD, inlet);
    return true;
  }

  private static PeerException.Closed endedInside() {
    return new PeerException.Closed("ended inside a part", false, null);
  }

  private PeerException.Malformed malformed(String format, Object... values) {
    return ZmtpCodec.malformed(base + from, format, values);
  }

  @Override
  public void close() {
    gathered.close();
  }
}
