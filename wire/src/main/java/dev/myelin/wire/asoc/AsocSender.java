package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.ByteSink;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.Message.Contact;
import dev.myelin.wire.Precedence;
import dev.myelin.wire.Progress;
import dev.myelin.wire.RunningDigest;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Messages to frames, for any number of threads at once.
///
/// Each frame is one write, and the sink keeps writes whole, so the frames of concurrent streams
/// take turns. What a peer has no feature for is passed over.
final class AsocSender {
  /// The sequence of END counts the DATA frames in 32 bits.
  private static final long MOST_FRAMES = 0xFFFF_FFFFL;

  /// How many bytes of contacts travel in one frame; every receiver takes a kilobyte.
  private static final int CONTACT_BYTES = 900;

  /// Up to this size a lone DATA frame goes into the buffer of the sink, without a header of its
  /// own.
  private static final int SMALL_BYTES = 4 << 10;

  /// The bytes of a WHOLE besides extents, name and content: no more than this.
  private static final int MOST_FIXED = 64;

  private final ByteSink out;
  private final Limits limits;
  private final Set<AsocFeature> features;
  private final @Nullable AsocOutflow outflow;

  /// The DATA frames sent so far of each stream that nobody described. Guarded by itself.
  private final AsocCounts plain = new AsocCounts();

  /// The header of the lone small frame that is being written. Guarded by `plain`.
  private final MemorySegment smallHeader = MemorySegment.ofArray(new byte[AsocHeader.SIZE]);

  /// @param outflow the peer's credit; null where the two know none
  AsocSender(
      ByteSink out, Limits limits, Set<AsocFeature> features, @Nullable AsocOutflow outflow) {
    this.out = out;
    this.limits = limits;
    this.features = features;
    this.outflow = outflow;
  }

  /// Returns when the last byte of a message has left.
  void send(Message message, Progress progress) throws IOException {
    post(message, progress);
    out.flush();
  }

  /// Writes a message; small frames of it may stay in the buffer of the sink.
  void post(Message message, Progress progress) throws IOException {
    switch (message) {
      case Message.Transfer transfer -> transfer(transfer, progress);
      case Message.Ask(int stream, TensorHeader header, String identity) ->
          extend(AsocFeature.RESUME, named(stream), ask(header, identity));
      case Message.Held(int stream, long bytes, String digestHex) ->
          extend(AsocFeature.RESUME, named(stream), new AsocExtension.Held(bytes, hex(digestHex)));
      case Message.Rest rest -> rest(rest, progress);
      case Message.TensorData(int stream, long _, Tensor tensor) -> chunk(stream, tensor, progress);
      case Message.End(int stream) -> end(stream);
      case Message.Abort(int stream, int code, String text) -> abort(stream, code, text);
      case Message.Cancel(int stream, int code, String text) ->
          extend(AsocFeature.TENSORS, named(stream), new AsocExtension.Cancel(code, text));
      case Message.Receipt(int stream, int code, long bytes, String text) ->
          extend(AsocFeature.RECEIPTS, named(stream), new AsocExtension.Receipt(code, bytes, text));
      case Message.Credit(int stream, long bytes) ->
          extend(AsocFeature.WINDOWS, stream, new AsocExtension.Credit(bytes));
      case Message.Ping(long token) -> extend(AsocFeature.ALIVE, 0, new AsocExtension.Ping(token));
      case Message.Pong(long token) -> extend(AsocFeature.ALIVE, 0, new AsocExtension.Pong(token));
      // Stock peers read an empty CONTROL as a sign of life too.
      case Message.Alive() -> write(AsocCodec.control(0, new byte[0]));
      case Message.Goodbye(int code, String text) ->
          extend(AsocFeature.FAREWELL, 0, new AsocExtension.Goodbye(code, text));
      case Message.Fault(int code, String text) ->
          extend(AsocFeature.FAREWELL, 0, new AsocExtension.Fault(code, text));
      case Message.Contacts(List<Contact> contacts) -> contacts(contacts);
      case Message.Serves() -> extend(AsocFeature.CONTACTS, 0, new AsocExtension.Serves());
      case Message.Meet meet -> extend(AsocFeature.SHARED, 0, new AsocExtension.Meet(meet));
      case Message.Met met -> extend(AsocFeature.SHARED, 0, new AsocExtension.Met(met));
      case Message.Move() -> extend(AsocFeature.SHARED, 0, new AsocExtension.Move());
      case Message.Free(List<Long> ids) -> free(ids);
      case Message.Reference reference -> reference(reference);
      case Message.Opaque(int type, MemorySegment body) -> opaque(type, body);
      case Message.Declined _ ->
          throw new IllegalArgumentException("message: Declined (expected: one that is sent)");
    }
  }

