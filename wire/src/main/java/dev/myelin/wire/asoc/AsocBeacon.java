package dev.myelin.wire.asoc;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.PeerException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.UUID;

/// The discovery datagram: a signed claim that a node of a community listens on a port.
///
/// ```
///   0                8                              24     26        30        34            50
///  +----------------+------------------------------+------+---------+---------+-------------+
///  | community hash |           node id            | port |  time   |challenge|    HMAC     |
///  +----------------+------------------------------+------+---------+---------+-------------+
///  HMAC: the first 16 bytes of HMAC-SHA256(key, bytes 0..33)
/// ```
///
/// The address is not in it, so it is not signed: it is where the datagram came from. Whether a
/// beacon is fresh, was seen before, or names port 0 is for the receiver to judge.
///
/// @param communityHash as [#communityHash(String)]
/// @param node the id of the sender
/// @param port the TCP port it listens on
/// @param epochSecond when it was made, in seconds since 1970, unsigned 32 bits
/// @param challenge 32 random bits
public record AsocBeacon(long communityHash, UUID node, int port, long epochSecond, int challenge) {
  /// The exact size of the datagram in bytes.
  public static final int SIZE = 50;

  private static final int SIGNED = 34;

  /// Checks the ranges of port and time.
  public AsocBeacon {
    if (port < 0 || port > 0xFFFF) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0..65535)");
    }
    if (epochSecond < 0 || epochSecond > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(
          "epochSecond: " + epochSecond + " (expected: 0..4294967295)");
    }
  }

  /// Returns the first 64 bits of SHA-256 over the community's name in UTF-8.
  public static long communityHash(String community) {
    return AsocHash.first64(AsocHash.sha256(AsocHash.utf8(community)));
  }

  /// Returns the beacon in a datagram of our community whose signature holds.
  ///
  /// @param datagram the whole datagram, borrowed for the call
  /// @throws PeerException.Malformed if the size is not [#SIZE]
  /// @throws PeerException.Refused if it is of another community, or was not signed with the key
  public static AsocBeacon decode(MemorySegment datagram, long communityHash, ApiKey key)
      throws PeerException {
    AsocBeacon beacon = parse(datagram);
    if (beacon.communityHash != communityHash) {
      throw new PeerException.Refused("beacon of another community");
    }
    byte[] bytes = datagram.toArray(ValueLayout.JAVA_BYTE);
    byte[] signature = Arrays.copyOfRange(bytes, SIGNED, SIZE);
    if (!AsocHash.same(signature, sign(bytes, key))) {
      throw new PeerException.Refused("beacon whose signature does not hold: another key?");
    }
    return beacon;
  }

  /// Returns what a datagram claims, without a look at its signature.
  ///
  /// @throws PeerException.Malformed if the size is not [#SIZE]
  static AsocBeacon parse(MemorySegment datagram) throws PeerException.Malformed {
    if (datagram.byteSize() != SIZE) {
      throw new PeerException.Malformed(
          "asoc", 0, "size: " + datagram.byteSize() + " (expected: " + SIZE + " for a beacon)");
    }
    return new AsocBeacon(
        datagram.get(AsocHeader.U64, 0),
        AsocHash.id(datagram, 8),
        Short.toUnsignedInt(datagram.get(AsocHeader.U16, 24)),
        Integer.toUnsignedLong(datagram.get(AsocHeader.U32, 26)),
        datagram.get(AsocHeader.U32, 30));
  }

  /// Returns the signed datagram.
  public byte[] encode(ApiKey key) {
    byte[] bytes = new byte[SIZE];
    MemorySegment datagram = MemorySegment.ofArray(bytes);
    datagram.set(AsocHeader.U64, 0, communityHash);
    AsocHash.putId(datagram, 8, node);
    datagram.set(AsocHeader.U16, 24, (short) port);
    datagram.set(AsocHeader.U32, 26, (int) epochSecond);
    datagram.set(AsocHeader.U32, 30, challenge);
    System.arraycopy(sign(bytes, key), 0, bytes, SIGNED, SIZE - SIGNED);
    return bytes;
  }

  private static byte[] sign(byte[] datagram, ApiKey key) {
    return Arrays.copyOf(AsocHash.hmac(key, Arrays.copyOf(datagram, SIGNED)), SIZE - SIGNED);
  }
}
