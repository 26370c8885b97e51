package dev.myelin.wire.zmtp;

import dev.myelin.wire.Dissection;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Takes ZMTP bytes apart: the greeting and the frames of one direction of a connection, from its
/// begin or from the begin of any frame.
///
/// What is encrypted stays so, since a dissector has no key; passwords are not shown.
public final class ZmtpDissector implements Dissection.Dissector {
  private static final String TRUNCATED = "TRUNCATED";
  private static final String GREETING = "GREETING";

  /// How much of data without a meaning is shown.
  private static final int SHOWN = 32;

  /// The data of a HELLO of CURVE: version, padding, key, counter, box.
  private static final int CURVE_HELLO =
      2 + ZmtpCurve.PADDING + ZmtpBox.KEY + Long.BYTES + ZmtpBox.TAG + ZmtpCurve.SIGNED;

  private final PartsLimits limits;

  private ZmtpDissector(PartsLimits limits) {
    this.limits = limits;
  }

  /// Returns a dissector that calls a frame bad where a side with these limits would refuse it.
  public static ZmtpDissector of(PartsLimits limits) {
    return new ZmtpDissector(limits);
  }

  @Override
  public String dialect() {
    return ZmtpCodec.DIALECT;
  }

  /// Returns the frames in the bytes one side wrote; the first 64 are a greeting if they begin with
  /// FF.
  @Override
  public List<Dissection> dissect(MemorySegment bytes) {
    List<Dissection> all = new ArrayList<>();
    long at = 0;
    if (bytes.byteSize() > 0 && bytes.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0xFF) {
      all.add(greeting(bytes));
      at = ZmtpGreeting.SIZE;
    }
    while (at < bytes.byteSize() && (all.isEmpty() || all.getLast().ok())) {
      Frame frame = Frame.at(bytes, at);
      all.add(dissect(frame));
      at += frame.head + frame.length;
    }
    return all;
  }

  /// A frame, of which not all need be there.
  ///
  /// @param there how many of its bytes are
  private record Frame(MemorySegment bytes, long at, int flags, int head, long length, long there) {
    static Frame at(MemorySegment bytes, long at) {
      long there = bytes.byteSize() - at;
      byte[] header = new byte[ZmtpHeader.LONG_SIZE];
      int known = (int) Math.min(header.length, there);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, header, 0, known);
      int head = ZmtpHeader.size(header[0]);
      long length = there < head ? 0 : ZmtpHeader.length(header, 0);
      return new Frame(bytes, at, header[0] & 0xFF, head, length, there);
    }

    boolean isWhole() {
      return there >= head && length >= 0 && length <= there - head;
    }

    boolean isCommand() {
      return (flags & ZmtpHeader.COMMAND) != 0;
    }

