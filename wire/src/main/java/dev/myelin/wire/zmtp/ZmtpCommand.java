package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A command: its name, and the data that [ZmtpCursor] walks.
final class ZmtpCommand {
  static final String READY = "READY";
  static final String ERROR = "ERROR";
  static final String HELLO = "HELLO";
  static final String WELCOME = "WELCOME";
  static final String INITIATE = "INITIATE";
  static final String MESSAGE = "MESSAGE";
  static final String SUBSCRIBE = "SUBSCRIBE";
  static final String CANCEL = "CANCEL";
  static final String PING = "PING";
  static final String PONG = "PONG";

  /// What the PLAIN server of libzmq 4.3.5 writes for `05 ERROR`: its length byte is lost.
  private static final byte[] LIBZMQ_ERROR = "^RROR".getBytes(StandardCharsets.US_ASCII);

  private final String name;
  private final ZmtpCursor data;

  private ZmtpCommand(String name, ZmtpCursor data) {
    this.name = name;
    this.data = data;
  }

  /// Returns the command that this body is.
  ///
  /// @param offset where its frame begins in the input
  static ZmtpCommand parse(byte[] body, long offset) throws PeerException.Malformed {
    int quirk = LIBZMQ_ERROR.length;
    if (body.length > quirk && Arrays.equals(body, 0, quirk, LIBZMQ_ERROR, 0, quirk)) {
      return new ZmtpCommand(ERROR, new ZmtpCursor(body, quirk, offset, ERROR));
    }
    ZmtpCursor cursor = new ZmtpCursor(body, 0, offset, "a command");
    int length = cursor.u8("command name");
    if (length == 0) {
      throw ZmtpCodec.malformed(offset, "command name: 0 bytes (expected: >= 1)");
    }
    String name = new String(cursor.take(length, "command name"), StandardCharsets.ISO_8859_1);
    return new ZmtpCommand(name, cursor.of(name));
  }

  /// Returns its name; whatever a peer wrote, so it is shown through [ZmtpCodec#words] only.
  String name() {
    return name;
  }

  boolean is(String other) {
    return name.equals(other);
  }

  ZmtpCursor data() {
    return data;
  }

  /// Returns the reason of an ERROR, fit to be shown.
  String reason() throws PeerException.Malformed {
    return ZmtpCodec.words(data.take(data.u8("reason"), "reason"));
  }

  @Override
  public String toString() {
    return ZmtpCodec.words(name.getBytes(StandardCharsets.ISO_8859_1));
  }
}