  private void transfer(Message.Transfer transfer, Progress progress) throws IOException {
    int stream = named(transfer.stream());
    TensorHeader header = transfer.header();
    MemorySegment segment = segment(transfer);
    int chunk = chunkBytes(segment.byteSize());
    Precedence precedence = transfer.precedence();
    if (!features.contains(AsocFeature.TENSORS)) {
      Cut cut = new Cut(0, 0, chunk, precedence, null, null);
      end(precedence, stream, data(stream, segment, cut, null, progress));
      return;
    }
    if (isSmall(header)) {
      whole(transfer, segment, progress);
      return;
    }
    AsocExtension.Open open = open(header);
    try (AsocParcels parcels = parcels(transfer);
        AsocOutflow.Stream credit = credit(stream, header, 0, progress)) {
      control(precedence, stream, open);
      Cut cut = new Cut(0, 0, chunkBytes(chunk, parcels), precedence, credit, parcels);
      announce(cut, stream);
      RunningDigest digest = cut.digest(header.digest(), segment);
      finish(cut, stream, data(stream, segment, cut, digest, progress), digest);
    }
  }

  private static MemorySegment segment(Message.Transfer transfer) {
    MemorySegment segment = transfer.tensor().segment();
    if (segment.byteSize() != transfer.header().byteSize()) {
      throw new IllegalArgumentException(
          "tensor: %d bytes (expected: %d as its header says)"
              .formatted(segment.byteSize(), transfer.header().byteSize()));
    }
    return segment;
  }

  private void finish(Cut cut, int stream, long frames, @Nullable RunningDigest digest)
      throws IOException {
    if (digest != null) {
      AsocBytes value = AsocBytes.of(digest.value());
      control(cut.precedence(), stream, new AsocExtension.Digest(value));
    }
    end(cut.precedence(), stream, frames);
  }

  private AsocExtension.Ask ask(TensorHeader header, String identity) {
    return new AsocExtension.Ask(hex(identity), open(header));
  }

  private static AsocBytes hex(String digits) {
    return AsocBytes.of(HexFormat.of().parseHex(digits));
  }

  private void rest(Message.Rest rest, Progress progress) throws IOException {
    int stream = named(rest.transfer().stream());
    MemorySegment segment = segment(rest.transfer());
    Precedence precedence = rest.transfer().precedence();
    try (AsocParcels parcels = parcels(rest.transfer())) {
      int chunk = chunkBytes(chunkBytes(segment.byteSize()), parcels);
      Cut all = new Cut(0, 0, chunk, precedence, null, parcels);
      rest(stream, rest, all, common(rest, segment, all), progress);
    }
  }

  private void rest(int stream, Message.Rest rest, Cut all, RunningDigest digest, Progress progress)
      throws IOException {
    TensorHeader header = rest.transfer().header();
    long from = digest.bytes();
    try (AsocOutflow.Stream credit = credit(stream, header, from, progress)) {
      control(all.precedence(), stream, new AsocExtension.From(from));
      Cut cut = new Cut(from, 0, all.chunkBytes(), all.precedence(), credit, all.parcels());
      announce(cut, stream);
      report(progress, stream, from, header.byteSize());
      MemorySegment segment = rest.transfer().tensor().segment();
      finish(cut, stream, data(stream, segment, cut, digest, progress), digest);
    }
  }

