package dev.myelin.wire.asoc;

import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.Message.Contact;
import dev.myelin.wire.PeerException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// Payloads of CONTROL frames ↔ extensions.
///
/// ```
///   0    1    2    3    4    5
///  +----+----+----+----+----+------------
///  | M  | Y  | X  | 01 |kind| body
///  +----+----+----+----+----+------------
/// ```
final class AsocExtensionCodec {
  /// The bytes before the body.
  static final int HEAD = 5;

  static final int MAGIC = 0x4D595801;

  /// The version of the bodies below.
  static final int VERSION = 1;

  /// The most bytes of an id or a host name in CONTACTS.
  private static final int NAME = 255;

  private AsocExtensionCodec() {}

  /// Returns the kind of an extension from its first bytes, -1 if the payload is somebody else's.
  static int kind(MemorySegment payload) {
    if (payload.byteSize() < HEAD || payload.get(AsocHeader.U32, 0) != MAGIC) {
      return -1;
    }
    return Byte.toUnsignedInt(payload.get(ValueLayout.JAVA_BYTE, 4));
  }

  static String kindName(int kind) {
    return switch (kind) {
      case AsocExtension.OFFER -> "OFFER";
      case AsocExtension.PROVE -> "PROVE";
      case AsocExtension.PROVED -> "PROVED";
      case AsocExtension.OPEN -> "OPEN";
      case AsocExtension.DIGEST -> "DIGEST";
      case AsocExtension.ABORT -> "ABORT";
      case AsocExtension.CANCEL -> "CANCEL";
      case AsocExtension.RECEIPT -> "RECEIPT";
      case AsocExtension.CREDIT -> "CREDIT";
      case AsocExtension.WHOLE -> "WHOLE";
      case AsocExtension.PACKED -> "PACKED";
      case AsocExtension.RESUME -> "RESUME";
      case AsocExtension.PING -> "PING";
      case AsocExtension.PONG -> "PONG";
      case AsocExtension.GOODBYE -> "GOODBYE";
      case AsocExtension.FAULT -> "FAULT";
      case AsocExtension.CONTACTS -> "CONTACTS";
      case AsocExtension.SERVES -> "SERVES";
      case AsocExtension.REFERENCE,
          AsocExtension.MEET,
          AsocExtension.MET,
          AsocExtension.MOVE,
          AsocExtension.FREE ->
          AsocSharing.kindName(kind);
      default -> "UNKNOWN(" + kind + ")";
    };
  }

  /// Returns the extension in a payload whose [#kind] is not negative.
  ///
  /// @param frameOffset where the frame begins in the input
  static AsocExtension decode(MemorySegment payload, Limits.Streams limits, long frameOffset)
      throws PeerException.Malformed {
    int kind = kind(payload);
    AsocCursor in = new AsocCursor(payload, HEAD, kindName(kind), frameOffset);
    AsocExtension extension =
        switch (kind) {
          case AsocExtension.OFFER -> offer(in);
          case AsocExtension.PROVE -> prove(in);
          case AsocExtension.PROVED ->
              new AsocExtension.Proved(in.bytes(AsocExtension.NONCE, "proof"));
          case AsocExtension.OPEN -> open(in, limits);
          case AsocExtension.DIGEST -> new AsocExtension.Digest(in.rest());
          case AsocExtension.ABORT -> new AsocExtension.Abort(in.u16("code"), words(in));
          case AsocExtension.CANCEL -> new AsocExtension.Cancel(in.u16("code"), words(in));
          case AsocExtension.RECEIPT ->
              new AsocExtension.Receipt(in.u16("code"), in.size("bytes"), words(in));
          case AsocExtension.WHOLE -> whole(in, limits);
          case AsocExtension.CREDIT -> new AsocExtension.Credit(in.size("bytes"));
          case AsocExtension.PACKED ->
              new AsocExtension.Packed(in.u8("shuffle"), in.u8("wire type"));
          case AsocExtension.RESUME -> resume(in, limits);
          case AsocExtension.PING -> new AsocExtension.Ping(in.u64("token"));
          case AsocExtension.PONG -> new AsocExtension.Pong(in.u64("token"));
          case AsocExtension.GOODBYE -> new AsocExtension.Goodbye(in.u16("code"), words(in));
          case AsocExtension.FAULT -> new AsocExtension.Fault(in.u16("code"), words(in));
          case AsocExtension.CONTACTS -> contacts(in);
          case AsocExtension.SERVES -> new AsocExtension.Serves();
          case AsocExtension.REFERENCE,
              AsocExtension.MEET,
              AsocExtension.MET,
              AsocExtension.MOVE,
              AsocExtension.FREE ->
              AsocSharing.decode(kind, in, limits);
          default -> unknown(in, kind);
        };
    in.finish();
    return extension;
  }

