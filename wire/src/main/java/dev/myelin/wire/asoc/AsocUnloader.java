package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Puts what DATA frames bring where its stream lives: into its tensor, its stash, a chunk of its
/// own, or nowhere. For the thread that reads.
final class AsocUnloader {
  /// Up to this size a chunk is shown where it lies before it is landed.
  private static final int SHOWN_BYTES = 4 << 10;

  private final ByteSource in;
  private final AsocPayloads payloads;
  private final AsocIncoming incoming;

  /// Shows a chunk to the landing; made once, so that a frame costs no allocation.
  private final ByteSource.Visitor shower = this::show;

  // Of the chunk being shown.
  private @Nullable AsocStream shownStream;
  private @Nullable Landing shownTo;

  AsocUnloader(ByteSource in, AsocPayloads payloads, AsocIncoming incoming) {
    this.in = in;
    this.payloads = payloads;
    this.incoming = incoming;
  }

  /// Takes the payload that [AsocPayloads#begin] began; null where that makes no message yet.
  ///
  /// @param bytes those of the tensor that it stands for
  @Nullable Message unload(AsocStream stream, long bytes, Landing landing) throws IOException {
    return switch (stream) {
      case AsocStream.Described described -> fill(described, bytes);
      case AsocParked parked -> stash(parked, bytes);
      case AsocStream.Plain plain -> chunk(plain, bytes, landing);
      case AsocStream.Declined declined -> {
        declined.bytes += bytes;
        payloads.dropData();
        yield null;
      }
      case AsocStream.Asked _ -> throw incoming.malformed("DATA (expected: RESUME first)");
    };
  }

  private @Nullable Message fill(AsocStream.Described stream, long length) throws IOException {
    requireFit(stream, length, stream.segment.byteSize(), stream.promised);
    try {
      stream.landing.prepare(stream.id, stream.header, stream.bytes + length);
    } catch (PeerException e) {
      int code = AsocTypes.codeOf(e);
      String text = String.valueOf(e.getMessage());
      stream.abandon(text);
      return declineRest(stream, code, text);
    }
    payloads.land(stream.packaging, stream.segment, stream.bytes, incoming.offset);
    incoming.addDue(stream.landed(length));
    return null;
  }

  private @Nullable Message stash(AsocParked stream, long length) throws IOException {
    requireFit(stream, length, stream.header().byteSize(), stream.promised());
    MemorySegment stash;
    try {
      stash = stream.toFill(length);
    } catch (PeerException.Overloaded e) {
      String text = String.valueOf(e.getMessage());
      incoming.addDue(stream.abandon(text));
      return declineRest(stream, FaultCode.OVERLOADED.code(), text);
    }
    payloads.land(stream.packaging, stash, stream.bytes, incoming.offset);
    stream.bytes += length;
    incoming.addDue(stream.filled(length));
    return null;
  }

  private void requireFit(AsocStream stream, long length, long size, @Nullable AsocBytes promised)
      throws PeerException.Malformed {
    if (length > size - stream.bytes) {
      throw incoming.malformed(
          "length: %d (expected: <= %d of %d bytes) of DATA", length, size - stream.bytes, size);
    }
    if (promised != null) {
      throw incoming.malformed("DATA behind DIGEST (expected: END)");
    }
  }

  private @Nullable Message chunk(AsocStream.Plain stream, long length, Landing landing)
      throws IOException {
    if (length > incoming.limits.streams().tensorBytes() - stream.bytes) {
      String text =
          "more than " + incoming.limits.streams().tensorBytes() + " bytes, the limit of a tensor";
      return declineRest(stream, FaultCode.TOO_LARGE.code(), text);
    }
    if (length < SHOWN_BYTES && isTaken(stream, (int) length, landing)) {
      stream.bytes += length;
      return null;
    }
    Tensor tensor;
    try {
      tensor = landing.landChunk(stream.id, stream.frames - 1, length);
    } catch (PeerException e) {
      return declineRest(stream, AsocTypes.codeOf(e), String.valueOf(e.getMessage()));
    }
    try {
      AsocReceiver.requireSize(tensor, length);
      payloads.land(null, tensor.segment(), 0, incoming.offset);
    } catch (IOException | RuntimeException e) {
      tensor.close();
      throw e;
    }
    stream.bytes += length;
    return new Message.TensorData(stream.id, stream.frames - 1, tensor);
  }

  private boolean isTaken(AsocStream stream, int length, Landing landing) throws IOException {
    shownStream = stream;
    shownTo = landing;
    return in.offer(length, shower);
  }

  private boolean show(MemorySegment bytes, long at, int length) {
    AsocStream stream = Objects.requireNonNull(shownStream);
    return Objects.requireNonNull(shownTo)
        .takeChunk(stream.id, stream.frames - 1, bytes, at, length);
  }

  private Message declineRest(AsocStream stream, int code, String text) throws IOException {
    incoming.streams.replace(stream, new AsocStream.Declined(stream));
    payloads.dropData();
    return new Message.Declined(stream.id, code, text);
  }
}
