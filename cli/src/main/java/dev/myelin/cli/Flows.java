package dev.myelin.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The payloads of captured packets, put together: each direction of a TCP connection in order,
/// each datagram alone.
final class Flows {
  private static final int LINK_NULL = 0;
  private static final int LINK_ETHERNET = 1;
  private static final int LINK_RAW = 101;
  private static final int LINK_LOOP = 108;
  private static final int LINK_COOKED = 113;
  private static final int LINK_IPV4 = 228;
  private static final int LINK_IPV6 = 229;
  private static final int LINK_COOKED_2 = 276;
  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_IPV6 = 0x86DD;
  private static final int TYPE_VLAN = 0x8100;
  private static final int TCP = 6;
  private static final int UDP = 17;

  /// Bytes that went one way.
  ///
  /// @param label `tcp 10.0.0.1:5000 > 10.0.0.2:9000`
  /// @param datagram whether they are one datagram instead of a stream
  /// @param bytes the payload
  /// @param missing how many bytes the capture lacks after these; zero if none
  record Flow(String label, boolean datagram, ByteBuffer bytes, long missing) {}

  private final Map<String, Stream> streams = new LinkedHashMap<>();
  private final List<Flow> datagrams = new ArrayList<>();

  private Flows() {}

  /// Returns the flows in the order in which they begin, datagrams last.
  static List<Flow> of(List<Capture.Packet> packets) {
    Flows flows = new Flows();
    for (Capture.Packet packet : packets) {
      flows.add(packet);
    }
    List<Flow> all = new ArrayList<>();
    flows.streams.forEach((label, stream) -> all.add(stream.flow(label)));
    all.removeIf(flow -> !flow.bytes().hasRemaining() && flow.missing() == 0);
    all.addAll(flows.datagrams);
    return all;
  }

  private void add(Capture.Packet packet) {
    try {
      ByteBuffer ip = network(packet);
      if (ip != null) {
        addInternet(ip.slice().order(ByteOrder.BIG_ENDIAN));
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      // cut off by the snapshot length, or not what its link type says: carries nothing for us
    }
  }

  private static @Nullable ByteBuffer network(Capture.Packet packet) {
    ByteBuffer frame = packet.bytes().duplicate().order(ByteOrder.BIG_ENDIAN);
    return switch (packet.linkType()) {
      case LINK_ETHERNET -> ethernet(frame);
      case LINK_NULL, LINK_LOOP -> after(frame, 4);
      case LINK_RAW, LINK_IPV4, LINK_IPV6, 12, 14 -> frame;
      case LINK_COOKED -> isInternet(frame.getShort(14) & 0xFFFF) ? after(frame, 16) : null;
      case LINK_COOKED_2 -> isInternet(frame.getShort(0) & 0xFFFF) ? after(frame, 20) : null;
      default -> null;
    };
  }

  private static @Nullable ByteBuffer ethernet(ByteBuffer frame) {
    int at = 12;
    while ((frame.getShort(at) & 0xFFFF) == TYPE_VLAN) {
      at += 4;
    }
    return isInternet(frame.getShort(at) & 0xFFFF) ? after(frame, at + 2) : null;
  }

  private static boolean isInternet(int type) {
    return type == TYPE_IPV4 || type == TYPE_IPV6;
  }

  private static ByteBuffer after(ByteBuffer frame, int offset) {
    return frame.slice(offset, frame.limit() - offset);
  }

  private void addInternet(ByteBuffer ip) {
    int version = (ip.get(0) & 0xF0) >> 4;
    if (version == 4) {
      int header = (ip.get(0) & 0x0F) * 4;
      int total = ip.getShort(2) & 0xFFFF;
      // zero on interfaces that cut segments in hardware
      int length = total == 0 ? ip.limit() : Math.min(total, ip.limit());
      boolean fragment = (ip.getShort(6) & 0x3FFF) != 0;
      if (!fragment) {
        String from = address(ip, 12, 4);
        String to = address(ip, 16, 4);
        addTransport(ip.get(9) & 0xFF, from, to, ip.slice(header, length - header));
      }
    } else if (version == 6) {
      int payload = ip.getShort(4) & 0xFFFF;
      int length = payload == 0 ? ip.limit() - 40 : Math.min(payload, ip.limit() - 40);
      addTransport(ip.get(6) & 0xFF, address(ip, 8, 16), address(ip, 24, 16), ip.slice(40, length));
    }
  }

  private void addTransport(int protocol, String from, String to, ByteBuffer segment) {
    if (protocol != TCP && protocol != UDP) {
      return;
    }
    int source = segment.getShort(0) & 0xFFFF;
    int target = segment.getShort(2) & 0xFFFF;
    String label = from + ":" + source + " > " + to + ":" + target;
    if (protocol == UDP) {
      int length = Math.min((segment.getShort(4) & 0xFFFF) - 8, segment.limit() - 8);
      datagrams.add(new Flow("udp " + label, true, segment.slice(8, length), 0));
      return;
    }
    long sequence = Integer.toUnsignedLong(segment.getInt(4));
    int header = ((segment.get(12) & 0xF0) >> 4) * 4;
    boolean begins = (segment.get(13) & 0x02) != 0;
    ByteBuffer payload = segment.slice(header, segment.limit() - header);
    String key = "tcp " + label;
    if (begins) {
      // the same ports may meet again in one capture
      Stream before = streams.get(key);
      if (before != null && before.hasBytes()) {
        streams.put(key + " #" + streams.size(), before);
        streams.remove(key);
      }
    }
    streams.computeIfAbsent(key, _ -> new Stream()).add(begins ? sequence + 1 : sequence, payload);
  }

  private static String address(ByteBuffer ip, int offset, int length) {
    byte[] bytes = new byte[length];
    ip.get(offset, bytes);
    try {
      String text = InetAddress.getByAddress(bytes).getHostAddress();
      return length == 16 ? "[" + text + "]" : text;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + length + " bytes", e);
    }
  }