  private static AsocExtension offer(AsocCursor in) throws PeerException.Malformed {
    return new AsocExtension.Offer(
        new AsocExtension.Versions(in.u8("lowest version"), in.u8("highest version")),
        in.u32("features"),
        in.id("acceptor"),
        in.bytes(AsocExtension.NONCE, "nonce"),
        new AsocExtension.Place(in.u16("listen port"), in.u64("community hash")));
  }

  private static AsocExtension prove(AsocCursor in) throws PeerException.Malformed {
    return new AsocExtension.Prove(
        in.u8("version"),
        in.u32("features"),
        in.bytes(AsocExtension.NONCE, "nonce"),
        in.u16("listen port"),
        in.bytes(AsocExtension.NONCE, "proof"));
  }

  private static AsocExtension resume(AsocCursor in, Limits.Streams limits)
      throws PeerException.Malformed {
    int step = in.u8("step");
    return switch (step) {
      case AsocExtension.Resume.ASK ->
          new AsocExtension.Ask(in.bytes(AsocExtension.Ask.IDENTITY, "identity"), open(in, limits));
      case AsocExtension.Resume.HELD -> new AsocExtension.Held(in.size("bytes"), in.rest());
      case AsocExtension.Resume.FROM -> new AsocExtension.From(in.size("bytes"));
      default -> throw in.malformed("step: %d (expected: <= 2)", step);
    };
  }

  static AsocExtension.Open open(AsocCursor in, Limits.Streams limits)
      throws PeerException.Malformed {
    int dtype = in.u8("dtype");
    int digest = in.u8("digest");
    int rank = in.u8("rank");
    if (rank > limits.rank()) {
      throw in.malformed("rank: %d (expected: <= %d)", rank, limits.rank());
    }
    List<Long> dims = new ArrayList<>(rank);
    for (int axis = 0; axis < rank; axis++) {
      dims.add(in.size("dim"));
    }
    long byteLength = in.size("byte length");
    return new AsocExtension.Open(
        dtype, digest, dims, byteLength, in.text(limits.nameBytes(), "name"));
  }

  private static AsocExtension whole(AsocCursor in, Limits.Streams limits)
      throws PeerException.Malformed {
    AsocExtension.Open open = open(in, limits);
    AsocBytes digest = in.bytes(in.u8("digest length"), "digest value");
    return new AsocExtension.Whole(open, digest, in.segment(open.byteLength(), "content"));
  }

