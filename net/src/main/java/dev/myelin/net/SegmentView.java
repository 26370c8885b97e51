package dev.myelin.net;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The last segment that passed through a socket, as the ByteBuffer that channels want: walking
/// frame by frame through one tensor makes one view. A ByteBuffer spans less than 2 GiB, so larger
/// segments are walked in windows.
final class SegmentView {
  /// The most of a segment that one view spans.
  static final long WINDOW_BYTES = 1L << 30;

  private MemorySegment viewed = MemorySegment.NULL;
  private ByteBuffer view = ByteBuffer.allocate(0);
  private long start;

  /// Returns the bytes from `offset` on, at most `length` and at most to the end of a window.
  ByteBuffer of(MemorySegment segment, long offset, long length) {
    if (!isViewed(segment) || offset < start || offset - start >= view.capacity()) {
      boolean whole = segment.byteSize() <= WINDOW_BYTES;
      start = whole ? 0 : offset;
      long size = whole ? segment.byteSize() : Math.min(WINDOW_BYTES, segment.byteSize() - offset);
      view = segment.asSlice(start, size).asByteBuffer();
      viewed = segment;
    }
    int from = (int) (offset - start);
    return view.limit((int) Math.min(view.capacity(), from + length)).position(from);
  }

  /// Memory that was given back may be mapped again at the same address: it is equal, but not the
  /// same.
  private boolean isViewed(MemorySegment segment) {
    return viewed.equals(segment) && viewed.scope().equals(segment.scope());
  }

  /// Forgets the segment.
  void release() {
    viewed = MemorySegment.NULL;
    view = ByteBuffer.allocate(0);
  }
}
