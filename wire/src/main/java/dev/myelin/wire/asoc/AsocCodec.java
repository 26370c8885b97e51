package dev.myelin.wire.asoc;

import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/// Bytes ↔ frames. Checks version and length on the header, before anything is read or allocated.
final class AsocCodec {
  static final String DIALECT = "asoc";

  private AsocCodec() {}

  /// Checks what can be known from a header alone.
  ///
  /// @param offset where the header begins in the input
  static void checkHeader(MemorySegment header, Limits.Frames limits, long offset)
      throws PeerException.Malformed {
    // RFC-0001 §5: an unknown version closes the connection. Stock senders always write 1.
    expect("version", AsocHeader.version(header), AsocHeader.VERSION, "a frame", offset);
    int type = AsocHeader.type(header);
    long limit = type == AsocHeader.DATA ? limits.frameBytes() : limits.controlBytes();
    if (AsocHeader.length(header) > limit) {
      throw malformed(
          offset,
          "length: %d (expected: <= %d) of %s",
          AsocHeader.length(header),
          limit,
          AsocHeader.typeName(type));
    }
  }

  /// Checks the header of a frame of the stock handshake: its type, its one size, and zeros
  /// elsewhere.
  static void checkGreeting(MemorySegment header, int type, int payload, long offset)
      throws PeerException.Malformed {
    String name = AsocHeader.typeName(type);
    expect("version", AsocHeader.version(header), AsocHeader.VERSION, name, offset);
    expect("type", AsocHeader.type(header), type, "the first frame", offset);
    expect("stream", Integer.toUnsignedLong(AsocHeader.stream(header)), 0, name, offset);
    expect("sequence", Integer.toUnsignedLong(AsocHeader.sequence(header)), 0, name, offset);
    expect("length", AsocHeader.length(header), payload, name, offset);
  }

  /// Returns the frame that fills the segment exactly.
  static AsocFrame decode(MemorySegment frame, Limits.Frames limits, long offset)
      throws PeerException.Malformed {
    if (frame.byteSize() < AsocHeader.SIZE) {
      throw malformed(offset, "header: %d bytes (expected: %d)", frame.byteSize(), AsocHeader.SIZE);
    }
    checkHeader(frame, limits, offset);
    MemorySegment payload = frame.asSlice(AsocHeader.SIZE);
    String name = AsocHeader.typeName(AsocHeader.type(frame));
    expect("payload", payload.byteSize(), AsocHeader.length(frame), name, offset);
    int stream = AsocHeader.stream(frame);
    int sequence = AsocHeader.sequence(frame);
    return switch (AsocHeader.type(frame)) {
      case AsocHeader.DATA -> new AsocFrame.Data(stream, sequence, payload);
      case AsocHeader.END -> new AsocFrame.End(stream, sequence, payload);
      case AsocHeader.CONTROL -> new AsocFrame.Control(stream, sequence, payload);
      case AsocHeader.HELLO -> hello(frame, offset);
      case AsocHeader.ACCEPT -> accept(frame, offset);
      default -> new AsocFrame.Unknown(AsocHeader.type(frame), stream, sequence, payload);
    };
  }

  static AsocFrame.Hello hello(MemorySegment frame, long offset) throws PeerException.Malformed {
    checkGreeting(frame, AsocHeader.HELLO, AsocFrame.Hello.PAYLOAD, offset);
    return new AsocFrame.Hello(
        AsocHash.id(frame, 14),
        AsocBytes.of(frame, 30, AsocFrame.Hello.PROOF),
        frame.get(AsocHeader.U32, 46));
  }

  static AsocFrame.Accept accept(MemorySegment frame, long offset) throws PeerException.Malformed {
    checkGreeting(frame, AsocHeader.ACCEPT, AsocFrame.Accept.PAYLOAD, offset);
    return new AsocFrame.Accept(
        AsocBytes.of(frame, 14, AsocFrame.Accept.TOKEN),
        AsocBytes.of(frame, 22, AsocFrame.Accept.SIGNATURE));
  }

  /// Returns the bytes of a frame, copied; tensors are sent without this.
  static byte[] encode(AsocFrame frame) {
    return switch (frame) {
      case AsocFrame.Data data ->
          frame(AsocHeader.DATA, data.stream(), data.sequence(), data.chunk());
      case AsocFrame.End end -> frame(AsocHeader.END, end.stream(), end.sequence(), end.ignored());
      case AsocFrame.Control control ->
          frame(AsocHeader.CONTROL, control.stream(), control.sequence(), control.payload());
      case AsocFrame.Hello hello -> hello(hello);
      case AsocFrame.Accept accept -> accept(accept);
      case AsocFrame.Unknown other ->
          frame(other.type(), other.stream(), other.sequence(), other.body());
    };
  }

  /// Returns a CONTROL frame with this payload.
  static byte[] control(int stream, byte[] payload) {
    return frame(AsocHeader.CONTROL, stream, 0, MemorySegment.ofArray(payload));
  }

  private static byte[] hello(AsocFrame.Hello hello) {
    byte[] bytes = frame(AsocHeader.HELLO, AsocFrame.Hello.PAYLOAD);
    MemorySegment frame = MemorySegment.ofArray(bytes);
    AsocHash.putId(frame, 14, hello.node());
    hello.proof().put(frame, 30);
    frame.set(AsocHeader.U32, 46, hello.challenge());
    return bytes;
  }

  private static byte[] accept(AsocFrame.Accept accept) {
    byte[] bytes = frame(AsocHeader.ACCEPT, AsocFrame.Accept.PAYLOAD);
    MemorySegment frame = MemorySegment.ofArray(bytes);
    accept.token().put(frame, 14);
    accept.signature().put(frame, 22);
    return bytes;
  }

  private static byte[] frame(int type, int payload) {
    return frame(type, 0, 0, MemorySegment.ofArray(new byte[payload]));
  }

  private static byte[] frame(int type, int stream, int sequence, MemorySegment payload) {
    byte[] bytes = new byte[AsocHeader.SIZE + Math.toIntExact(payload.byteSize())];
    MemorySegment frame = MemorySegment.ofArray(bytes);
    AsocHeader.put(frame, type, stream, sequence, (int) payload.byteSize());
    MemorySegment.copy(
        payload, ValueLayout.JAVA_BYTE, 0, bytes, AsocHeader.SIZE, (int) payload.byteSize());
    return bytes;
  }

  private static void expect(String field, long is, long should, String where, long offset)
      throws PeerException.Malformed {
    if (is != should) {
      throw malformed(offset, "%s: %d (expected: %d) of %s", field, is, should, where);
    }
  }

  /// Returns the exception that names rule, value and place.
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would need a library at run time
  static PeerException.Malformed malformed(long offset, String format, Object... values) {
    return new PeerException.Malformed(DIALECT, offset, String.format(Locale.ROOT, format, values));
  }
}