  private static AsocExtension contacts(AsocCursor in) throws PeerException.Malformed {
    int count = in.u8("count");
    if (count > AsocExtension.Contacts.MOST) {
      throw in.malformed("count: %d (expected: <= %d)", count, AsocExtension.Contacts.MOST);
    }
    List<Contact> contacts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String id = AsocText.plain(in.text(NAME, "id"));
      contacts.add(new Contact(id, AsocText.plain(in.text(NAME, "host")), in.u16("port")));
    }
    return new AsocExtension.Contacts(contacts);
  }

  private static AsocExtension unknown(AsocCursor in, int kind) {
    in.rest();
    return new AsocExtension.Unknown(kind);
  }

  static String words(AsocCursor in) throws PeerException.Malformed {
    return AsocText.plain(in.text(AsocText.MOST, "text"));
  }

  /// Returns the payload of an extension.
  static byte[] encode(AsocExtension extension) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(extension, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(AsocExtension extension, DataOutputStream out) throws IOException {
    switch (extension) {
      case AsocExtension.Offer offer -> offer(offer, head(AsocExtension.OFFER, out));
      case AsocExtension.Prove prove -> prove(prove, head(AsocExtension.PROVE, out));
      case AsocExtension.Proved(AsocBytes proof) ->
          head(AsocExtension.PROVED, out).write(proof.toArray());
      case AsocExtension.Open open -> open(open, head(AsocExtension.OPEN, out));
      case AsocExtension.Digest(AsocBytes value) ->
          head(AsocExtension.DIGEST, out).write(value.toArray());
      case AsocExtension.Abort(int code, String text) ->
          words(code, text, head(AsocExtension.ABORT, out));
      case AsocExtension.Cancel(int code, String text) ->
          words(code, text, head(AsocExtension.CANCEL, out));
      case AsocExtension.Receipt receipt -> receipt(receipt, head(AsocExtension.RECEIPT, out));
      case AsocExtension.Whole whole -> whole(whole, head(AsocExtension.WHOLE, out));
      case AsocExtension.Credit(long bytes) -> head(AsocExtension.CREDIT, out).writeLong(bytes);
      case AsocExtension.Packed packed -> packed(packed, head(AsocExtension.PACKED, out));
      case AsocExtension.Resume resume -> resume(resume, head(AsocExtension.RESUME, out));
      case AsocExtension.Ping(long token) -> head(AsocExtension.PING, out).writeLong(token);
      case AsocExtension.Pong(long token) -> head(AsocExtension.PONG, out).writeLong(token);
      case AsocExtension.Goodbye(int code, String text) ->
          words(code, text, head(AsocExtension.GOODBYE, out));
      case AsocExtension.Fault(int code, String text) ->
          words(code, text, head(AsocExtension.FAULT, out));
      case AsocExtension.Contacts(List<Contact> contacts) ->
          contacts(contacts, head(AsocExtension.CONTACTS, out));
      case AsocExtension.Serves() -> head(AsocExtension.SERVES, out);
      case AsocExtension.Reference reference ->
          AsocSharing.reference(reference, head(AsocExtension.REFERENCE, out));
      case AsocExtension.Meet(Message.Meet words) ->
          AsocSharing.meet(words, head(AsocExtension.MEET, out));
      case AsocExtension.Met(Message.Met words) ->
          AsocSharing.met(words, head(AsocExtension.MET, out));
      case AsocExtension.Move() -> head(AsocExtension.MOVE, out);
      case AsocExtension.Free(List<Long> ids) ->
          AsocSharing.free(ids, head(AsocExtension.FREE, out));
      case AsocExtension.Unknown(int kind) -> head(kind, out);
    }
  }

  private static DataOutputStream head(int kind, DataOutputStream out) throws IOException {
    out.writeInt(MAGIC);
    out.writeByte(kind);
    return out;
  }

  private static void offer(AsocExtension.Offer offer, DataOutputStream out) throws IOException {
    out.writeByte(offer.versions().lowest());
    out.writeByte(offer.versions().highest());
    out.writeInt(offer.features());
    out.write(AsocHash.bytes(offer.acceptor()));
    out.write(offer.nonce().toArray());
    out.writeShort(offer.place().listenPort());
    out.writeLong(offer.place().communityHash());
  }

  private static void prove(AsocExtension.Prove prove, DataOutputStream out) throws IOException {
    out.writeByte(prove.version());
    out.writeInt(prove.features());
    out.write(prove.nonce().toArray());
    out.writeShort(prove.listenPort());
    out.write(prove.proof().toArray());
  }

  static void open(AsocExtension.Open open, DataOutputStream out) throws IOException {
    out.writeByte(open.dtype());
    out.writeByte(open.digest());
    out.writeByte(open.dims().size());
    for (long dim : open.dims()) {
      out.writeLong(dim);
    }
    out.writeLong(open.byteLength());
    text(AsocHash.utf8(open.name()), out);
  }

  private static void whole(AsocExtension.Open open, AsocBytes digest, DataOutputStream out)
      throws IOException {
    open(open, out);
    out.writeByte(digest.length());
    out.write(digest.toArray());
  }

  private static void whole(AsocExtension.Whole whole, DataOutputStream out) throws IOException {
    whole(whole.open(), whole.digest(), out);
    out.write(whole.content().toArray(ValueLayout.JAVA_BYTE));
  }

  private static void packed(AsocExtension.Packed packed, DataOutputStream out) throws IOException {
    out.writeByte(packed.shuffle());
    out.writeByte(packed.wire());
  }

  private static void receipt(AsocExtension.Receipt receipt, DataOutputStream out)
      throws IOException {
    out.writeShort(receipt.code());
    out.writeLong(receipt.bytes());
    text(AsocText.encode(receipt.text(), AsocText.MOST), out);
  }

  private static void resume(AsocExtension.Resume resume, DataOutputStream out) throws IOException {
    switch (resume) {
      case AsocExtension.Ask(AsocBytes identity, AsocExtension.Open open) -> {
        out.writeByte(AsocExtension.Resume.ASK);
        out.write(identity.toArray());
        open(open, out);
      }
      case AsocExtension.Held(long bytes, AsocBytes digest) -> {
        out.writeByte(AsocExtension.Resume.HELD);
        out.writeLong(bytes);
        out.write(digest.toArray());
      }
      case AsocExtension.From(long bytes) -> {
        out.writeByte(AsocExtension.Resume.FROM);
        out.writeLong(bytes);
      }
    }
  }

  private static void contacts(List<Contact> contacts, DataOutputStream out) throws IOException {
    out.writeByte(contacts.size());
    for (Contact contact : contacts) {
      text(AsocText.encode(contact.id(), NAME), out);
      text(AsocText.encode(contact.host(), NAME), out);
      out.writeShort(contact.port());
    }
  }

  private static void words(int code, String text, DataOutputStream out) throws IOException {
    out.writeShort(code);
    text(AsocText.encode(text, AsocText.MOST), out);
  }

  static void text(byte[] utf8, DataOutputStream out) throws IOException {
    out.writeShort(utf8.length);
    out.write(utf8);
  }
}
