package dev.myelin.wire.zmtp;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What one side tells of itself, in READY and INITIATE: names and values.
///
/// Names are told apart without regard to case; of two equal ones the first holds.
final class ZmtpMetadata {
  private static final String SOCKET_TYPE = "Socket-Type";
  private static final String IDENTITY = "Identity";
  private static final int NAME = 255;

  /// The roles whose id means something (RFC 37, Identity), and from which libzmq sends it, even
  /// when it is empty.
  private static final Set<SocketRole> NAMED =
      Set.of(SocketRole.REQ, SocketRole.DEALER, SocketRole.ROUTER);

  private final Map<String, byte[]> values;
  private final long offset;

  private ZmtpMetadata(Map<String, byte[]> values, long offset) {
    this.values = values;
    this.offset = offset;
  }

  /// Returns the bytes of what this side tells in a role.
  static byte[] encode(SocketRole role, PartsTerms terms) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    append(bytes, SOCKET_TYPE, role.name().getBytes(StandardCharsets.US_ASCII));
    byte[] id = terms.routingId().toBytes();
    if (id.length > 0 && id[0] == 0) {
      throw new IllegalArgumentException(
          "routing id: begins with 00 (expected: anything else, RFC 37)");
    }
    if (NAMED.contains(role)) {
      append(bytes, IDENTITY, id);
    }
    new TreeMap<>(terms.properties())
        .forEach((name, value) -> append(bytes, name, value.getBytes(StandardCharsets.UTF_8)));
    return bytes.toByteArray();
  }

  private static void append(ByteArrayOutputStream bytes, String name, byte[] value) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    if (ascii.length == 0 || ascii.length > NAME || !isName(name)) {
      throw new IllegalArgumentException(
          "property: " + name + " (expected: 1 to 255 letters, digits, or - _ . +)");
    }
    bytes.write(ascii.length);
    bytes.writeBytes(ascii);
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
    bytes.writeBytes(value);
  }

  private static boolean isName(String name) {
    return name.chars()
        .allMatch(
            each ->
                (each >= 'a' && each <= 'z')
                    || (each >= 'A' && each <= 'Z')
                    || (each >= '0' && each <= '9')
                    || "-_.+".indexOf(each) >= 0);
  }

  /// Returns the properties in the rest of a command.
  static ZmtpMetadata parse(ZmtpCursor cursor) throws PeerException.Malformed {
    Map<String, byte[]> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    while (cursor.remaining() > 0) {
      int length = cursor.u8("property name");
      if (length == 0) {
        throw cursor.malformed("property name: 0 bytes (expected: >= 1)");
      }
      String name = new String(cursor.take(length, "property name"), StandardCharsets.ISO_8859_1);
      byte[] value = cursor.take(cursor.u32("property value"), "property value");
      values.putIfAbsent(name, value);
    }
    return new ZmtpMetadata(values, cursor.offset());
  }

  /// Returns the name of the peer's role; empty if it told none.
  String socketType() {
    byte[] value = values.get(SOCKET_TYPE);
    return value == null ? "" : new String(value, StandardCharsets.ISO_8859_1);
  }

  /// Returns what the peer wants to be called, if that means anything in its role.
  RoutingId routingId(SocketRole role) throws PeerException.Malformed {
    byte[] value = values.get(IDENTITY);
    if (value == null || !NAMED.contains(role)) {
      return RoutingId.NONE;
    }
    if (value.length > RoutingId.MOST_BYTES) {
      throw ZmtpCodec.malformed(
          offset, "Identity: %d bytes (expected: <= %d)", value.length, RoutingId.MOST_BYTES);
    }
    if (value.length > 0 && value[0] == 0) {
      // RFC 37, Identity: such names are the router's own, and a peer could take another's.
      throw ZmtpCodec.malformed(offset, "Identity: begins with 00 (expected: anything else)");
    }
    return RoutingId.of(value);
  }

  /// Returns all of it as it came, in the order of the names.
  Map<String, byte[]> raw() {
    return values;
  }

  /// Returns all of it as text; bytes that are no UTF-8 are replaced.
  Map<String, String> all() {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    values.forEach((name, value) -> all.put(name, new String(value, StandardCharsets.UTF_8)));
    return all;
  }
}
