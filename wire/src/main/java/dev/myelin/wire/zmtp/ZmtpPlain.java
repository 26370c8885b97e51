package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import java.nio.charset.StandardCharsets;

/// The HELLO of PLAIN (RFC 24): a user and a password, in clear.
final class ZmtpPlain {
  private static final int MOST = 255;

  private ZmtpPlain() {}

  /// Returns the data of a HELLO.
  static byte[] hello(PartsSecurity.PlainClient client) {
    byte[] user = bytes("user", client.user());
    byte[] password = bytes("password", client.password());
    byte[] data = new byte[2 + user.length + password.length];
    int next = ZmtpCodec.putShort(data, 0, user);
    ZmtpCodec.putShort(data, next, password);
    return data;
  }

  private static byte[] bytes(String field, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST) {
      throw new IllegalArgumentException(
          field + ": " + bytes.length + " bytes (expected: <= " + MOST + ")");
    }
    return bytes;
  }

  /// Returns what the peer claims with its first command.
  static PartsSecurity.Claim claim(ZmtpCommand hello) throws PeerException.Malformed {
    // libzmq 4.3.0 wrote WELCOME here (its issue 3500); the data is the same.
    if (!hello.is(ZmtpCommand.HELLO) && !hello.is(ZmtpCommand.WELCOME)) {
      throw hello.data().malformed("command: " + hello + " (expected: HELLO)");
    }
    ZmtpCursor data = hello.data();
    String user = text(data.take(data.u8("user"), "user"));
    String password = text(data.take(data.u8("password"), "password"));
    data.end();
    return new PartsSecurity.Claim("PLAIN", user, password, "");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
