package dev.myelin.wire.asoc;

import dev.myelin.tensor.DType;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The bodies of the extensions by which nodes of one machine share memory.
final class AsocSharing {
  private static final HexFormat HEX = HexFormat.of();

  /// MEET: frames pass through memory too.
  private static final int BYTES_TOO = 1;

  private AsocSharing() {}

  static String kindName(int kind) {
    return switch (kind) {
      case AsocExtension.REFERENCE -> "REFERENCE";
      case AsocExtension.MEET -> "MEET";
      case AsocExtension.MET -> "MET";
      case AsocExtension.MOVE -> "MOVE";
      default -> "FREE";
    };
  }

  static AsocExtension decode(int kind, AsocCursor in, Limits.Streams limits)
      throws PeerException.Malformed {
    return switch (kind) {
      case AsocExtension.REFERENCE -> reference(in, limits);
      case AsocExtension.MEET -> meet(in);
      case AsocExtension.MET -> met(in);
      case AsocExtension.MOVE -> new AsocExtension.Move();
      default -> free(in);
    };
  }

  private static AsocExtension reference(AsocCursor in, Limits.Streams limits)
      throws PeerException.Malformed {
    long id = in.u64("id");
    Message.Place at = place(0, in);
    long offset = in.size("offset");
    return new AsocExtension.Reference(AsocExtensionCodec.open(in, limits), id, at, offset);
  }

  static void reference(AsocExtension.Reference reference, DataOutputStream out)
      throws IOException {
    out.writeLong(reference.id());
    place(reference.at(), out);
    out.writeLong(reference.offset());
    AsocExtensionCodec.open(reference.open(), out);
  }

  /// Returns what a reference says, or that its tensor is not wanted. No frame of its stream
  /// follows.
  ///
  /// @param frameOffset where its frame begins in the input
  static Message message(
      int stream, AsocExtension.Reference reference, Limits.Streams limits, long frameOffset)
      throws PeerException.Malformed {
    AsocExtension.Open open = reference.open();
    DType dtype = AsocTypes.dtype(open.dtype());
    TensorHeader.Digest digest = AsocTypes.digest(open.digest());
    if (dtype == null || digest == null || open.byteLength() > limits.tensorBytes()) {
      boolean large = dtype != null && digest != null;
      FaultCode code = large ? FaultCode.TOO_LARGE : FaultCode.UNSUPPORTED;
      return new Message.Declined(
          stream,
          code.code(),
          "dtype %d, digest %d, %d bytes (expected: known ones, <= %d bytes)"
              .formatted(open.dtype(), open.digest(), open.byteLength(), limits.tensorBytes()));
    }
    TensorHeader described = AsocTypes.header(open, frameOffset);
    long bytes = reference.at().bytes();
    if (reference.offset() > bytes || open.byteLength() > bytes - reference.offset()) {
      throw AsocCodec.malformed(
          frameOffset,
          "offset: %d and %d bytes (expected: within %d bytes) of REFERENCE",
          reference.offset(),
          open.byteLength(),
          bytes);
    }
    return new Message.Reference(
        stream, reference.id(), described, reference.at(), reference.offset());
  }

  private static AsocExtension meet(AsocCursor in) throws PeerException.Malformed {
    long boot = in.u64("boot");
    int uid = in.u32("uid");
    boolean bytesToo = (in.u8("flags") & BYTES_TOO) != 0;
    Message.Place at = place(in.u32("pid"), in);
    return new AsocExtension.Meet(
        new Message.Meet(boot, uid, bytesToo, at, in.bytes(AsocExtension.NONCE, "proof").hex()));
  }

  static void meet(Message.Meet meet, DataOutputStream out) throws IOException {
    out.writeLong(meet.boot());
    out.writeInt(meet.uid());
    out.writeByte(meet.bytesToo() ? BYTES_TOO : 0);
    out.writeInt(meet.at().pid());
    place(meet.at(), out);
    proof(meet.proofHex(), out);
  }

  private static AsocExtension met(AsocCursor in) throws PeerException.Malformed {
    int code = in.u16("code");
    String proof = in.bytes(AsocExtension.NONCE, "proof").hex();
    return new AsocExtension.Met(new Message.Met(code, proof, AsocExtensionCodec.words(in)));
  }

  static void met(Message.Met met, DataOutputStream out) throws IOException {
    out.writeShort(met.code());
    proof(met.proofHex(), out);
    AsocExtensionCodec.text(AsocText.encode(met.text(), AsocText.MOST), out);
  }

  private static AsocExtension free(AsocCursor in) throws PeerException.Malformed {
    int count = in.u8("count");
    if (count > AsocExtension.Free.MOST) {
      throw in.malformed("count: %d (expected: <= %d)", count, AsocExtension.Free.MOST);
    }
    List<Long> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(in.u64("id"));
    }
    return new AsocExtension.Free(ids);
  }

  static void free(List<Long> ids, DataOutputStream out) throws IOException {
    out.writeByte(ids.size());
    for (long id : ids) {
      out.writeLong(id);
    }
  }

  private static Message.Place place(int pid, AsocCursor in) throws PeerException.Malformed {
    return new Message.Place(pid, in.u32("descriptor"), in.u64("inode"), in.size("bytes"));
  }

  private static void place(Message.Place at, DataOutputStream out) throws IOException {
    out.writeInt(at.descriptor());
    out.writeLong(at.inode());
    out.writeLong(at.bytes());
  }

  private static void proof(String hex, DataOutputStream out) throws IOException {
    byte[] proof = HEX.parseHex(hex);
    if (proof.length != AsocExtension.NONCE) {
      throw new IllegalArgumentException(
          "proof: " + proof.length + " bytes (expected: " + AsocExtension.NONCE + ")");
    }
    out.write(proof);
  }
}
