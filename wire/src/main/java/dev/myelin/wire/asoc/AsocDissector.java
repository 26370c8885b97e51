package dev.myelin.wire.asoc;

import dev.myelin.wire.Dissection;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.Message.Contact;
import dev.myelin.wire.PeerException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Takes ASoc bytes apart: the frames of one direction of a connection, or one discovery datagram.
///
/// Proofs are shown and not checked, since a dissector has no key.
public final class AsocDissector implements Dissection.Dissector {
  private final Limits limits;

  private AsocDissector(Limits limits) {
    this.limits = limits;
  }

  /// Returns a dissector that calls a frame bad where a node with these limits would refuse it.
  public static AsocDissector of(Limits limits) {
    return new AsocDissector(limits);
  }

  @Override
  public String dialect() {
    return AsocCodec.DIALECT;
  }

  /// Returns the frames in the bytes one side wrote, or the one beacon they are.
  ///
  /// Fifty bytes are a beacon unless they begin as a frame does: with a known version and type, or
  /// with the length that fills them.
  @Override
  public List<Dissection> dissect(MemorySegment bytes) {
    if (bytes.byteSize() == AsocBeacon.SIZE && !beginsAsFrame(bytes)) {
      return List.of(beacon(bytes));
    }
    List<Dissection> all = new ArrayList<>();
    long at = 0;
    while (at < bytes.byteSize()) {
      Dissection frame = frame(bytes.asSlice(at), at);
      all.add(frame);
      if (!frame.ok()) {
        break;
      }
      at += AsocHeader.SIZE + frame.length();
    }
    return all;
  }

  private static boolean beginsAsFrame(MemorySegment bytes) {
    boolean known =
        AsocHeader.version(bytes) == AsocHeader.VERSION
            && AsocHeader.type(bytes) >= AsocHeader.DATA
            && AsocHeader.type(bytes) <= AsocHeader.ACCEPT;
    return known || AsocHeader.length(bytes) == bytes.byteSize() - AsocHeader.SIZE;
  }

  private static Dissection beacon(MemorySegment bytes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    try {
      AsocBeacon beacon = AsocBeacon.parse(bytes);
      fields.put("community_hash", AsocBytes.of(bytes, 0, 8).hex());
      fields.put("node_id", beacon.node().toString());
      fields.put("port", (long) beacon.port());
      fields.put("timestamp", beacon.epochSecond());
      fields.put("challenge", Integer.toUnsignedLong(beacon.challenge()));
      fields.put("hmac", AsocBytes.of(bytes, 34, 16).hex());
      return new Dissection(AsocCodec.DIALECT, 0, "BEACON", bytes.byteSize(), fields, "");
    } catch (PeerException.Malformed e) {
      return bad(0, "BEACON", bytes.byteSize(), fields, e);
    }
  }