    /// Returns the first bytes of its body.
    byte[] body(long most) {
      long count = Math.min(most, length);
      return bytes.asSlice(at + head, count).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static Dissection greeting(MemorySegment bytes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    try {
      if (bytes.byteSize() < ZmtpGreeting.SIZE) {
        throw ZmtpCodec.malformed(
            0, "greeting: %d bytes (expected: %d)", bytes.byteSize(), ZmtpGreeting.SIZE);
      }
      byte[] whole = bytes.asSlice(0, ZmtpGreeting.SIZE).toArray(ValueLayout.JAVA_BYTE);
      ZmtpGreeting greeting = ZmtpGreeting.parse(whole);
      fields.put("version", greeting.major() + "." + greeting.minor());
      fields.put("mechanism", shown(ascii(greeting.mechanism())));
      fields.put("as_server", greeting.asServer() ? 1L : 0L);
      fields.put("padding", HexFormat.of().formatHex(whole, 1, 9));
      return new Dissection(ZmtpCodec.DIALECT, 0, GREETING, ZmtpGreeting.SIZE, fields, "");
    } catch (PeerException e) {
      long length = Math.min(bytes.byteSize(), ZmtpGreeting.SIZE);
      return new Dissection(ZmtpCodec.DIALECT, 0, GREETING, length, fields, message(e));
    }
  }

  private Dissection dissect(Frame frame) {
    Map<String, Object> fields = new LinkedHashMap<>();
    String type = frame.isCommand() ? "COMMAND" : ZmtpCommand.MESSAGE;
    try {
      check(frame);
      fields.put("flags", (long) frame.flags());
      if (!frame.isCommand()) {
        message(frame, fields);
      } else {
        ZmtpCommand command = ZmtpCommand.parse(frame.body(Long.MAX_VALUE), frame.at());
        type = command.toString();
        parts(command, fields);
      }
      return dissection(frame, type, fields, "");
    } catch (PeerException e) {
      return dissection(frame, frame.there() < frame.head() ? TRUNCATED : type, fields, message(e));
    }
  }

  private static Dissection dissection(
      Frame frame, String type, Map<String, Object> fields, String error) {
    long length = type.equals(TRUNCATED) ? frame.there() : frame.length();
    return new Dissection(ZmtpCodec.DIALECT, frame.at(), type, length, fields, error);
  }

  private static String message(PeerException e) {
    return String.valueOf(e.getMessage());
  }

  private void check(Frame frame) throws PeerException.Malformed {
    if (frame.there() < frame.head()) {
      throw ZmtpCodec.malformed(
          frame.at(), "header: %d bytes (expected: %d)", frame.there(), frame.head());
    }
    if ((frame.flags() & ZmtpHeader.RESERVED) != 0) {
      throw ZmtpCodec.malformed(
          frame.at(), "flags: 0x%02x (expected: bits 3 to 7 zero)", frame.flags());
    }
    long most =
        frame.isCommand()
            ? Math.max(limits.handshakeBytes(), ZmtpTraffic.commandBytes(limits))
            : limits.messageBytes();
    if (frame.length() < 0 || frame.length() > most) {
      throw ZmtpCodec.malformed(
          frame.at(), "length: %s (expected: <= %d)", Long.toUnsignedString(frame.length()), most);
    }
    if (!frame.isWhole()) {
      throw ZmtpCodec.malformed(
          frame.at(),
          "body: %d bytes (expected: %d)",
          frame.there() - frame.head(),
          frame.length());
    }
  }

  private static void message(Frame frame, Map<String, Object> fields) {
    fields.put("more", (long) (frame.flags() & ZmtpHeader.MORE));
    byte[] body = frame.body(Math.max(SHOWN, ZmtpOpener.OVERHEAD));
    int name = ZmtpSealer.NAME.length;
    if (frame.length() >= ZmtpOpener.OVERHEAD
        && Arrays.equals(body, 0, name, ZmtpSealer.NAME, 0, name)) {
      fields.put("command", ZmtpCommand.MESSAGE);
      byte[] counter = Arrays.copyOfRange(body, name, name + Long.BYTES);
      fields.put("counter", Long.toUnsignedString(ZmtpCurve.counter(counter)));
      fields.put("encrypted_bytes", frame.length() - name - Long.BYTES - ZmtpBox.TAG);
      return;
    }
    byte[] begin = Arrays.copyOf(body, Math.min(body.length, SHOWN));
    fields.put(frame.length() <= SHOWN ? "data" : "begin", shown(begin));
  }

  private static void parts(ZmtpCommand command, Map<String, Object> fields)
      throws PeerException.Malformed {
    ZmtpCursor data = command.data();
    switch (command.name()) {
      case ZmtpCommand.HELLO -> hello(command, fields);
      case ZmtpCommand.WELCOME -> {
        if (data.remaining() > 0) {
          fields.put("nonce", hex(data.take(ZmtpCurve.LONG_NONCE, "nonce")));
          fields.put("box_bytes", (long) data.remaining());
        }
      }
      case ZmtpCommand.INITIATE -> proof(data, ZmtpCurve.COOKIE, fields);
      case ZmtpCommand.READY -> proof(data, 0, fields);
      case ZmtpCommand.ERROR -> fields.put("reason", command.reason());
      case ZmtpCommand.MESSAGE -> sealed(data, fields);
      case ZmtpCommand.SUBSCRIBE, ZmtpCommand.CANCEL -> fields.put("topic", shown(data.rest()));
      case ZmtpCommand.PING -> {
        fields.put("ttl", (long) data.u16("ttl"));
        fields.put("context", hex(data.rest()));
      }
      case ZmtpCommand.PONG -> fields.put("context", hex(data.rest()));
      default -> fields.put("data", shown(data.take(Math.min(SHOWN, data.remaining()), "data")));
    }
  }

  private static void hello(ZmtpCommand command, Map<String, Object> fields)
      throws PeerException.Malformed {
    ZmtpCursor data = command.data();
    if (data.remaining() == CURVE_HELLO) {
      fields.put("mechanism", "CURVE");
      fields.put("curve_version", data.u8("version") + "." + data.u8("version"));
      boolean zero = ZmtpCurve.isZero(data.take(ZmtpCurve.PADDING, "padding"));
      fields.put("padding", zero ? "zero" : "not zero");
      fields.put("client_key", hex(data.take(ZmtpBox.KEY, "key")));
      fields.put("counter", Long.toUnsignedString(data.u64("counter")));
      return;
    }
    ZmtpCursor again = data.copy();
    try {
      PartsSecurity.Claim claim = ZmtpPlain.claim(command);
      fields.put("mechanism", "PLAIN");
      fields.put("user", claim.user());
      int password = claim.password().getBytes(StandardCharsets.UTF_8).length;
      fields.put("password_bytes", (long) password);
    } catch (PeerException.Malformed notPlain) {
      if (again.remaining() != ZmtpMember.GREETING || again.u8("version") != 1) {
        throw notPlain;
      }
      fields.put("mechanism", "MYELIN");
      fields.put("nonce", hex(again.rest()));
    }
  }

  /// Shows properties in clear, behind a proof of MYELIN or not; what is neither is a counter and a
  /// box, behind a cookie or not.
  private static void proof(ZmtpCursor data, int cookie, Map<String, Object> fields)
      throws PeerException.Malformed {
    ZmtpCursor member = data.copy();
    ZmtpCursor encrypted = data.copy();
    try {
      fields.put("properties", properties(data));
      return;
    } catch (PeerException.Malformed notInClear) {
      if (encrypted.remaining() < ZmtpMember.PROOF) {
        throw notInClear;
      }
    }
    try {
      byte[] proof = member.take(ZmtpMember.PROOF, "proof");
      fields.put("properties", properties(member));
      fields.put("proof", hex(proof));
    } catch (PeerException.Malformed notMember) {
      if (encrypted.remaining() < cookie + Long.BYTES + ZmtpBox.TAG) {
        throw notMember;
      }
      encrypted.take(cookie, "cookie");
      sealed(encrypted, fields);
    }
  }

  private static Map<String, Object> properties(ZmtpCursor data) throws PeerException.Malformed {
    Map<String, Object> properties = new LinkedHashMap<>();
    ZmtpMetadata.parse(data)
        .raw()
        .forEach((name, value) -> properties.put(shown(ascii(name)), shown(value)));
    return properties;
  }

  private static void sealed(ZmtpCursor data, Map<String, Object> fields)
      throws PeerException.Malformed {
    fields.put("counter", Long.toUnsignedString(data.u64("counter")));
    data.take(ZmtpBox.TAG, "box");
    fields.put("encrypted_bytes", (long) data.remaining());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /// Returns visible ASCII as text, anything else as `0x` and hex digits.
  private static String shown(byte[] bytes) {
    for (byte each : bytes) {
      if (each < ' ' || each > '~') {
        return "0x" + hex(bytes);
      }
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
