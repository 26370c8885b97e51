package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.RunningDigest;
import dev.myelin.wire.TensorHeader;
import dev.myelin.wire.pack.PackCodec;
import dev.myelin.wire.pack.Packaging;
import dev.myelin.wire.pack.Packing;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One incoming stream between its first frame and its end.
abstract sealed class AsocStream
    permits AsocParked,
        AsocStream.Described,
        AsocStream.Asked,
        AsocStream.Plain,
        AsocStream.Declined {
  final int id;

  /// The sequence the next DATA must carry: the number of DATA frames so far.
  long frames;

  /// The bytes of the tensor so far.
  long bytes;

  /// Those of them that were here before the first frame.
  long startBytes;

  /// The bytes that the peer may send in all. Changed by the reader, or once by whoever places a
  /// parked stream.
  volatile long limit;

  /// How its chunks are packed; null where they come as they are.
  @Nullable Packaging packaging;

  /// The next stream of the same bucket in [AsocStreams].
  @Nullable AsocStream next;

  AsocStream(int id, long limit) {
    this.id = id;
    this.limit = limit;
  }

  /// Lets the peer send so far that `wanted` bytes may be on their way; returns the credit that
  /// says so, null if the peer has as much.
  final Message.@Nullable Credit grant(long size, long soFar, long wanted) {
    long next = Math.max(wanted, AsocCredit.LEAST_WINDOW);
    long upTo = next >= size - soFar ? size : soFar + next;
    if (upTo <= limit) {
      return null;
    }
    limit = upTo;
    return new Message.Credit(id, upTo);
  }

  /// Takes over what was granted and counted of the same stream.
  final void resume(AsocStream before, long soFar) {
    frames = before.frames;
    packaging = before.packaging;
    bytes = soFar;
    limit = before.limit;
  }

  /// A stream that OPEN described; it owns the memory in which its bytes land.
  static final class Described extends AsocStream {
    final TensorHeader header;
    final Tensor tensor;
    final MemorySegment segment;
    final @Nullable RunningDigest digest;
    final Landing landing;
    @Nullable AsocBytes promised;

    Described(int id, TensorHeader header, Tensor tensor, Landing landing, long limit) {
      super(id, limit);
      this.header = header;
      this.tensor = tensor;
      this.segment = tensor.segment();
      this.digest = RunningDigest.of(header.digest(), segment);
      this.landing = landing;
    }

    /// A stream of whose tensor a part is here, which the digest has taken.
    Described(Asked asked, Landing.Resumed resumed, Landing landing, long limit) {
      super(asked.id, limit);
      this.header = asked.header;
      this.tensor = resumed.tensor();
      this.segment = tensor.segment();
      this.digest = resumed.digest();
      this.landing = landing;
      this.bytes = resumed.digest().bytes();
      this.startBytes = bytes;
    }

    /// Takes the bytes that are in the memory already.
    void begin(AsocParked parked, long soFar) {
      resume(parked, soFar);
      if (digest != null && soFar > 0) {
        digest.update(0, soFar);
      }
    }

    /// Takes the bytes that have just landed; returns the credit that is due.
    Message.@Nullable Credit landed(long length) {
      if (digest != null) {
        digest.update(bytes, length);
      }
      bytes += length;
      landing.landed(id, header, bytes);
      long size = segment.byteSize();
      if (limit >= size) {
        return null;
      }
      long window = landing.window(id, header);
      return limit - bytes <= window / 2 ? grant(size, bytes, window) : null;
    }

    /// Returns the tensor, or that it was dropped because its digest differs.
    Message complete() {
      AsocBytes should = promised;
      if (digest == null || should == null) {
        return arrived("");
      }
      if (!should.equals(AsocBytes.of(digest.value()))) {
        String text = header.digest() + " of what arrived differs from the sender's";
        abandon(text);
        return new Message.Declined(id, FaultCode.DIGEST_MISMATCH.code(), text);
      }
      return arrived(should.hex());
    }

    private Message arrived(String digestHex) {
      Message.Transfer whole = new Message.Transfer(id, header, tensor, digestHex);
      Packaging form = packaging;
      return form == null ? whole : whole.packed(Packing.always(PackCodec.RAW, form.wire()));
    }

    /// Gives the memory back and tells the landing.
    void abandon(String reason) {
      tensor.close();
      landing.abandoned(id, header, reason);
    }
  }

  /// A stream whose sender waits to be told how much of it is here.
  static final class Asked extends AsocStream {
    final TensorHeader header;

    Asked(int id, TensorHeader header, long limit) {
      super(id, limit);
      this.header = header;
    }
  }

  /// A stream that nobody described: its chunks are handed out as they come.
  static final class Plain extends AsocStream {
    Plain(int id) {
      super(id, Long.MAX_VALUE);
    }
  }

  /// A stream whose bytes are read and dropped.
  static final class Declined extends AsocStream {
    Declined(int id, long limit) {
      super(id, limit);
    }

    /// Drops the rest of a stream.
    Declined(AsocStream before) {
      super(before.id, before.limit);
      packaging = before.packaging;
    }
  }
}
