package dev.myelin.wire.zmtp;

import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The commands by which two processes of one machine move their frames into memory; only between
/// members of a community that have said that they know them.
///
/// ```
///   MEET   boot 8, user 4, flags 1, process 4, descriptor 4, inode 8, size 8, proof 32
///   MET    code 2, proof 32, text
///   MOVE
/// ```
final class ZmtpNear {
  static final String MEET = "MEET";
  static final String MET = "MET";
  static final String MOVE = "MOVE";

  private static final HexFormat HEX = HexFormat.of();
  private static final int PROOF = 32;
  private static final int MEET_BYTES = 8 + 4 + 1 + 4 + 4 + 8 + 8 + PROOF;
  private static final int MET_BYTES = 2 + PROOF;
  private static final int BYTES_TOO = 1;

  /// The longest text of a MET that is written.
  private static final int TEXT = 255;

  private ZmtpNear() {}

  static Message.Meet meet(ZmtpCursor in) throws PeerException.Malformed {
    long boot = in.u64("boot");
    int uid = (int) in.u32("user");
    boolean bytesToo = (in.u8("flags") & BYTES_TOO) != 0;
    int pid = (int) in.u32("process");
    int descriptor = (int) in.u32("descriptor");
    Message.Place at = new Message.Place(pid, descriptor, in.u64("inode"), in.u64("size"));
    String proof = HEX.formatHex(in.take(PROOF, "proof"));
    in.end();
    return new Message.Meet(boot, uid, bytesToo, at, proof);
  }

  static Message.Met met(ZmtpCursor in) throws PeerException.Malformed {
    int code = in.u16("code");
    String proof = HEX.formatHex(in.take(PROOF, "proof"));
    byte[] text = in.rest();
    return new Message.Met(code, proof, text.length == 0 ? "" : ZmtpCodec.words(text));
  }

  static Message.Move move(ZmtpCursor in) throws PeerException.Malformed {
    in.end();
    return new Message.Move();
  }

  /// Returns the name of the command that says it.
  ///
  /// @throws IllegalArgumentException if none does
  static String name(Message word) {
    return switch (word) {
      case Message.Meet _ -> MEET;
      case Message.Met _ -> MET;
      case Message.Move _ -> MOVE;
      default ->
          throw new IllegalArgumentException("word: " + word + " (expected: MEET, MET, MOVE)");
    };
  }

  /// Returns the data of that command.
  static byte[] data(Message word) {
    return switch (word) {
      case Message.Meet meet -> data(meet);
      case Message.Met met -> data(met);
      default -> new byte[0];
    };
  }

  private static byte[] data(Message.Meet meet) {
    return ByteBuffer.allocate(MEET_BYTES)
        .putLong(meet.boot())
        .putInt(meet.uid())
        .put((byte) (meet.bytesToo() ? BYTES_TOO : 0))
        .putInt(meet.at().pid())
        .putInt(meet.at().descriptor())
        .putLong(meet.at().inode())
        .putLong(meet.at().bytes())
        .put(HEX.parseHex(meet.proofHex()))
        .array();
  }

  private static byte[] data(Message.Met met) {
    byte[] all = met.text().getBytes(StandardCharsets.US_ASCII);
    byte[] text = Arrays.copyOf(all, Math.min(all.length, TEXT));
    return ByteBuffer.allocate(MET_BYTES + text.length)
        .putShort((short) met.code())
        .put(HEX.parseHex(met.proofHex()))
        .put(text)
        .array();
  }
}
