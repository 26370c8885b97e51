package dev.myelin.wire.zmtp;

import dev.myelin.wire.Message;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Messages → bytes.
final class ZmtpSender {
  private static final int MOST_TTL = 0xFFFF;

  private final boolean speaks31;
  private final @Nullable ZmtpSealer sealer;

  /// @param speaks31 whether the peer knows the commands of version 3.1
  /// @param sealer what encrypts; null in clear
  ZmtpSender(boolean speaks31, @Nullable ZmtpSealer sealer) {
    this.speaks31 = speaks31;
    this.sealer = sealer;
  }

  boolean isUniform() {
    return sealer == null;
  }

  /// Appends a message; returns whether part of it was referred to.
  boolean message(Parts message, Outlet out, Runnable left) {
    int last = message.count() - 1;
    if (sealer != null) {
      for (int i = 0; i <= last; i++) {
        sealer.seal(i < last ? ZmtpHeader.MORE : 0, message.segment(i), out);
      }
      return false;
    }
    boolean lent = false;
    for (int i = 0; i <= last; i++) {
      int flags = i < last ? ZmtpHeader.MORE : 0;
      if (message.size(i) > Outlet.COPIED_BYTES) {
        lend(flags, message.segment(i), out, lent ? null : left);
        lent = true;
      } else if (message.onHeap(i)) {
        copy(flags, message.bytes(i), out);
      } else {
        copy(flags, message.segment(i), out);
      }
    }
    return lent;
  }

  private static void copy(int flags, byte[] part, Outlet out) {
    int length = part.length;
    int at = out.claim(ZmtpHeader.sizeFor(length) + length);
    byte[] page = out.page();
    System.arraycopy(part, 0, page, ZmtpHeader.put(page, at, flags, length), length);
  }

  private static void copy(int flags, MemorySegment part, Outlet out) {
    header(flags, part.byteSize(), out);
    out.put(part);
  }

  private static void lend(int flags, MemorySegment part, Outlet out, @Nullable Runnable left) {
    header(flags, part.byteSize(), out);
    out.refer(part, left);
  }

  private static void header(int flags, long length, Outlet out) {
    int at = out.claim(ZmtpHeader.sizeFor(length));
    int _ = ZmtpHeader.put(out.page(), at, flags, length);
  }

  /// Appends a subscription: a command, or a message to a peer that knows no such command.
  void subscription(byte[] prefix, boolean wanted, Outlet out) {
    if (speaks31) {
      command(wanted ? ZmtpCommand.SUBSCRIBE : ZmtpCommand.CANCEL, prefix, out);
      return;
    }
    byte[] body = new byte[1 + prefix.length];
    body[0] = (byte) (wanted ? 1 : 0);
    System.arraycopy(prefix, 0, body, 1, prefix.length);
    frame(0, body, out);
  }

  /// Appends a PING, unless the peer knows none.
  void ping(Duration patience, Outlet out) {
    if (speaks31) {
      boolean forever = patience.compareTo(Duration.ofMillis(100L * MOST_TTL)) > 0;
      long tenths = forever ? MOST_TTL : Math.max((patience.toMillis() + 99) / 100, 0);
      command(ZmtpCommand.PING, new byte[] {(byte) (tenths >>> 8), (byte) tenths}, out);
    }
  }

  void pong(byte[] context, Outlet out) {
    command(ZmtpCommand.PONG, context, out);
  }

  void near(Message word, Outlet out) {
    command(ZmtpNear.name(word), ZmtpNear.data(word), out);
  }

  private void command(String name, byte[] data, Outlet out) {
    frame(ZmtpHeader.COMMAND, ZmtpCodec.body(name, data), out);
  }

  private void frame(int flags, byte[] body, Outlet out) {
    if (sealer == null) {
      copy(flags, body, out);
    } else {
      sealer.seal(flags, MemorySegment.ofArray(body), out);
    }
  }
}
