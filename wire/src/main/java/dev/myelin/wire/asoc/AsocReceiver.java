package dev.myelin.wire.asoc;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
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
import org.jspecify.annotations.Nullable;

/// Frames to messages, for one thread.
///
/// A DATA frame of a described stream goes from the source straight into the tensor; no frame costs
/// an allocation. Everything a peer can make this side keep is counted in [Limits].
final class AsocReceiver {
  /// How many bytes of a declined stream are read at once.
  private static final int DRAIN_BYTES = 64 << 10;

  private static final MemorySegment EMPTY = MemorySegment.ofArray(new byte[0]);

  private final ByteSource in;
  private final Limits limits;
  private final boolean extended;
  private final MemorySegment header = MemorySegment.ofArray(new byte[AsocHeader.SIZE]);
  private final AsocStreams streams = new AsocStreams();

  /// Holds one payload that is not of a tensor, or a part of one that is dropped.
  private MemorySegment scratch = EMPTY;

  /// Where the present frame begins in the input.
  private long offset;

  /// @param offset how many bytes of the input the handshake took
  AsocReceiver(ByteSource in, Limits limits, Introduction.Proof proof, long offset) {
    this.in = in;
    this.limits = limits;
    this.extended = proof == Introduction.Proof.MUTUAL;
    this.offset = offset;
  }

  @Nullable Message receive(Landing landing) throws IOException {
    while (in.readFully(header)) {
      AsocCodec.checkHeader(header, limits.frames(), offset);
      long length = AsocHeader.length(header);
      Message message = frame(AsocHeader.stream(header), length, landing);
      offset += AsocHeader.SIZE + length;
      if (message != null) {
        return message;
      }
    }
    abandon("the peer ended the connection inside this stream");
    return null;
  }

  /// Gives up every stream under way.
  void abandon(String reason) {
    for (AsocStream stream : streams.clear()) {
      if (stream instanceof AsocStream.Described described) {
        described.abandon(reason);
      }
    }
  }

  /// Reads the payload of the present frame; null where that makes no message yet.
  private @Nullable Message frame(int stream, long length, Landing landing) throws IOException {
    return switch (AsocHeader.type(header)) {
      case AsocHeader.DATA -> data(stream, length, landing);
      case AsocHeader.END -> end(stream, length);
      case AsocHeader.CONTROL -> control(stream, length, landing);
      default -> new Message.Opaque(AsocHeader.type(header), payload(length));
    };
  }

  private @Nullable Message data(int id, long length, Landing landing) throws IOException {
    requireNamed(id);
    AsocStream stream = streams.get(id);
    if (stream == null) {
      stream = new AsocStream.Plain(id);
      add(stream);
    }
    requireSequence(stream);
    stream.frames++;
    return switch (stream) {
      case AsocStream.Described described -> fill(described, length);
      case AsocStream.Plain plain -> chunk(plain, length, landing);
      case AsocStream.Declined _ -> drain(length);
    };
  }

  private @Nullable Message fill(AsocStream.Described stream, long length) throws IOException {
    long size = stream.segment.byteSize();
    if (length > size - stream.bytes) {
      throw malformed(
          "length: %d (expected: <= %d of %d bytes) of DATA", length, size - stream.bytes, size);
    }
    if (stream.promised != null) {
      throw malformed("DATA behind DIGEST (expected: END)");
    }
    Message.Declined declined = prepare(stream, length);
    if (declined != null) {
      return declined;
    }
    read(stream.segment, stream.bytes, length);
    if (stream.digest != null) {
      stream.digest.update(stream.bytes, length);
    }
    stream.bytes += length;
    stream.landing.landed(stream.id, stream.header, stream.bytes);
    return null;
  }

  /// Returns null if the memory of the stream takes the next bytes; else drops them.
  private Message.@Nullable Declined prepare(AsocStream.Described stream, long length)
      throws IOException {
    try {
      stream.landing.prepare(stream.id, stream.header, stream.bytes + length);
      return null;
    } catch (PeerException e) {
      int code = codeOf(e);
      String text = String.valueOf(e.getMessage());
      stream.abandon(text);
      streams.replace(stream, new AsocStream.Declined(stream.id));
      drain(length);
      return new Message.Declined(stream.id, code, text);
    }
  }

  /// Returns the code with which a stream is declined; throws again what ends the session.
  private static int codeOf(PeerException e) throws PeerException {
    return switch (e) {
      case PeerException.Overloaded _ -> FaultCode.OVERLOADED.code();
      case PeerException.Refused _ -> FaultCode.REFUSED.code();
      case PeerException.Faulted faulted -> faulted.code();
      default -> throw e;
    };
  }