  /// Returns the digest of what the receiver has, nothing if it has something else, or something
  /// behind which no chunk can begin.
  private static RunningDigest common(Message.Rest rest, MemorySegment segment, Cut all) {
    TensorHeader.Digest kind = rest.transfer().header().digest();
    RunningDigest digest = Objects.requireNonNull(all.digest(kind, segment), "digest");
    long held = rest.held().bytes();
    if (held == 0 || held > segment.byteSize() || held % all.unit() != 0) {
      return digest;
    }
    all.take(digest, segment, held);
    return digest.hex().equals(rest.held().digestHex())
        ? digest
        : Objects.requireNonNull(all.digest(kind, segment));
  }

  private void announce(Cut cut, int stream) throws IOException {
    AsocParcels parcels = cut.parcels();
    if (parcels != null) {
      control(cut.precedence(), stream, parcels.announcement());
    }
  }

  private static int chunkBytes(int plain, @Nullable AsocParcels parcels) {
    return parcels == null ? plain : parcels.chunkBytes(plain);
  }

  /// Returns whether a tensor goes in one frame with its description.
  private boolean isSmall(TensorHeader header) {
    int most = AsocExtension.Whole.CONTENT;
    return features.contains(AsocFeature.WHOLE)
        && header.byteSize() <= Math.min(most, limits.frames().chunkBytes())
        && 3L * header.name().length() + 8L * header.shape().rank() + MOST_FIXED
            <= AsocExtension.Whole.PAYLOAD - most;
  }

  private void whole(Message.Transfer transfer, MemorySegment segment, Progress progress)
      throws IOException {
    int stream = named(transfer.stream());
    TensorHeader header = transfer.header();
    byte[] name = name(header);
    long size = segment.byteSize();
    try (AsocOutflow.Stream credit = credit(stream, header, 0, progress)) {
      RunningDigest digest = RunningDigest.of(header.digest(), segment);
      byte[] value = {};
      if (digest != null) {
        digest.update(0, size);
        value = digest.value();
      }
      MemorySegment head = MemorySegment.ofArray(AsocWhole.head(stream, header, name, value));
      out.write(transfer.precedence(), head, segment, 0, size);
      if (credit != null) {
        credit.sent(size);
      }
    }
    progress.sent(size, size);
  }

  private @Nullable AsocParcels parcels(Message.Transfer transfer) {
    return features.contains(AsocFeature.PACKED) ? AsocParcels.of(transfer) : null;
  }

  /// Waits for room among what streams send unasked.
  private AsocOutflow.@Nullable Stream credit(
      int stream, TensorHeader header, long fromByte, Progress progress) throws IOException {
    return outflow == null ? null : outflow.open(stream, header, fromByte, progress);
  }

  private AsocExtension.Open open(TensorHeader header) {
    byte[] _ = name(header);
    return new AsocExtension.Open(
        AsocTypes.code(header.dtype()),
        AsocTypes.code(header.digest()),
        Arrays.stream(header.shape().toArray()).boxed().toList(),
        header.byteSize(),
        header.name());
  }

  /// Returns the name as it travels; refuses a description that no peer would take.
  private byte[] name(TensorHeader header) {
    byte[] name = AsocHash.utf8(header.name());
    Limits.Streams most = limits.streams();
    if (name.length > most.nameBytes() || header.shape().rank() > most.rank()) {
      throw new IllegalArgumentException(
          "name: %d bytes, rank: %d (expected: <= %d, <= %d)"
              .formatted(name.length, header.shape().rank(), most.nameBytes(), most.rank()));
    }
    return name;
  }

  private int chunkBytes(long total) {
    long chunk = Math.max(limits.frames().chunkBytes(), Math.ceilDiv(total, MOST_FRAMES));
    if (chunk > Math.max(limits.frames().frameBytes(), limits.frames().chunkBytes())) {
      throw new IllegalArgumentException(
          "tensor: %d bytes (expected: at most %d frames of %d bytes)"
              .formatted(total, MOST_FRAMES, limits.frames().frameBytes()));
    }
    return Math.toIntExact(chunk);
  }

