package dev.myelin.wire.asoc;

import dev.myelin.wire.PeerException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;

/// Reads the parts of one extension in order and never beyond its end.
final class AsocCursor {
  private final MemorySegment payload;
  private final String name;
  private final long frameOffset;
  private long position;

  AsocCursor(MemorySegment payload, long position, String name, long frameOffset) {
    this.payload = payload;
    this.position = position;
    this.name = name;
    this.frameOffset = frameOffset;
  }

  int u8(String field) throws PeerException.Malformed {
    return Byte.toUnsignedInt(payload.get(ValueLayout.JAVA_BYTE, take(1, field)));
  }

  int u16(String field) throws PeerException.Malformed {
    return Short.toUnsignedInt(payload.get(AsocHeader.U16, take(2, field)));
  }

  int u32(String field) throws PeerException.Malformed {
    return payload.get(AsocHeader.U32, take(4, field));
  }

  long u64(String field) throws PeerException.Malformed {
    return payload.get(AsocHeader.U64, take(8, field));
  }

  /// Returns a size: 64 bits of which the highest is zero.
  long size(String field) throws PeerException.Malformed {
    long size = u64(field);
    if (size < 0) {
      throw malformed("%s: %s (expected: < 2^63)", field, Long.toUnsignedString(size));
    }
    return size;
  }

  UUID id(String field) throws PeerException.Malformed {
    return AsocHash.id(payload, take(16, field));
  }

  AsocBytes bytes(int length, String field) throws PeerException.Malformed {
    return AsocBytes.of(payload, take(length, field), length);
  }

  /// Returns a part of the payload, borrowed.
  MemorySegment segment(long length, String field) throws PeerException.Malformed {
    return payload.asSlice(take(length, field), length);
  }

  /// Returns everything to the end of the payload.
  AsocBytes rest() {
    long from = position;
    position = payload.byteSize();
    return AsocBytes.of(payload, from, position - from);
  }

  /// Returns a text whose length stands before it in two bytes.
  String text(int most, String field) throws PeerException.Malformed {
    int length = u16(field + " length");
    if (length > most) {
      throw malformed("%s length: %d (expected: <= %d)", field, length, most);
    }
    String text = AsocText.decode(bytes(length, field).toArray());
    if (text == null) {
      throw malformed("%s: not UTF-8 (expected: UTF-8)", field);
    }
    return text;
  }

  /// Checks that nothing is left.
  void finish() throws PeerException.Malformed {
    if (position != payload.byteSize()) {
      throw malformed("payload: %d bytes (expected: %d)", payload.byteSize(), position);
    }
  }

  PeerException.Malformed malformed(String format, Object... values) {
    return AsocCodec.malformed(frameOffset, format + " of " + name, values);
  }

  private long take(long bytes, String field) throws PeerException.Malformed {
    if (bytes > payload.byteSize() - position) {
      throw malformed(
          "%s: %d bytes left (expected: >= %d)", field, payload.byteSize() - position, bytes);
    }
    long at = position;
    position += bytes;
    return at;
  }
}