  private @Nullable Message chunk(AsocStream.Plain stream, long length, Landing landing)
      throws IOException {
    if (length > limits.streams().tensorBytes() - stream.bytes) {
      String text = "more than " + limits.streams().tensorBytes() + " bytes, the limit of a tensor";
      return declineChunk(stream, length, FaultCode.TOO_LARGE.code(), text);
    }
    Tensor tensor;
    try {
      tensor = landing.landChunk(stream.id, stream.frames - 1, length);
    } catch (PeerException e) {
      return declineChunk(stream, length, codeOf(e), String.valueOf(e.getMessage()));
    }
    try {
      requireSize(tensor, length);
      read(tensor.segment(), 0, length);
    } catch (IOException | RuntimeException e) {
      tensor.close();
      throw e;
    }
    stream.bytes += length;
    return new Message.TensorData(stream.id, stream.frames - 1, tensor);
  }

  private Message declineChunk(AsocStream stream, long length, int code, String text)
      throws IOException {
    streams.replace(stream, new AsocStream.Declined(stream.id));
    drain(length);
    return new Message.Declined(stream.id, code, text);
  }

  private @Nullable Message end(int id, long length) throws IOException {
    requireNamed(id);
    AsocStream stream = streams.get(id);
    // A lone END is an empty tensor.
    AsocStream ending = stream == null ? new AsocStream.Plain(id) : stream;
    requireSequence(ending);
    drain(length);
    Message message =
        switch (ending) {
          case AsocStream.Described described -> complete(described);
          case AsocStream.Plain plain -> new Message.End(plain.id);
          case AsocStream.Declined _ -> null;
        };
    if (stream != null) {
      streams.remove(stream);
    }
    return message;
  }

  private Message complete(AsocStream.Described stream) throws PeerException.Malformed {
    if (stream.bytes != stream.segment.byteSize()) {
      throw malformed(
          "bytes: %d (expected: %d) before END", stream.bytes, stream.segment.byteSize());
    }
    if (stream.digest == null) {
      return new Message.Transfer(stream.id, stream.header, stream.tensor, "");
    }
    AsocBytes promised = stream.promised;
    if (promised == null) {
      throw malformed("no DIGEST (expected: %s before END)", stream.header.digest());
    }
    if (!promised.equals(stream.digest.value())) {
      String text = stream.header.digest() + " of what arrived differs from the sender's";
      stream.abandon(text);
      return new Message.Declined(stream.id, FaultCode.DIGEST_MISMATCH.code(), text);
    }
    return new Message.Transfer(stream.id, stream.header, stream.tensor, promised.hex());
  }

  private @Nullable Message control(int id, long length, Landing landing) throws IOException {
    if (length == 0) {
      return new Message.Alive();
    }
    MemorySegment payload = payload(length);
    int kind = AsocExtensionCodec.kind(payload);
    if (kind >= AsocExtension.OFFER && kind <= AsocExtension.PROVED) {
      // After a stock handshake it came too late for our patience; a new connection may do better.
      throw malformed("%s (expected: none after the handshake)", AsocExtensionCodec.kindName(kind));
    }
    if (!extended || kind < 0) {
      return new Message.Opaque(AsocHeader.CONTROL, payload);
    }
    AsocExtension extension = AsocExtensionCodec.decode(payload, limits.streams(), offset);
    return kind < AsocExtension.PING
        ? ofStream(requireNamed(id), extension, landing)
        : ofConnection(extension, payload);
  }

  private @Nullable Message ofStream(int id, AsocExtension extension, Landing landing)
      throws IOException {
    return switch (extension) {
      case AsocExtension.Open open -> open(id, open, landing);
      case AsocExtension.Digest(AsocBytes value) -> promise(id, value);
      case AsocExtension.Abort(int code, String text) -> aborted(id, code, text);
      case AsocExtension.Cancel(int code, String text) -> new Message.Cancel(id, code, text);
      case AsocExtension.Receipt(int code, long bytes, String text) ->
          new Message.Receipt(id, code, bytes, text);
      default -> new Message.Opaque(AsocHeader.CONTROL, scratchPayload());
    };
  }

  private Message ofConnection(AsocExtension extension, MemorySegment payload) {
    return switch (extension) {
      case AsocExtension.Ping(long token) -> new Message.Ping(token);
      case AsocExtension.Pong(long token) -> new Message.Pong(token);
      case AsocExtension.Goodbye(int code, String text) -> new Message.Goodbye(code, text);
      case AsocExtension.Fault(int code, String text) -> new Message.Fault(code, text);
      case AsocExtension.Contacts(var contacts) -> new Message.Contacts(contacts);
      default -> new Message.Opaque(AsocHeader.CONTROL, payload);
    };
  }

