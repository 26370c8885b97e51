package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Frames to messages, for one thread.
///
/// A DATA frame of a described stream goes from the source straight into the tensor; no frame costs
/// an allocation. Everything a peer can make this side keep is counted in [Limits].
final class AsocReceiver {
  private final ByteSource in;
  private final AsocPayloads payloads;
  private final AsocIncoming incoming;
  private final AsocOpenings openings;
  private final AsocUnloader unloader;
  private final AsocStreams streams;
  private final Limits limits;
  private final MemorySegment header = MemorySegment.ofArray(new byte[AsocHeader.SIZE]);
  private final AsocUnwanted unwanted = new AsocUnwanted();
  private final AsocWhole wholes = new AsocWhole();

  /// @param outflow told of the peer's credit; null where the two know none
  /// @param offset how many bytes of the input the handshake took
  AsocReceiver(
      ByteSource in,
      Limits limits,
      Introduction.Proof proof,
      @Nullable AsocOutflow outflow,
      long offset) {
    this.in = in;
    this.payloads = new AsocPayloads(in);
    this.limits = limits;
    boolean extended = proof == Introduction.Proof.MUTUAL;
    this.incoming = new AsocIncoming(limits, extended, outflow, offset);
    this.openings = new AsocOpenings(incoming);
    this.unloader = new AsocUnloader(in, payloads, incoming);
    this.streams = incoming.streams;
  }

  @Nullable Message receive(Landing landing) throws IOException {
    while (!incoming.isDue() && in.readFully(header)) {
      AsocCodec.checkHeader(header, limits.frames(), incoming.offset);
      long length = AsocHeader.length(header);
      Message message = frame(AsocHeader.stream(header), length, landing);
      incoming.offset += AsocHeader.SIZE + length;
      dropUnwanted();
      if (message != null) {
        return message;
      }
    }
    if (incoming.isDue()) {
      return incoming.nextDue();
    }
    abandon("the peer ended the connection inside this stream");
    return null;
  }

  /// Has a stream dropped by the reader; from any thread.
  void drop(int stream, FaultCode code, String text) {
    unwanted.add(stream, code, text);
  }

  private void dropUnwanted() {
    for (Message.Declined each : unwanted.take()) {
      AsocStream stream = streams.find(each.stream());
      if (stream instanceof AsocStream.Described || stream instanceof AsocParked) {
        abandon(stream, each.text());
        streams.replace(stream, new AsocStream.Declined(stream));
        incoming.addDue(each);
      }
    }
  }

  /// Gives up every stream under way.
  void abandon(String reason) {
    for (AsocStream stream : streams.clear()) {
      abandon(stream, reason);
    }
    payloads.release();
  }

  private void abandon(AsocStream stream, String reason) {
    switch (stream) {
      case AsocStream.Described described -> described.abandon(reason);
      case AsocParked parked -> incoming.addDue(parked.abandon(reason));
      case AsocStream.Asked _, AsocStream.Plain _, AsocStream.Declined _ -> {}
    }
  }

  /// Reads the payload of the present frame; null where that makes no message yet.
  private @Nullable Message frame(int stream, long length, Landing landing) throws IOException {
    return switch (AsocHeader.type(header)) {
      case AsocHeader.DATA -> data(stream, length, landing);
      case AsocHeader.END -> end(stream, length);
      case AsocHeader.CONTROL -> control(stream, length, landing);
      default -> new Message.Opaque(AsocHeader.type(header), payloads.next(length));
    };
  }

  private @Nullable Message data(int id, long length, Landing landing) throws IOException {
    requireNamed(id);
    AsocStream stream = streams.find(id);
    if (stream == null) {
      if (incoming.isCrowded()) {
        requireSequence(new AsocStream.Plain(id));
        payloads.drop(length);
        return openings.declineOne(id, 1);
      }
      stream = new AsocStream.Plain(id);
      streams.add(stream);
    }
    requireSequence(stream);
    long bytes = payloads.begin(stream.packaging, length, incoming.offset);
    count(stream, bytes);
    stream.frames++;
    return unloader.unload(stream, bytes, landing);
  }

  /// Counts a frame in the windows of its stream and of the connection.
  private void count(AsocStream stream, long length) throws PeerException.Malformed {
    if (incoming.outflow == null || stream instanceof AsocStream.Plain) {
      return;
    }
    if (length > stream.limit - stream.bytes) {
      throw malformed(
          "bytes: %d behind %d (expected: <= %d, its credit) of DATA",
          length, stream.bytes, stream.limit);
    }
    long before = stream.bytes - stream.startBytes;
    long cost = AsocCredit.cost(before + length) - AsocCredit.cost(before);
    if (cost > 0) {
      incoming.count(cost, stream instanceof AsocParked parked ? parked : null);
    }
  }