  private Dissection frame(MemorySegment rest, long at) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (rest.byteSize() < AsocHeader.SIZE) {
      PeerException.Malformed e =
          AsocCodec.malformed(
              at, "header: %d bytes (expected: %d)", rest.byteSize(), AsocHeader.SIZE);
      return bad(at, "TRUNCATED", rest.byteSize(), fields, e);
    }
    String type = AsocHeader.typeName(AsocHeader.type(rest));
    long length = AsocHeader.length(rest);
    fields.put("version", (long) AsocHeader.version(rest));
    fields.put("stream_id", Integer.toUnsignedLong(AsocHeader.stream(rest)));
    fields.put("seq", Integer.toUnsignedLong(AsocHeader.sequence(rest)));
    long size = Math.min(rest.byteSize(), AsocHeader.SIZE + length);
    try {
      parts(AsocCodec.decode(rest.asSlice(0, size), limits.frames(), at), at, fields);
      return new Dissection(AsocCodec.DIALECT, at, type, length, fields, "");
    } catch (PeerException.Malformed e) {
      return bad(at, type, length, fields, e);
    }
  }

  private static Dissection bad(
      long at, String type, long length, Map<String, Object> fields, PeerException.Malformed e) {
    return new Dissection(
        AsocCodec.DIALECT, at, type, length, fields, String.valueOf(e.getMessage()));
  }

  private void parts(AsocFrame frame, long at, Map<String, Object> fields)
      throws PeerException.Malformed {
    switch (frame) {
      case AsocFrame.Hello(var node, var proof, int challenge) -> {
        fields.put("node_id", node.toString());
        fields.put("proof", proof.hex());
        fields.put("challenge", Integer.toUnsignedLong(challenge));
      }
      case AsocFrame.Accept(var token, var signature) -> {
        fields.put("token", token.hex());
        fields.put("signature", signature.hex());
      }
      case AsocFrame.Control(int _, int _, var payload) -> control(payload, at, fields);
      case AsocFrame.Data _, AsocFrame.End _, AsocFrame.Unknown _ -> {}
    }
  }

  private void control(MemorySegment payload, long at, Map<String, Object> fields)
      throws PeerException.Malformed {
    int kind = AsocExtensionCodec.kind(payload);
    if (kind < 0) {
      return;
    }
    fields.put("extension", AsocExtensionCodec.kindName(kind));
    AsocExtension extension = AsocExtensionCodec.decode(payload, limits.streams(), at);
    switch (extension) {
      case AsocExtension.Offer offer -> offer(offer, fields);
      case AsocExtension.Prove prove -> prove(prove, fields);
      case AsocExtension.Proved(var proof) -> fields.put("proof", proof.hex());
      case AsocExtension.Open open -> open(open, fields);
      case AsocExtension.Digest(var value) -> fields.put("value", value.hex());
      case AsocExtension.Abort(int code, String text) -> words(code, text, fields);
      case AsocExtension.Cancel(int code, String text) -> words(code, text, fields);
      case AsocExtension.Receipt receipt -> receipt(receipt, fields);
      case AsocExtension.Whole whole -> whole(whole, fields);
      case AsocExtension.Credit(long bytes) -> fields.put("bytes", bytes);
      case AsocExtension.Packed packed -> packed(packed, fields);
      case AsocExtension.Resume resume -> resume(resume, fields);
      case AsocExtension.Ping(long token) -> fields.put("token", token);
      case AsocExtension.Pong(long token) -> fields.put("token", token);
      case AsocExtension.Goodbye(int code, String text) -> words(code, text, fields);
      case AsocExtension.Fault(int code, String text) -> words(code, text, fields);
      case AsocExtension.Contacts(var contacts) ->
          fields.put("contacts", contacts.stream().map(AsocDissector::contact).toList());
      case AsocExtension.Reference reference -> reference(reference, fields);
      case AsocExtension.Meet(Message.Meet meet) -> meet(meet, fields);
      case AsocExtension.Met(Message.Met(int code, String proof, String text)) -> {
        words(code, text, fields);
        fields.put("proof", proof);
      }
      case AsocExtension.Free(var ids) -> fields.put("ids", ids);
      case AsocExtension.Move _, AsocExtension.Serves _, AsocExtension.Unknown _ -> {}
    }
  }

  private static void whole(AsocExtension.Whole whole, Map<String, Object> fields) {
    open(whole.open(), fields);
    fields.put("value", whole.digest().hex());
  }

  private static void reference(AsocExtension.Reference reference, Map<String, Object> fields) {
    open(reference.open(), fields);
    fields.put("id", reference.id());
    place(reference.at(), fields);
    fields.put("offset", reference.offset());
  }

  private static void meet(Message.Meet meet, Map<String, Object> fields) {
    fields.put("boot", "%016x".formatted(meet.boot()));
    fields.put("uid", Integer.toUnsignedLong(meet.uid()));
    fields.put("bytes_too", meet.bytesToo());
    fields.put("pid", Integer.toUnsignedLong(meet.at().pid()));
    place(meet.at(), fields);
    fields.put("proof", meet.proofHex());
  }

  private static void place(Message.Place at, Map<String, Object> fields) {
    fields.put("descriptor", Integer.toUnsignedLong(at.descriptor()));
    fields.put("inode", at.inode());
    fields.put("segment_bytes", at.bytes());
  }

  private static void offer(AsocExtension.Offer offer, Map<String, Object> fields) {
    fields.put("lowest_version", (long) offer.versions().lowest());
    fields.put("highest_version", (long) offer.versions().highest());
    fields.put("features", Integer.toUnsignedLong(offer.features()));
    fields.put("acceptor_id", offer.acceptor().toString());
    fields.put("nonce", offer.nonce().hex());
    fields.put("listen_port", (long) offer.place().listenPort());
    fields.put("community_hash", "%016x".formatted(offer.place().communityHash()));
  }

  private static void prove(AsocExtension.Prove prove, Map<String, Object> fields) {
    fields.put("extension_version", (long) prove.version());
    fields.put("features", Integer.toUnsignedLong(prove.features()));
    fields.put("nonce", prove.nonce().hex());
    fields.put("listen_port", (long) prove.listenPort());
    fields.put("proof", prove.proof().hex());
  }

  private static void open(AsocExtension.Open open, Map<String, Object> fields) {
    fields.put("dtype", name(AsocTypes.dtype(open.dtype()), open.dtype()));
    fields.put("digest", name(AsocTypes.digest(open.digest()), open.digest()));
    fields.put("dims", open.dims());
    fields.put("byte_length", open.byteLength());
    fields.put("name", open.name());
  }

  private static void resume(AsocExtension.Resume resume, Map<String, Object> fields) {
    switch (resume) {
      case AsocExtension.Ask(var identity, var open) -> {
        fields.put("step", "ask");
        fields.put("identity", identity.hex());
        open(open, fields);
      }
      case AsocExtension.Held(long bytes, var digest) -> {
        fields.put("step", "held");
        fields.put("bytes", bytes);
        fields.put("value", digest.hex());
      }
      case AsocExtension.From(long bytes) -> {
        fields.put("step", "from");
        fields.put("bytes", bytes);
      }
    }
  }

  private static void receipt(AsocExtension.Receipt receipt, Map<String, Object> fields) {
    words(receipt.code(), receipt.text(), fields);
    fields.put("bytes", receipt.bytes());
  }

  private static void packed(AsocExtension.Packed packed, Map<String, Object> fields) {
    fields.put("shuffle", (long) packed.shuffle());
    fields.put("wire_dtype", name(AsocTypes.dtype(packed.wire()), packed.wire()));
  }

  private static String name(@Nullable Enum<?> constant, int code) {
    return constant == null ? "UNKNOWN(" + code + ")" : constant.name();
  }

  private static void words(int code, String text, Map<String, Object> fields) {
    fields.put("code", (long) code);
    fields.put("text", text);
  }

  private static Map<String, Object> contact(Contact contact) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", contact.id());
    fields.put("host", contact.host());
    fields.put("port", (long) contact.port());
    return fields;
  }
}