  /// How a segment is cut: its first byte, the sequence of the first frame, the most bytes in each,
  /// their class, the peer's credit where it takes some, and what packs them if anything.
  private record Cut(
      long fromByte,
      long firstSequence,
      int chunkBytes,
      Precedence precedence,
      AsocOutflow.@Nullable Stream credit,
      @Nullable AsocParcels parcels) {
    /// Returns the size of the frame behind so many bytes; waits for credit.
    long next(long at, long total, Progress progress) throws IOException {
      long size = Math.min(chunkBytes, total - at);
      if (credit == null) {
        return size;
      }
      long allowed = credit.await(at + unit() - 1, progress) + unit() - 1;
      return Math.min(size, allowed - allowed % unit());
    }

    /// Returns of how many bytes each frame is a multiple.
    int unit() {
      return parcels == null ? 1 : parcels.unit();
    }

    /// Returns the digest of what arrives.
    @Nullable RunningDigest digest(TensorHeader.Digest kind, MemorySegment segment) {
      MemorySegment arriving = parcels == null ? segment : parcels.digested(segment, chunkBytes);
      return RunningDigest.of(kind, arriving);
    }

    /// Has the digest take the first bytes of the tensor as they arrive.
    void take(RunningDigest digest, MemorySegment segment, long bytes) {
      if (parcels == null) {
        digest.update(0, bytes);
      } else {
        parcels.take(digest, segment, bytes, chunkBytes);
      }
    }

    boolean waits(long at) {
      return credit != null && credit.isSpent(at + unit() - 1);
    }

    void sent(long bytes) {
      if (credit != null) {
        credit.sent(bytes);
      }
    }
  }

  /// Sends a segment, or the rest of it, in DATA frames and returns how many there were.
  private long data(
      int stream, MemorySegment segment, Cut cut, @Nullable RunningDigest digest, Progress progress)
      throws IOException {
    MemorySegment header = MemorySegment.ofArray(new byte[AsocHeader.SIZE]);
    long total = segment.byteSize();
    long sequence = cut.firstSequence();
    long size;
    for (long at = cut.fromByte(); at < total; at += size) {
      size = next(cut, stream, at, total, progress);
      AsocParcels parcels = cut.parcels();
      if (parcels == null) {
        AsocHeader.put(header, AsocHeader.DATA, stream, (int) sequence, (int) size);
        out.write(cut.precedence(), header, segment, at, size);
      } else {
        var frame = new AsocParcels.Frame(cut.precedence(), stream, sequence);
        parcels.write(frame, out, segment, at, (int) size);
      }
      cut.sent(at + size);
      sequence++;
      if (digest != null) {
        digest.update(parcels == null ? at : parcels.digestedAt(at), size);
      }
      report(progress, stream, at + size, total);
    }
    return sequence - cut.firstSequence();
  }

  private long next(Cut cut, int stream, long at, long total, Progress progress)
      throws IOException {
    try {
      if (cut.waits(at)) {
        out.flush(); // what is not there earns no credit
      }
      return cut.next(at, total, progress);
    } catch (IOException | RuntimeException e) {
      giveUp(stream, e);
      throw e;
    }
  }

  private void report(Progress progress, int stream, long sent, long total) throws IOException {
    try {
      progress.sent(sent, total);
    } catch (IOException | RuntimeException e) {
      giveUp(stream, e);
      throw e;
    }
  }

  private void giveUp(int stream, Exception cause) {
    try {
      abort(stream, FaultCode.CANCELLED.code(), String.valueOf(cause.getMessage()));
      out.flush();
    } catch (IOException second) {
      cause.addSuppressed(second);
    }
  }

  private void chunk(int stream, Tensor tensor, Progress progress) throws IOException {
    MemorySegment segment = tensor.segment();
    int chunk = limits.frames().chunkBytes();
    long size = segment.byteSize();
    if (size > 0 && size <= SMALL_BYTES && size <= chunk) {
      smallChunk(named(stream), segment);
      report(progress, stream, size, size);
      return;
    }
    long first = number(named(stream), Math.ceilDiv(size, chunk));
    Cut cut = new Cut(0, first, chunk, Precedence.BULK, null, null);
    data(stream, segment, cut, null, progress);
  }

