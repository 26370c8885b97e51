package dev.myelin.cli;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the packets of a capture file, classic pcap or pcapng.
final class Capture {
  private static final int PCAP_MICROS = 0xA1B2C3D4;
  private static final int PCAP_NANOS = 0xA1B23C4D;
  private static final int SECTION = 0x0A0D0D0A;
  private static final int BYTE_ORDER = 0x1A2B3C4D;
  private static final int INTERFACE = 1;
  private static final int OLD_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;

  /// A packet as it was on a link of that type.
  record Packet(int linkType, ByteBuffer bytes) {}

  private Capture() {}

  /// Returns whether a file that begins so is a capture file.
  static boolean begins(ByteBuffer file) {
    if (file.remaining() < 4) {
      return false;
    }
    int magic = file.getInt(file.position());
    int swapped = Integer.reverseBytes(magic);
    return magic == SECTION
        || magic == PCAP_MICROS
        || magic == PCAP_NANOS
        || swapped == PCAP_MICROS
        || swapped == PCAP_NANOS;
  }

  /// Returns the packets in order.
  ///
  /// @throws CommandException if the file is broken; the packets before the place are lost
  static List<Packet> packets(ByteBuffer file) {
    ByteBuffer in = file.duplicate().order(ByteOrder.BIG_ENDIAN);
    try {
      return in.getInt(in.position()) == SECTION ? nextGeneration(in) : classic(in);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw broken("ends inside a packet", in.position(), e);
    }
  }

  private static List<Packet> classic(ByteBuffer in) {
    int magic = in.getInt();
    if (magic != PCAP_MICROS && magic != PCAP_NANOS) {
      in.order(ByteOrder.LITTLE_ENDIAN);
    }
    in.position(20);
    int linkType = in.getInt() & 0xFFFF;
    List<Packet> packets = new ArrayList<>();
    while (in.remaining() >= 16) {
      in.position(in.position() + 8);
      int captured = in.getInt();
      in.getInt();
      packets.add(new Packet(linkType, slice(in, captured)));
    }
    return packets;
  }

  private static List<Packet> nextGeneration(ByteBuffer in) {
    List<Packet> packets = new ArrayList<>();
    List<Integer> linkTypes = new ArrayList<>();
    while (in.remaining() >= 12) {
      int start = in.position();
      int type = in.getInt();
      if (type == SECTION) {
        in.order(in.getInt(start + 8) == BYTE_ORDER ? in.order() : other(in.order()));
        linkTypes.clear();
      }
      int length = in.getInt(start + 4);
      if (length < 12 || length % 4 != 0 || length > in.limit() - start) {
        throw broken("block length " + length, start, null);
      }
      ByteBuffer block = in.slice(start + 8, length - 12).order(in.order());
      if (type == INTERFACE) {
        linkTypes.add(block.getShort() & 0xFFFF);
      } else {
        packet(type, block, linkTypes, start).ifPresent(packets::add);
      }
      in.position(start + length);
    }
    return packets;
  }

  private static Optional<Packet> packet(
      int type, ByteBuffer block, List<Integer> linkTypes, int at) {
    if (type == SIMPLE_PACKET) {
      int captured = Math.min(block.getInt(), block.remaining());
      return Optional.of(new Packet(linkType(linkTypes, 0, at), slice(block, captured)));
    }
    if (type != ENHANCED_PACKET && type != OLD_PACKET) {
      // names, statistics and private blocks carry no packets
      return Optional.empty();
    }
    int index = type == OLD_PACKET ? block.getShort() & 0xFFFF : block.getInt();
    block.position(12);
    int captured = block.getInt();
    block.getInt();
    return Optional.of(new Packet(linkType(linkTypes, index, at), slice(block, captured)));
  }

  private static ByteOrder other(ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private static int linkType(List<Integer> linkTypes, int index, int at) {
    if (index < 0 || index >= linkTypes.size()) {
      throw broken("interface " + index, at, null);
    }
    return linkTypes.get(index);
  }

  private static ByteBuffer slice(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw broken("packet length " + Integer.toUnsignedLong(length), in.position(), null);
    }
    ByteBuffer part = in.slice(in.position(), length);
    in.position(in.position() + length);
    return part;
  }

  private static CommandException broken(
      String what, int at, @org.jspecify.annotations.Nullable Throwable cause) {
    return new CommandException(
        ExitCodes.DATA,
        "capture file: " + what + " at offset " + at + " (expected: a whole pcap or pcapng file)",
        cause);
  }
}