  private @Nullable Message open(int id, AsocExtension.Open open, Landing landing)
      throws IOException {
    if (streams.get(id) != null) {
      throw malformed("OPEN of stream %s, which is open", Integer.toUnsignedString(id));
    }
    DType dtype = AsocTypes.dtype(open.dtype());
    TensorHeader.Digest digest = AsocTypes.digest(open.digest());
    if (dtype == null || digest == null) {
      return decline(
          id,
          FaultCode.UNSUPPORTED.code(),
          "dtype %d, digest %d (expected: known ones)".formatted(open.dtype(), open.digest()));
    }
    TensorHeader described = header(open, dtype, digest);
    if (open.byteLength() > limits.streams().tensorBytes()) {
      return decline(
          id,
          FaultCode.TOO_LARGE.code(),
          "%d bytes (expected: <= %d)"
              .formatted(open.byteLength(), limits.streams().tensorBytes()));
    }
    return land(id, described, landing);
  }

  private TensorHeader header(AsocExtension.Open open, DType dtype, TensorHeader.Digest digest)
      throws PeerException.Malformed {
    TensorHeader described;
    try {
      long[] dims = open.dims().stream().mapToLong(Long::longValue).toArray();
      described = new TensorHeader(open.name(), dtype, Shape.of(dims), digest);
    } catch (IllegalArgumentException e) {
      throw malformed("%s of OPEN", String.valueOf(e.getMessage()));
    }
    if (described.byteSize() != open.byteLength()) {
      throw malformed(
          "byte length: %d (expected: %d for %s%s) of OPEN",
          open.byteLength(), described.byteSize(), dtype, described.shape());
    }
    return described;
  }

  private @Nullable Message land(int id, TensorHeader described, Landing landing)
      throws IOException {
    requireRoom();
    Tensor tensor;
    try {
      tensor = landing.land(id, described);
    } catch (PeerException e) {
      return decline(id, codeOf(e), String.valueOf(e.getMessage()));
    }
    requireSize(tensor, described.byteSize());
    add(new AsocStream.Described(id, described, tensor, landing));
    return null;
  }

  private Message decline(int id, int code, String text) throws PeerException.Malformed {
    add(new AsocStream.Declined(id));
    return new Message.Declined(id, code, text);
  }

  private @Nullable Message promise(int id, AsocBytes value) throws PeerException.Malformed {
    switch (streams.get(id)) {
      case AsocStream.Declined _ -> {}
      case AsocStream.Described described
          when described.promised == null
              && value.length() == digestBytes(described.header.digest()) ->
          described.promised = value;
      case null, default ->
          throw malformed("DIGEST of %d bytes (expected: one as OPEN announced)", value.length());
    }
    return null;
  }

  private static int digestBytes(TensorHeader.Digest digest) {
    return switch (digest) {
      case NONE -> -1;
      case CRC32C -> 4;
      case SHA256 -> 32;
    };
  }

  private @Nullable Message aborted(int id, int code, String text) {
    AsocStream stream = streams.get(id);
    if (stream != null) {
      streams.remove(stream);
    }
    if (stream instanceof AsocStream.Described described) {
      described.abandon("the peer gave it up: " + text);
    }
    // Of a declined stream the caller has heard already.
    return stream instanceof AsocStream.Declined ? null : new Message.Abort(id, code, text);
  }

  private void add(AsocStream stream) throws PeerException.Malformed {
    requireRoom();
    streams.add(stream);
  }

  private void requireRoom() throws PeerException.Malformed {
    if (streams.size() >= limits.streams().open()) {
      throw malformed("open streams: %d (expected: <= %d)", streams.size() + 1, streams.size());
    }
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

  private static void requireSize(Tensor tensor, long bytes) {
    if (tensor.byteSize() != bytes) {
      tensor.close();
      throw new IllegalStateException(
          "landed tensor: " + tensor.byteSize() + " bytes (expected: " + bytes + ")");
    }
  }

  private void read(MemorySegment target, long at, long length) throws IOException {
    if (length > 0 && !in.readFully(target, at, length)) {
      throw new PeerException.Closed("ended inside a frame", false, null);
    }
  }

  /// Reads and drops.
  private @Nullable Message drain(long length) throws IOException {
    for (long left = length; left > 0; ) {
      MemorySegment buffer = scratch(Math.min(left, DRAIN_BYTES));
      long part = Math.min(left, buffer.byteSize());
      read(buffer, 0, part);
      left -= part;
    }
    return null;
  }

  /// Reads a payload that is not of a tensor; borrowed until the next one.
  private MemorySegment payload(long length) throws IOException {
    MemorySegment buffer = scratch(length);
    read(buffer, 0, length);
    return buffer.asSlice(0, length).asReadOnly();
  }

  private MemorySegment scratchPayload() {
    return scratch.asSlice(0, AsocHeader.length(header)).asReadOnly();
  }

  // Grows by doubling, so that a connection which never sees more than pings keeps a few bytes.
  private MemorySegment scratch(long length) {
    if (scratch.byteSize() < length) {
      long size = Math.max(256, Long.highestOneBit(length - 1) << 1);
      scratch = MemorySegment.ofArray(new byte[Math.toIntExact(size)]);
    }
    return scratch;
  }

  private PeerException.Malformed malformed(String format, Object... values) {
    return AsocCodec.malformed(offset, format, values);
  }
}