  private @Nullable Message end(int id, long length) throws IOException {
    requireNamed(id);
    AsocStream stream = streams.find(id);
    // A lone END is an empty tensor.
    AsocStream ending = stream == null ? new AsocStream.Plain(id) : stream;
    requireSequence(ending);
    payloads.drop(length);
    return finish(ending);
  }

  private @Nullable Message finish(AsocStream ending) throws IOException {
    Message message =
        switch (ending) {
          case AsocStream.Described described -> {
            requireWhole(described, described.header, described.promised);
            yield described.complete();
          }
          case AsocParked parked -> {
            requireWhole(parked, parked.header(), parked.promised());
            yield end(parked);
          }
          case AsocStream.Plain plain -> new Message.End(plain.id);
          case AsocStream.Declined _ -> null;
          case AsocStream.Asked _ -> throw malformed("END (expected: RESUME first)");
        };
    AsocStream ended = streams.get(ending.id);
    if (ended != null) {
      remove(ended);
    }
    return message;
  }

  private void remove(AsocStream stream) {
    streams.remove(stream);
    payloads.ended(stream.packaging);
  }

  /// A parked stream that is whole waits on without this session, if its memory did not come just
  /// now.
  private @Nullable Message end(AsocParked stream) {
    if (stream.end()) {
      return null;
    }
    AsocStream landed = streams.find(stream.id);
    return landed instanceof AsocStream.Described described ? described.complete() : null;
  }

  private void requireWhole(AsocStream stream, TensorHeader described, @Nullable AsocBytes promised)
      throws PeerException.Malformed {
    if (stream.bytes != described.byteSize()) {
      throw malformed("bytes: %d (expected: %d) before END", stream.bytes, described.byteSize());
    }
    if (described.digest() != TensorHeader.Digest.NONE && promised == null) {
      throw malformed("no DIGEST (expected: %s before END)", described.digest());
    }
  }

  private @Nullable Message control(int id, long length, Landing landing) throws IOException {
    if (length == 0) {
      return new Message.Alive();
    }
    MemorySegment payload = payloads.next(length);
    int kind = AsocExtensionCodec.kind(payload);
    if (kind >= AsocExtension.OFFER && kind <= AsocExtension.PROVED) {
      // After a stock handshake it came too late for our patience; a new connection may do better.
      throw malformed("%s (expected: none after the handshake)", AsocExtensionCodec.kindName(kind));
    }
    if (!incoming.extended || kind < 0) {
      return new Message.Opaque(AsocHeader.CONTROL, payload);
    }
    TensorHeader known = kind == AsocExtension.WHOLE ? wholes.known(payload) : null;
    if (known != null) {
      return whole(requireNamed(id), payload, known, landing);
    }
    AsocExtension extension = AsocExtensionCodec.decode(payload, limits.streams(), incoming.offset);
    if (extension instanceof AsocExtension.Credit(long bytes)) {
      if (incoming.outflow != null) {
        incoming.outflow.credit(id, bytes);
      }
      return null;
    }
    if (kind < AsocExtension.PING) {
      return ofStream(requireNamed(id), extension, landing);
    }
    payloads.idle();
    return AsocWords.message(extension, payload);
  }

  private @Nullable Message ofStream(int id, AsocExtension extension, Landing landing)
      throws IOException {
    return switch (extension) {
      case AsocExtension.Open open -> openings.open(id, open, landing);
      case AsocExtension.Whole whole -> whole(id, whole, landing);
      case AsocExtension.Ask ask -> openings.ask(id, ask);
      case AsocExtension.Held(long bytes, AsocBytes value) ->
          new Message.Held(id, bytes, value.hex());
      case AsocExtension.From(long bytes) -> openings.from(id, bytes, landing);
      case AsocExtension.Digest(AsocBytes value) -> promise(id, value);
      case AsocExtension.Packed packing -> pack(id, packing);
      case AsocExtension.Abort(int code, String text) -> aborted(id, code, text);
      case AsocExtension.Cancel(int code, String text) -> cancelled(id, code, text);
      case AsocExtension.Receipt(int code, long bytes, String text) ->
          new Message.Receipt(id, code, bytes, text);
      case AsocExtension.Reference reference -> {
        openings.requireNew(id, "REFERENCE");
        yield AsocSharing.message(id, reference, limits.streams(), incoming.offset);
      }
      default -> new Message.Opaque(AsocHeader.CONTROL, payloads.last(AsocHeader.length(header)));
    };
  }

