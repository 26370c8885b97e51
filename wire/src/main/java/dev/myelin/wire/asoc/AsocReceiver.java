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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Frames to messages, for one thread.
///
/// A DATA frame of a described stream goes from the source straight into the tensor; no frame costs
/// an allocation. Everything a peer can make this side keep is counted in [Limits].
final class AsocReceiver {
  /// How many streams, for one that may be open, are remembered as declined until their end.
  private static final int DECLINED_STREAMS = 16;

  /// Up to this size a chunk is shown where it lies before it is landed.
  private static final int SHOWN_BYTES = 4 << 10;

  private final ByteSource in;
  private final AsocPayloads payloads;
  private final Limits limits;
  private final boolean extended;
  private final MemorySegment header = MemorySegment.ofArray(new byte[AsocHeader.SIZE]);
  private final AsocStreams streams = new AsocStreams();
  private final @Nullable AsocOutflow outflow;
  private final AsocInflow inflow = new AsocInflow();

  /// What comes before the next frame.
  private final Deque<Message> due = new ArrayDeque<>();

  private final AsocUnwanted unwanted = new AsocUnwanted();

  /// Where the present frame begins in the input.
  private long offset;

  /// Shows a chunk to the landing; made once, so that a frame costs no allocation.
  private final ByteSource.Visitor shower = this::show;