  /// One direction of a TCP connection.
  private static final class Stream {
    private record Segment(long at, ByteBuffer bytes) {}

    private final List<Segment> segments = new ArrayList<>();
    private long first = -1;

    void add(long sequence, ByteBuffer payload) {
      if (first < 0) {
        first = sequence;
      }
      if (payload.hasRemaining()) {
        // relative, signed: survives the wrap at 2^32 and segments seen before the first
        long at = (int) (sequence - first) + round(sequence);
        segments.add(new Segment(at, payload));
      }
    }

    boolean hasBytes() {
      return !segments.isEmpty();
    }

    Flow flow(String label) {
      List<Segment> sorted = new ArrayList<>(segments);
      sorted.sort((a, b) -> Long.compare(a.at(), b.at()));
      java.io.ByteArrayOutputStream whole = new java.io.ByteArrayOutputStream();
      long next = sorted.isEmpty() ? 0 : Math.min(0, sorted.getFirst().at());
      for (Segment segment : sorted) {
        long skip = next - segment.at();
        if (skip < 0) {
          return new Flow(label, false, ByteBuffer.wrap(whole.toByteArray()), -skip);
        }
        if (skip < segment.bytes().remaining()) {
          byte[] part = new byte[segment.bytes().remaining() - (int) skip];
          segment.bytes().get((int) skip, part);
          whole.writeBytes(part);
          next += part.length;
        }
      }
      return new Flow(label, false, ByteBuffer.wrap(whole.toByteArray()), 0);
    }

    // How many times 2^32 the stream has gone round, judged by the last segment.
    private long round(long sequence) {
      if (segments.isEmpty()) {
        return 0;
      }
      long last = segments.getLast().at();
      long near = (int) (sequence - first);
      return Math.round((last - near) / 4294967296.0) << 32;
    }
  }
}
