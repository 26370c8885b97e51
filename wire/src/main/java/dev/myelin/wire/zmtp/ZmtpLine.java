package dev.myelin.wire.zmtp;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The two streams during a handshake: one command out, one command in.
final class ZmtpLine {
  private final ByteSource in;
  private final ByteSink out;
  private final int commandBytes;
  private long offset;
  private long frameOffset;

  /// @param commandBytes the largest command
  ZmtpLine(ByteSource in, ByteSink out, int commandBytes) {
    this.in = in;
    this.out = out;
    this.commandBytes = commandBytes;
  }

  ByteSource in() {
    return in;
  }

  /// Returns how many bytes were read.
  long offset() {
    return offset;
  }

  /// Writes bytes, and returns when they have left.
  void write(byte[] bytes) throws IOException {
    out.write(MemorySegment.ofArray(bytes));
    out.flush();
  }

  void send(String name, byte[] data) throws IOException {
    write(ZmtpCodec.command(name, data));
  }

  /// Tells the peer that it is refused and why; returns what to throw.
  ///
  /// @param reason what the peer gets to know
  /// @param message what our side gets to know
  PeerException.Refused refuse(String reason, String message) {
    PeerException.Refused refused = new PeerException.Refused(message);
    try {
      send(ZmtpCommand.ERROR, ZmtpCodec.reason(reason));
    } catch (IOException e) {
      refused.addSuppressed(e);
    }
    return refused;
  }

  /// Fills the array from `from` on.
  void read(byte[] target, int from, String what) throws IOException {
    int length = target.length - from;
    if (!in.readFully(MemorySegment.ofArray(target), from, length)) {
      throw new PeerException.Closed(
          "ended during the handshake (expected: " + what + ")", false, null);
    }
    offset += length;
  }

  /// Returns the next command, which must have that name.
  ///
  /// @throws PeerException.Refused if it is an ERROR
  ZmtpCommand expect(String name) throws IOException {
    ZmtpCommand command = next(name);
    if (!command.is(name)) {
      throw malformed("command: %s (expected: %s)", command, name);
    }
    return command;
  }

  /// Returns the next command, whatever it is but an ERROR.
  ///
  /// @param awaited what should come, for a complaint
  ZmtpCommand next(String awaited) throws IOException {
    frameOffset = offset;
    byte[] header = header(awaited);
    int flags = header[0];
    // Of a command, MORE is passed over as libzmq does.
    if ((flags & ZmtpHeader.RESERVED) != 0 || (flags & ZmtpHeader.COMMAND) == 0) {
      throw malformed("flags: 0x%02x (expected: a command, %s)", flags & 0xFF, awaited);
    }
    long length = ZmtpHeader.length(header, 0);
    if (length < 0 || length > commandBytes) {
      throw malformed(
          "length: %s (expected: <= %d) of %s",
          Long.toUnsignedString(length), commandBytes, awaited);
    }
    byte[] body = new byte[(int) length];
    if (length > 0) {
      read(body, 0, awaited);
    }
    ZmtpCommand command = ZmtpCommand.parse(body, frameOffset);
    if (command.is(ZmtpCommand.ERROR)) {
      throw new PeerException.Refused("refused by the peer: " + command.reason());
    }
    return command;
  }

  private byte[] header(String awaited) throws IOException {
    byte[] brief = new byte[ZmtpHeader.SHORT_SIZE];
    read(brief, 0, awaited);
    if ((brief[0] & ZmtpHeader.LONG) == 0) {
      return brief;
    }
    byte[] header = Arrays.copyOf(brief, ZmtpHeader.LONG_SIZE);
    read(header, ZmtpHeader.SHORT_SIZE, awaited);
    return header;
  }

  PeerException.Malformed malformed(String format, Object... values) {
    return ZmtpCodec.malformed(frameOffset, format, values);
  }
}