  private @Nullable Message pack(int id, AsocExtension.Packed packing)
      throws PeerException.Malformed {
    AsocStream stream = streams.find(id);
    if (stream == null || !AsocParcels.mayBegin(stream)) {
      throw malformed("PACKED (expected: once, between OPEN and the first DATA)");
    }
    String trouble = payloads.unpack(stream, packing);
    if (trouble != null) {
      abandon(stream, trouble);
      streams.replace(stream, new AsocStream.Declined(stream));
      return new Message.Declined(id, FaultCode.UNSUPPORTED.code(), trouble);
    }
    return null;
  }

  private Message cancelled(int id, int code, String text) {
    if (incoming.outflow != null) {
      incoming.outflow.cancel(id, code, text);
    }
    return new Message.Cancel(id, code, text);
  }

  /// Takes a stream that came in one frame and is described as the last one was.
  private @Nullable Message whole(
      int id, MemorySegment payload, TensorHeader known, Landing landing) throws IOException {
    AsocCursor in = wholes.behind(payload, incoming.offset);
    AsocBytes digest = in.bytes(in.u8("digest length"), "digest value");
    MemorySegment content = in.segment(known.byteSize(), "content");
    in.finish();
    return whole(id, openings.open(id, known, landing), digest, content, landing);
  }

  private @Nullable Message whole(int id, AsocExtension.Whole whole, Landing landing)
      throws IOException {
    Message declined = openings.open(id, whole.open(), landing);
    if (declined == null) {
      MemorySegment payload = payloads.last(AsocHeader.length(header));
      wholes.keep(payload, whole.open(), AsocTypes.header(whole.open(), incoming.offset));
    }
    return whole(id, declined, whole.digest(), whole.content(), landing);
  }

  /// Takes what such a stream brought as if it had come in several frames.
  private @Nullable Message whole(
      int id, @Nullable Message declined, AsocBytes digest, MemorySegment content, Landing landing)
      throws IOException {
    AsocHeader.put(header, AsocHeader.DATA, id, 0, (int) AsocHeader.length(header));
    payloads.lay(content);
    try {
      Message dropped = data(id, content.byteSize(), landing);
      if (digest.length() > 0) {
        promise(id, digest);
      }
      Message last = finish(Objects.requireNonNull(streams.find(id)));
      Message first = declined == null ? dropped : declined;
      return first == null ? last : first;
    } finally {
      payloads.lift();
    }
  }

  private @Nullable Message promise(int id, AsocBytes value) throws PeerException.Malformed {
    switch (streams.find(id)) {
      case AsocStream.Declined _ -> {}
      case AsocParked parked
          when value.length() == AsocTypes.digestBytes(parked.header().digest())
              && parked.promise(value) -> {}
      case AsocStream.Described described
          when described.promised == null
              && value.length() == AsocTypes.digestBytes(described.header.digest()) ->
          described.promised = value;
      case null, default ->
          throw malformed("DIGEST of %d bytes (expected: one as OPEN announced)", value.length());
    }
    return null;
  }

  private @Nullable Message aborted(int id, int code, String text) {
    AsocStream stream = streams.find(id);
    if (stream != null) {
      remove(stream);
      abandon(stream, "the peer gave it up: " + text);
    }
    // Of a declined stream the caller has heard already.
    return stream instanceof AsocStream.Declined ? null : new Message.Abort(id, code, text);
  }

  private int requireNamed(int id) throws PeerException.Malformed {
    if (id == 0) {
      throw malformed(
          "stream: 0 (expected: any other) of %s", AsocHeader.typeName(AsocHeader.type(header)));
    }
    return id;
  }

  private void requireSequence(AsocStream stream) throws PeerException.Malformed {
    long sequence = Integer.toUnsignedLong(AsocHeader.sequence(header));
    if (sequence != stream.frames) {
      throw malformed(
          "sequence: %d (expected: %d) of %s on stream %s",
          sequence,
          stream.frames,
          AsocHeader.typeName(AsocHeader.type(header)),
          Integer.toUnsignedString(stream.id));
    }
  }

  static void requireSize(Tensor tensor, long bytes) {
    if (tensor.byteSize() != bytes) {
      tensor.close();
      throw new IllegalStateException(
          "landed tensor: " + tensor.byteSize() + " bytes (expected: " + bytes + ")");
    }
  }

  private PeerException.Malformed malformed(String format, Object... values) {
    return incoming.malformed(format, values);
  }
}
