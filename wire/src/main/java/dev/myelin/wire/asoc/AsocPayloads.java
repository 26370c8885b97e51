package dev.myelin.wire.asoc;

import dev.myelin.wire.ByteSource;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.pack.PackException;
import dev.myelin.wire.pack.Packaging;
import dev.myelin.wire.pack.Packer;
import dev.myelin.wire.pack.Unpacker;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Reads the payloads of one input: into their place, into a scratch, or away.
final class AsocPayloads {
  /// How many bytes of a payload that is dropped are read at once.
  private static final int DROP_BYTES = 64 << 10;

  /// A larger scratch is not kept for an idle connection, on which only pings come.
  private static final int KEPT_BYTES = 4096;

  private static final int PING_BYTES = 16;

  private static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]);

  private final ByteSource in;

  /// Holds one payload that is not of a tensor, or a part of one that is dropped.
  private MemorySegment scratch = EMPTY;

  /// What is read instead of the input; of the frame under way.
  private MemorySegment inlay = EMPTY;

  private boolean laid;
  private long laidAt;

  /// Unpacks what is packed; null while nothing is.
  private @Nullable Unpacker unpacker;

  /// The streams that are packed.
  private int packed;

  /// What is left of the payload of the DATA frame under way.
  private long left;

  AsocPayloads(ByteSource in) {
    this.in = in;
  }

  /// Has these bytes read instead of the input, until [#lift].
  void lay(MemorySegment bytes) {
    inlay = bytes;
    laidAt = 0;
    laid = true;
  }

  void lift() {
    inlay = EMPTY;
    laid = false;
  }

  /// Begins the payload of a DATA frame and returns how many bytes of the tensor it stands for;
  /// [#land] or [#dropData] follows.
  ///
  /// @param form how it is packed; null if it is not
  /// @param offset where the frame begins in the input
  long begin(@Nullable Packaging form, long length, long offset) throws IOException {
    left = length;
    if (form == null) {
      return length;
    }
    Unpacker present = unpacker;
    if (present == null) {
      present = Unpacker.open();
      unpacker = present;
    }
    try {
      long bytes = present.begin(this::read, length);
      left = length - Packer.HEAD;
      return bytes;
    } catch (PackException e) {
      throw AsocCodec.malformed(offset, "%s of DATA", String.valueOf(e.getMessage()));
    }
  }

  /// Puts what was begun to its place.
  void land(@Nullable Packaging form, MemorySegment target, long at, long offset)
      throws IOException {
    Unpacker present = unpacker;
    if (form == null || present == null) {
      read(target, at, left);
      return;
    }
    try {
      present.finish(this::read, form, target, at);
    } catch (PackException e) {
      throw AsocCodec.malformed(offset, "%s of DATA", String.valueOf(e.getMessage()));
    }
  }

  /// Reads and drops what was begun.
  void dropData() throws IOException {
    drop(left);
  }

  /// Notes a stream that is packed; returns why it cannot be so, null if it can.
  @Nullable String unpack(AsocStream stream, AsocExtension.Packed packing) {
    packed++;
    return AsocParcels.begin(stream, packing);
  }

  /// Notes that a stream is over.
  void ended(@Nullable Packaging form) {
    if (form != null) {
      packed--;
    }
  }

  /// Lets go of the memory for unpacking if no stream is packed; called now and then, for its
  /// release stops every thread for a moment.
  void idle() {
    if (packed == 0) {
      release();
    }
  }

  /// Lets go of the memory for unpacking.
  void release() {
    if (unpacker != null) {
      unpacker.close();
      unpacker = null;
    }
  }

  /// Fills a part of a segment.
  void read(MemorySegment target, long at, long length) throws IOException {
    if (laid) {
      MemorySegment.copy(inlay, laidAt, target, at, length);
      laidAt += length;
      return;
    }
    if (length > 0 && !in.readFully(target, at, length)) {
      throw new PeerException.Closed("ended inside a frame", false, null);
    }
  }

  /// Reads and drops.
  void drop(long length) throws IOException {
    if (laid) {
      laidAt += length;
      return;
    }
    for (long left = length; left > 0; ) {
      MemorySegment buffer = scratch(Math.min(left, DROP_BYTES));
      long part = Math.min(left, buffer.byteSize());
      read(buffer, 0, part);
      left -= part;
    }
  }

  /// Reads a payload that is not of a tensor; borrowed until the next one.
  MemorySegment next(long length) throws IOException {
    read(scratch(length), 0, length);
    return last(length);
  }

  /// Returns the payload that was read last.
  MemorySegment last(long length) {
    return scratch.asSlice(0, length).asReadOnly();
  }

  // Grows by doubling, and gives a large one back with the next ping: an idle connection keeps few
  // bytes.
  private MemorySegment scratch(long length) {
    boolean tooLarge = scratch.byteSize() > KEPT_BYTES && length <= PING_BYTES;
    if (scratch.byteSize() < length || tooLarge) {
      long size = Math.max(256, Long.highestOneBit(length - 1) << 1);
      scratch = MemorySegment.ofArray(new byte[Math.toIntExact(size)]);
    }
    return scratch;
  }
}