  // Of the chunk being shown.
  private @Nullable AsocStream shownStream;
  private @Nullable Landing shownTo;

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
    this.extended = proof == Introduction.Proof.MUTUAL;
    this.outflow = outflow;
    this.offset = offset;
  }

  @Nullable Message receive(Landing landing) throws IOException {
    while (due.isEmpty() && in.readFully(header)) {
      AsocCodec.checkHeader(header, limits.frames(), offset);
      long length = AsocHeader.length(header);
      Message message = frame(AsocHeader.stream(header), length, landing);
      offset += AsocHeader.SIZE + length;
      dropUnwanted();
      if (message != null) {
        return message;
      }
    }
    if (!due.isEmpty()) {
      return due.poll();
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
        streams.replace(stream, new AsocStream.Declined(stream.id, stream.limit));
        due.add(each);
      }
    }
  }

  /// Gives up every stream under way.
  void abandon(String reason) {
    for (AsocStream stream : streams.clear()) {
      abandon(stream, reason);
    }
  }

  private void abandon(AsocStream stream, String reason) {
    switch (stream) {
      case AsocStream.Described described -> described.abandon(reason);
      case AsocParked parked -> addDue(parked.abandon(reason));
      case AsocStream.Asked _, AsocStream.Plain _, AsocStream.Declined _ -> {}
    }
  }

  private void addDue(@Nullable Message message) {
    if (message != null) {
      due.add(message);
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
      if (isCrowded()) {
        requireSequence(new AsocStream.Plain(id));
        payloads.drop(length);
        return declineOne(id, 1);
      }
      stream = new AsocStream.Plain(id);
      streams.add(stream);
    }
    requireSequence(stream);
    count(stream, length);
    stream.frames++;
    return switch (stream) {
      case AsocStream.Described described -> fill(described, length);
      case AsocParked parked -> stash(parked, length);
      case AsocStream.Plain plain -> chunk(plain, length, landing);
      case AsocStream.Declined declined -> {
        declined.bytes += length;
        payloads.drop(length);
        yield null;
      }
      case AsocStream.Asked _ -> throw malformed("DATA (expected: RESUME first)");
    };
  }

  /// Counts a frame in the windows of its stream and of the connection.
  private void count(AsocStream stream, long length) throws PeerException.Malformed {
    if (outflow == null || stream instanceof AsocStream.Plain) {
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
      count(cost, stream instanceof AsocParked parked ? parked : null);
    }
  }

  private void count(long cost, @Nullable AsocParked parked) throws PeerException.Malformed {
    if (outflow != null) {
      inflow.count(cost, offset);
      addDue(parked == null ? inflow.settle(cost) : parked.count(cost));
    }
  }

  private @Nullable Message fill(AsocStream.Described stream, long length) throws IOException {
    requireFit(stream, length, stream.segment.byteSize(), stream.promised);
    try {
      stream.landing.prepare(stream.id, stream.header, stream.bytes + length);
    } catch (PeerException e) {
      int code = AsocTypes.codeOf(e);
      String text = String.valueOf(e.getMessage());
      stream.abandon(text);
      return declineRest(stream, length, code, text);
    }
    payloads.read(stream.segment, stream.bytes, length);
    addDue(stream.landed(length));
    return null;
  }

  private @Nullable Message stash(AsocParked stream, long length) throws IOException {
    requireFit(stream, length, stream.header().byteSize(), stream.promised());
    MemorySegment stash;
    try {
      stash = stream.toFill(length);
    } catch (PeerException.Overloaded e) {
      String text = String.valueOf(e.getMessage());
      addDue(stream.abandon(text));
      return declineRest(stream, length, FaultCode.OVERLOADED.code(), text);
    }
    payloads.read(stash, stream.bytes, length);
    stream.bytes += length;
    stream.filled(length);
    return null;
  }

  private void requireFit(AsocStream stream, long length, long size, @Nullable AsocBytes promised)
      throws PeerException.Malformed {
    if (length > size - stream.bytes) {
      throw malformed(
          "length: %d (expected: <= %d of %d bytes) of DATA", length, size - stream.bytes, size);
    }
    if (promised != null) {
      throw malformed("DATA behind DIGEST (expected: END)");
    }
  }

  private @Nullable Message chunk(AsocStream.Plain stream, long length, Landing landing)
      throws IOException {
    if (length > limits.streams().tensorBytes() - stream.bytes) {
      String text = "more than " + limits.streams().tensorBytes() + " bytes, the limit of a tensor";
      return declineRest(stream, length, FaultCode.TOO_LARGE.code(), text);
    }
    if (length < SHOWN_BYTES && isTaken(stream, (int) length, landing)) {
      stream.bytes += length;
      return null;
    }
    Tensor tensor;
    try {
      tensor = landing.landChunk(stream.id, stream.frames - 1, length);
    } catch (PeerException e) {
      return declineRest(stream, length, AsocTypes.codeOf(e), String.valueOf(e.getMessage()));
    }
    try {
      requireSize(tensor, length);
      payloads.read(tensor.segment(), 0, length);
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

  private Message declineRest(AsocStream stream, long length, int code, String text)
      throws IOException {
    streams.replace(stream, new AsocStream.Declined(stream.id, stream.limit));
    payloads.drop(length);
    return new Message.Declined(stream.id, code, text);
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
      streams.remove(ended);
    }
    return message;
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
    if (!extended || kind < 0) {
      return new Message.Opaque(AsocHeader.CONTROL, payload);
    }
    AsocExtension extension = AsocExtensionCodec.decode(payload, limits.streams(), offset);
    if (extension instanceof AsocExtension.Credit(long bytes)) {
      if (outflow != null) {
        outflow.credit(id, bytes);
      }
      return null;
    }
    return kind < AsocExtension.PING
        ? ofStream(requireNamed(id), extension, landing)
        : AsocWords.message(extension, payload);
  }

  private @Nullable Message ofStream(int id, AsocExtension extension, Landing landing)
      throws IOException {
    return switch (extension) {
      case AsocExtension.Open open -> open(id, open, landing);
      case AsocExtension.Whole whole -> whole(id, whole, landing);
      case AsocExtension.Ask ask -> ask(id, ask);
      case AsocExtension.Held(long bytes, AsocBytes value) ->
          new Message.Held(id, bytes, value.hex());
      case AsocExtension.From(long bytes) -> from(id, bytes, landing);
      case AsocExtension.Digest(AsocBytes value) -> promise(id, value);
      case AsocExtension.Abort(int code, String text) -> aborted(id, code, text);
      case AsocExtension.Cancel(int code, String text) -> cancelled(id, code, text);
      case AsocExtension.Receipt(int code, long bytes, String text) ->
          new Message.Receipt(id, code, bytes, text);
      case AsocExtension.Reference reference -> {
        requireNew(id, "REFERENCE");
        yield AsocSharing.message(id, reference, limits.streams(), offset);
      }
      default -> new Message.Opaque(AsocHeader.CONTROL, payloads.last(AsocHeader.length(header)));
    };
  }

  private void requireNew(int id, String what) throws PeerException.Malformed {
    if (streams.find(id) != null) {
      throw malformed("%s of stream %s, which is open", what, Integer.toUnsignedString(id));
    }
  }

  private Message cancelled(int id, int code, String text) {
    if (outflow != null) {
      outflow.cancel(id, code, text);
    }
    return new Message.Cancel(id, code, text);
  }

  private @Nullable Message open(int id, AsocExtension.Open open, Landing landing)
      throws IOException {
    Message declined = undesirable(id, open);
    return declined == null ? land(id, AsocTypes.header(open, offset), landing) : declined;
  }

  /// Returns how a stream is declined that this side cannot take in any case.
  private @Nullable Message undesirable(int id, AsocExtension.Open open)
      throws PeerException.Malformed {
    requireNew(id, "OPEN");
    if (!AsocTypes.areKnown(open)) {
      return decline(
          id,
          FaultCode.UNSUPPORTED.code(),
          "dtype %d, digest %d (expected: known ones)".formatted(open.dtype(), open.digest()));
    }
    TensorHeader _ = AsocTypes.header(open, offset);
    if (open.byteLength() > limits.streams().tensorBytes()) {
      return decline(
          id,
          FaultCode.TOO_LARGE.code(),
          "%d bytes (expected: <= %d)"
              .formatted(open.byteLength(), limits.streams().tensorBytes()));
    }
    return null;
  }

  private Message ask(int id, AsocExtension.Ask ask) throws PeerException.Malformed {
    Message declined = undesirable(id, ask.open());
    if (declined != null) {
      return declined;
    }
    TensorHeader described = AsocTypes.header(ask.open(), offset);
    if (described.digest() == TensorHeader.Digest.NONE) {
      throw malformed("digest: NONE (expected: another) of RESUME");
    }
    if (isCrowded()) {
      return declineOne(id, 0);
    }
    streams.add(new AsocStream.Asked(id, described, firstLimit()));
    return new Message.Ask(id, described, ask.identity().hex());
  }

  private @Nullable Message from(int id, long bytes, Landing landing) throws IOException {
    AsocStream stream = streams.find(id);
    if (stream instanceof AsocStream.Declined) {
      return null;
    }
    if (!(stream instanceof AsocStream.Asked asked) || bytes > asked.header.byteSize()) {
      throw malformed("RESUME from byte %d (expected: within a stream that asked)", bytes);
    }
    streams.remove(asked);
    Landing.Resumed resumed;
    try {
      resumed = landing.resume(id, asked.header, bytes);
    } catch (PeerException e) {
      return decline(id, AsocTypes.codeOf(e), String.valueOf(e.getMessage()));
    }
    requireSize(resumed.tensor(), asked.header.byteSize());
    long limit = outflow == null ? Long.MAX_VALUE : bytes + AsocCredit.STREAM_WINDOW;
    begin(new AsocStream.Described(asked, resumed, landing, limit));
    return null;
  }

  /// Takes a stream that came in one frame as if it had come in several.
  private @Nullable Message whole(int id, AsocExtension.Whole whole, Landing landing)
      throws IOException {
    AsocHeader.put(header, AsocHeader.DATA, id, 0, (int) AsocHeader.length(header));
    Message declined = open(id, whole.open(), landing);
    payloads.lay(whole.content());
    try {
      Message dropped = data(id, whole.content().byteSize(), landing);
      if (whole.digest().length() > 0) {
        promise(id, whole.digest());
      }
      Message last = finish(Objects.requireNonNull(streams.find(id)));
      Message first = declined == null ? dropped : declined;
      return first == null ? last : first;
    } finally {
      payloads.lift();
    }
  }

  private @Nullable Message land(int id, TensorHeader described, Landing landing)
      throws IOException {
    if (isCrowded()) {
      count(AsocCredit.LEAST, null);
      return declineOne(id, 0);
    }
    Tensor tensor;
    try {
      tensor = landing.land(id, described);
    } catch (PeerException e) {
      return decline(id, AsocTypes.codeOf(e), String.valueOf(e.getMessage()));
    }
    if (tensor == null) {
      park(id, described, landing);
      return null;
    }
    requireSize(tensor, described.byteSize());
    begin(new AsocStream.Described(id, described, tensor, landing, firstLimit()));
    return null;
  }

  private void begin(AsocStream.Described stream) throws PeerException.Malformed {
    streams.add(stream);
    count(AsocCredit.LEAST, null);
    if (outflow != null) {
      long window = stream.landing.window(stream.id, stream.header);
      addDue(stream.grant(stream.header.byteSize(), stream.bytes, window));
    }
  }

  private void park(int id, TensorHeader described, Landing landing)
      throws PeerException.Malformed {
    if (outflow == null) {
      throw new IllegalStateException(
          "landing: later for %s (expected: memory, for the peer knows no credit)"
              .formatted(described.name()));
    }
    AsocParked parked = new AsocParked(id, described, landing, inflow);
    streams.add(parked);
    count(AsocCredit.LEAST, parked);
    landing.parked(parked);
  }

  private long firstLimit() {
    return outflow == null ? Long.MAX_VALUE : AsocCredit.STREAM_WINDOW;
  }

  private Message decline(int id, int code, String text) throws PeerException.Malformed {
    count(AsocCredit.LEAST, null);
    streams.add(new AsocStream.Declined(id, firstLimit()));
    return new Message.Declined(id, code, text);
  }

  private boolean isCrowded() {
    return streams.size() >= limits.streams().open();
  }

  /// Declines a stream because there are too many; what is declined is remembered until its end, so
  /// that has a bound too.
  private Message declineOne(int id, long frames) throws PeerException.Malformed {
    int open = limits.streams().open();
    // A stock peer could not be told.
    if (streams.size() >= (extended ? (long) open * DECLINED_STREAMS : open)) {
      throw malformed("open streams: %d (expected: <= %d)", streams.size() + 1, open);
    }
    AsocStream declined = new AsocStream.Declined(id, firstLimit());
    declined.frames = frames;
    streams.add(declined);
    String text = "open streams: more than %d (expected: <= %d)".formatted(open, open);
    return new Message.Declined(id, FaultCode.OVERLOADED.code(), text);
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
      streams.remove(stream);
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
    return AsocCodec.malformed(offset, format, values);
  }
}
