package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.Landing;
import dev.myelin.wire.TensorHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One incoming stream between its first frame and its end.
abstract sealed class AsocStream {
  final int id;

  /// The sequence the next DATA must carry: the number of DATA frames so far.
  long frames;

  /// The payload bytes so far.
  long bytes;

  /// The next stream of the same bucket in [AsocStreams].
  @Nullable AsocStream next;

  private AsocStream(int id) {
    this.id = id;
  }

  /// A stream that OPEN described; it owns the memory in which its bytes land.
  static final class Described extends AsocStream {
    final TensorHeader header;
    final Tensor tensor;
    final MemorySegment segment;
    final @Nullable AsocDigest digest;
    final Landing landing;
    @Nullable AsocBytes promised;

    Described(int id, TensorHeader header, Tensor tensor, Landing landing) {
      super(id);
      this.header = header;
      this.tensor = tensor;
      this.segment = tensor.segment();
      this.digest = AsocDigest.of(header.digest(), segment);
      this.landing = landing;
    }

    /// Gives the memory back and tells the landing.
    void abandon(String reason) {
      tensor.close();
      landing.abandoned(id, header, reason);
    }
  }

  /// A stream that nobody described: its chunks are handed out as they come.
  static final class Plain extends AsocStream {
    Plain(int id) {
      super(id);
    }
  }

  /// A stream whose bytes are read and dropped.
  static final class Declined extends AsocStream {
    Declined(int id) {
      super(id);
    }
  }
}