  /// Sends one DATA frame; allocates nothing.
  private void smallChunk(int stream, MemorySegment segment) throws IOException {
    int size = (int) segment.byteSize();
    synchronized (plain) {
      int sequence = (int) numberLocked(stream, 1);
      AsocHeader.put(smallHeader, AsocHeader.DATA, stream, sequence, size);
      out.write(Precedence.BULK, smallHeader, segment, 0, size);
    }
  }

  private long number(int stream, long frames) {
    synchronized (plain) {
      return numberLocked(stream, frames);
    }
  }

  private long numberLocked(int stream, long frames) {
    long first = plain.add(stream, frames);
    if (frames > MOST_FRAMES - first) {
      plain.add(stream, -frames);
      throw new IllegalArgumentException(
          "frames: %d behind %d (expected: at most %d)".formatted(frames, first, MOST_FRAMES));
    }
    return first;
  }

  private void end(int stream) throws IOException {
    end(Precedence.BULK, named(stream), forget(stream));
  }

  private long forget(int stream) {
    synchronized (plain) {
      return plain.remove(stream);
    }
  }

  private void end(Precedence precedence, int stream, long frames) throws IOException {
    MemorySegment header = MemorySegment.ofArray(new byte[AsocHeader.SIZE]);
    AsocHeader.put(header, AsocHeader.END, stream, (int) frames, 0);
    out.write(precedence, header, MemorySegment.NULL, 0, 0);
  }

  // A stock peer has no word for this: its stream stays open until the connection ends.
  private void abort(int stream, int code, String text) throws IOException {
    forget(stream);
    extend(AsocFeature.TENSORS, named(stream), new AsocExtension.Abort(code, text));
  }

  private void contacts(List<Contact> contacts) throws IOException {
    List<Contact> batch = new ArrayList<>();
    int bytes = 0;
    for (Contact contact : contacts) {
      int more = 6 + AsocHash.utf8(contact.id()).length + AsocHash.utf8(contact.host()).length;
      if (bytes + more > CONTACT_BYTES || batch.size() == AsocExtension.Contacts.MOST) {
        extend(AsocFeature.CONTACTS, 0, new AsocExtension.Contacts(batch));
        batch.clear();
        bytes = 0;
      }
      batch.add(contact);
      bytes += more;
    }
    extend(AsocFeature.CONTACTS, 0, new AsocExtension.Contacts(batch));
  }

  private void free(List<Long> ids) throws IOException {
    for (int from = 0; from < ids.size(); from += AsocExtension.Free.MOST) {
      int to = Math.min(ids.size(), from + AsocExtension.Free.MOST);
      control(Precedence.CONTROL, 0, new AsocExtension.Free(ids.subList(from, to)));
    }
    out.flush();
  }

  private void reference(Message.Reference reference) throws IOException {
    AsocExtension extension =
        new AsocExtension.Reference(
            open(reference.header()), reference.id(), reference.at(), reference.offset());
    control(Precedence.ACTIVATIONS, named(reference.stream()), extension);
    out.flush();
  }

  private void opaque(int type, MemorySegment body) throws IOException {
    if (type == AsocHeader.DATA || type == AsocHeader.END || type < 0 || type > 255) {
      throw new IllegalArgumentException("type: " + type + " (expected: 0, 3..255)");
    }
    write(AsocCodec.encode(new AsocFrame.Unknown(type, 0, 0, body)));
  }

  private void extend(AsocFeature feature, int stream, AsocExtension extension) throws IOException {
    if (features.contains(feature)) {
      control(Precedence.CONTROL, stream, extension);
    }
  }

  private void control(Precedence precedence, int stream, AsocExtension extension)
      throws IOException {
    byte[] frame = AsocCodec.control(stream, AsocExtensionCodec.encode(extension));
    out.write(precedence, MemorySegment.ofArray(frame), MemorySegment.NULL, 0, 0);
  }

  private void write(byte[] frame) throws IOException {
    out.write(MemorySegment.ofArray(frame));
  }

  private static int named(int stream) {
    if (stream == 0) {
      throw new IllegalArgumentException("stream: 0 (expected: any other number)");
    }
    return stream;
  }
}
