package dev.myelin.wire.asoc;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One handshake: the two frames of stock ASoc, then the three that prove both sides.
///
/// ```
///   dialler                                    acceptor
///     | HELLO  id, proof, challenge   ──────▶     |  proof holds, never seen, not our own id
///     |     ◀──────  ACCEPT  derived token        |  one write with
///     |     ◀──────  OFFER   id, nonce, community |
///     | PROVE  nonce, proof           ──────▶     |  proof over everything said so far
///     |     ◀──────  PROVED  proof                |
/// ```
///
/// A stock peer sends no OFFER or no PROVE; whether it may stay is for [Credentials#trust] to say.
/// A stranger gets no byte of ours before its HELLO holds.
final class AsocHandshake {
  private final ByteSource in;
  private final ByteSink out;
  private final Credentials mine;
  private final Limits limits;
  private final int features;
  private final Carrier carrier;
  private long offset;

  /// @param features the bits of what this side can do
  AsocHandshake(ByteSource in, ByteSink out, Credentials mine, Limits limits, int features) {
    this.in = in;
    this.out = out;
    this.mine = mine;
    this.limits = limits;
    this.carrier = mine.trust().carrier();
    this.features = AsocFeature.on(carrier, features);
  }

  Session accept() throws IOException {
    byte[] helloFrame = greeting(AsocHeader.HELLO, AsocFrame.Hello.PAYLOAD);
    UUID dialler = checkHello(helloFrame);
    AsocBytes token = AsocProofs.token(helloFrame, mine.node(), mine.key());
    byte[] acceptFrame = AsocCodec.encode(AsocProofs.accept(token, mine.key()));
    byte[] offer = AsocExtensionCodec.encode(offer());
    send(acceptFrame, AsocCodec.control(0, offer));
    byte[] prove = extension(AsocExtension.PROVE);
    if (prove == null) {
      return stock(dialler.toString());
    }
    return proven(dialler, prove, helloFrame, acceptFrame, body(offer));
  }

  private UUID checkHello(byte[] helloFrame) throws PeerException {
    AsocFrame.Hello hello = AsocCodec.hello(MemorySegment.ofArray(helloFrame), 0);
    if (!AsocProofs.holds(hello, mine.key())) {
      throw new PeerException.Refused(
          "refused " + hello.node() + ": its HELLO was not made with our key");
    }
    if (hello.node().equals(mine.node())) {
      throw new PeerException.Refused("refused a HELLO with our own id: an echo of ourselves");
    }
    // Last, so that only those who hold the key can fill the memory.
    if (!mine.trust().firstSeen(AsocProofs.fingerprint(helloFrame))) {
      throw new PeerException.Refused(
          "refused " + hello.node() + ": its HELLO was used before, a replay");
    }
    return hello.node();
  }

  private AsocExtension.Offer offer() {
    return new AsocExtension.Offer(
        new AsocExtension.Versions(AsocExtensionCodec.VERSION, AsocExtensionCodec.VERSION),
        features,
        mine.node(),
        nonce(),
        new AsocExtension.Place(mine.listenPort(), AsocBeacon.communityHash(mine.community())));
  }

  private Session proven(
      UUID dialler, byte[] payload, byte[] helloFrame, byte[] acceptFrame, byte[] offerBody)
      throws IOException {
    AsocExtension.Prove prove = (AsocExtension.Prove) decode(payload);
    if (prove.version() != AsocExtensionCodec.VERSION) {
      throw malformed("version: %d (expected: %d)", prove.version(), AsocExtensionCodec.VERSION);
    }
    byte[] transcript =
        AsocProofs.transcript(
            mine.community(),
            carrier.binding(),
            helloFrame,
            acceptFrame,
            offerBody,
            covered(payload));
    if (!prove.proof().equals(AsocProofs.diallerProof(transcript, mine.key()))) {
      throw new PeerException.Refused(
          "refused "
              + dialler
              + ": its proof does not hold ("
              + (carrier.encrypted()
                  ? "somebody in between ends the encryption"
                  : "it replays another's HELLO")
              + ", or it is of another community)");
    }
    checkCarrier(dialler.toString(), prove.features());
    AsocBytes proof = AsocProofs.acceptorProof(transcript, mine.key());
    send(AsocCodec.control(0, AsocExtensionCodec.encode(new AsocExtension.Proved(proof))));
    return mutual(dialler, prove.listenPort(), prove.features());
  }

  Session dial() throws IOException {
    AsocFrame.Hello hello = AsocProofs.hello(mine.node(), mine.random().nextInt(), mine.key());
    byte[] helloFrame = AsocCodec.encode(hello);
    send(helloFrame);
    byte[] acceptFrame = greeting(AsocHeader.ACCEPT, AsocFrame.Accept.PAYLOAD);
    AsocFrame.Accept accept = AsocCodec.accept(MemorySegment.ofArray(acceptFrame), 0);
    if (!AsocProofs.holds(accept, mine.key())) {
      throw new PeerException.Refused("refused the acceptor: its ACCEPT was not made with our key");
    }
    if (!mine.trust().firstSeen(AsocProofs.fingerprint(accept.token()))) {
      throw new PeerException.Refused("refused the acceptor: its ACCEPT was used before, a replay");
    }
    byte[] offer = extension(AsocExtension.OFFER);
    return offer == null ? stock("") : prove(offer, accept.token(), helloFrame, acceptFrame);
  }

  private Session prove(byte[] payload, AsocBytes token, byte[] helloFrame, byte[] acceptFrame)
      throws IOException {
    AsocExtension.Offer offer = (AsocExtension.Offer) decode(payload);
    checkOffer(offer, token, helloFrame);
    AsocExtension.Prove draft =
        new AsocExtension.Prove(
            AsocExtensionCodec.VERSION,
            features,
            nonce(),
            mine.listenPort(),
            AsocBytes.of(new byte[AsocExtension.NONCE]));
    byte[] transcript =
        AsocProofs.transcript(
            mine.community(),
            carrier.binding(),
            helloFrame,
            acceptFrame,
            body(payload),
            covered(AsocExtensionCodec.encode(draft)));
    AsocBytes proof = AsocProofs.diallerProof(transcript, mine.key());
    send(AsocCodec.control(0, AsocExtensionCodec.encode(draft.proven(proof))));
    awaitProved(transcript);
    return mutual(offer.acceptor(), offer.place().listenPort(), offer.features());
  }

  private void checkOffer(AsocExtension.Offer offer, AsocBytes token, byte[] helloFrame)
      throws IOException {
    if (!token.equals(AsocProofs.token(helloFrame, offer.acceptor(), mine.key()))) {
      throw new PeerException.Refused(
          "refused " + offer.acceptor() + ": its ACCEPT does not answer our HELLO");
    }
    if (offer.acceptor().equals(mine.node())) {
      throw new PeerException.Refused("refused an acceptor with our own id: we dialled ourselves");
    }
    // Only now is it known that the acceptor holds the key, so that it may hear why we leave.
    if (offer.place().communityHash() != AsocBeacon.communityHash(mine.community())) {
      throw leave(FaultCode.REFUSED, "the two nodes share the key but not the community");
    }
    AsocExtension.Versions theirs = offer.versions();
    if (theirs.lowest() > AsocExtensionCodec.VERSION
        || theirs.highest() < AsocExtensionCodec.VERSION) {
      throw leave(
          FaultCode.UNSUPPORTED,
          "extensions: version %d to %d (expected: %d)"
              .formatted(theirs.lowest(), theirs.highest(), AsocExtensionCodec.VERSION));
    }
    checkCarrier(offer.acceptor().toString(), offer.features());
  }

  /// Refuses a carrier in clear between two nodes that both can encrypt, for then somebody keeps
  /// TLS away from them; what the peer says of itself is covered by the proofs.
  private void checkCarrier(String peer, int theirFeatures) throws IOException {
    if (carrier.encrypted() || !carrier.canEncrypt()) {
      return;
    }
    if ((theirFeatures & AsocFeature.TLS.mask()) != 0) {
      throw leave(
          FaultCode.REFUSED,
          "both nodes can encrypt, but this connection is in clear: somebody in between keeps TLS"
              + " away");
    }
    if (!mine.trust().allowsStock(peer)) {
      throw leave(FaultCode.REFUSED, "this node encrypts (expected: TLS, or a peer under compat)");
    }
  }

  private PeerException leave(FaultCode code, String text) throws IOException {
    byte[] fault = AsocExtensionCodec.encode(new AsocExtension.Fault(code.code(), text));
    send(AsocCodec.control(0, fault));
    return new PeerException.Refused("refused the peer: " + text);
  }

  private void awaitProved(byte[] transcript) throws IOException {
    if (in.peek(1).byteSize() == 0) {
      throw new PeerException.Refused(
          "refused by the acceptor: it closed instead of answering our proof ("
              + (carrier.encrypted()
                  ? "somebody in between ends the encryption, or it is of another community)"
                  : "it is of another community?)"));
    }
    byte[] payload = nextExtension(AsocExtension.PROVED);
    if (payload == null) {
      throw malformed("no PROVED (expected: PROVED behind PROVE)");
    }
    AsocExtension.Proved proved = (AsocExtension.Proved) decode(payload);
    if (!proved.proof().equals(AsocProofs.acceptorProof(transcript, mine.key()))) {
      throw new PeerException.Refused("refused the acceptor: its proof does not hold");
    }
  }

  private Session mutual(UUID peer, int listenPort, int theirFeatures) {
    Set<AsocFeature> common = AsocFeature.of(theirFeatures & features);
    Introduction introduction =
        new Introduction(
            peer.toString(), Introduction.Proof.MUTUAL, listenPort, AsocFeature.names(common));
    return AsocSession.open(in, out, limits, introduction, common, offset);
  }

  private Session stock(String id) throws PeerException {
    if (carrier.encrypted()) {
      throw new PeerException.Refused(
          "refused "
              + (id.isEmpty() ? "the acceptor" : id)
              + ": no proof over TLS; stock ASoc nodes do not speak TLS, so somebody in between"
              + " left it out");
    }
    if (!mine.trust().allowsStock(id)) {
      throw new PeerException.Refused(
          "refused "
              + (id.isEmpty() ? "the acceptor" : id)
              + ": it looks like a stock ASoc node, which proves too little;"
              + " policy compat lets such nodes in");
    }
    Introduction introduction = new Introduction(id, Introduction.Proof.STOCK, 0, Set.of());
    return AsocSession.open(in, out, limits, introduction, Set.of(), offset);
  }

  /// Reads a frame of the stock handshake; its header is checked before anything else is read.
  private byte[] greeting(int type, int payload) throws IOException {
    MemorySegment header = in.peek(AsocHeader.SIZE);
    if (header.byteSize() < AsocHeader.SIZE) {
      throw ended(type, header.byteSize());
    }
    AsocCodec.checkGreeting(header, type, payload, offset);
    return take(AsocHeader.SIZE + payload);
  }

  private static PeerException ended(int type, long seen) {
    if (type == AsocHeader.ACCEPT && seen == 0) {
      return new PeerException.Refused(
          "refused by the acceptor: it closed instead of answering our HELLO (another key? or it"
              + " wants TLS)");
    }
    return new PeerException.Closed(
        "ended after " + seen + " bytes of " + AsocHeader.typeName(type), false, null);
  }

  /// Returns the payload of the extension the peer begins with, null if it is a stock peer: one
  /// that stays silent beyond our patience, or sends something else.
  private byte @Nullable [] extension(int kind) throws IOException {
    return in.ready(mine.trust().patience()) ? nextExtension(kind) : null;
  }

  private byte @Nullable [] nextExtension(int kind) throws IOException {
    int next = peekKind();
    if (next == -1) {
      return null;
    }
    int length = (int) AsocHeader.length(in.peek(AsocHeader.SIZE));
    if (next == AsocExtension.FAULT) {
      AsocExtension.Fault fault = (AsocExtension.Fault) decode(takePayload(length));
      throw new PeerException.Refused("refused by the peer: " + fault.text());
    }
    if (next != kind || length != AsocExtensionCodec.HEAD + bodySize(kind)) {
      throw malformed(
          "%s of %d bytes (expected: %s of %d)",
          AsocExtensionCodec.kindName(next),
          length,
          AsocExtensionCodec.kindName(kind),
          AsocExtensionCodec.HEAD + bodySize(kind));
    }
    return takePayload(length);
  }

  /// Returns the kind of the extension that comes next, -1 if the next frame is something else.
  private int peekKind() throws IOException {
    MemorySegment header = in.peek(AsocHeader.SIZE);
    if (header.byteSize() < AsocHeader.SIZE) {
      throw new PeerException.Closed("ended during the handshake", false, null);
    }
    AsocCodec.checkHeader(header, limits.frames(), offset);
    if (AsocHeader.type(header) != AsocHeader.CONTROL
        || AsocHeader.stream(header) != 0
        || AsocHeader.length(header) < AsocExtensionCodec.HEAD) {
      return -1;
    }
    MemorySegment more = in.peek(AsocHeader.SIZE + AsocExtensionCodec.HEAD);
    return AsocExtensionCodec.kind(more.asSlice(AsocHeader.SIZE));
  }

  private static int bodySize(int kind) {
    return switch (kind) {
      case AsocExtension.OFFER -> AsocExtension.Offer.BODY;
      case AsocExtension.PROVE -> AsocExtension.Prove.BODY;
      default -> AsocExtension.Proved.BODY;
    };
  }

  private AsocExtension decode(byte[] payload) throws PeerException.Malformed {
    return AsocExtensionCodec.decode(MemorySegment.ofArray(payload), limits.streams(), offset);
  }

  private byte[] takePayload(int length) throws IOException {
    byte[] frame = take(AsocHeader.SIZE + length);
    return Arrays.copyOfRange(frame, AsocHeader.SIZE, frame.length);
  }

  private byte[] take(int length) throws IOException {
    byte[] bytes = new byte[length];
    if (!in.readFully(MemorySegment.ofArray(bytes))) {
      throw new PeerException.Closed("ended during the handshake", false, null);
    }
    offset += length;
    return bytes;
  }

  private void send(byte[]... frames) throws IOException {
    if (frames.length == 1) {
      out.write(MemorySegment.ofArray(frames[0]));
    } else {
      MemorySegment second = MemorySegment.ofArray(frames[1]);
      out.write(MemorySegment.ofArray(frames[0]), second, 0, second.byteSize());
    }
    out.flush();
  }

  private AsocBytes nonce() {
    byte[] nonce = new byte[AsocExtension.NONCE];
    mine.random().nextBytes(nonce);
    return AsocBytes.of(nonce);
  }

  private static byte[] body(byte[] payload) {
    return Arrays.copyOfRange(payload, AsocExtensionCodec.HEAD, payload.length);
  }

  private static byte[] covered(byte[] provePayload) {
    return Arrays.copyOf(body(provePayload), AsocExtension.Prove.COVERED);
  }

  private PeerException.Malformed malformed(String format, Object... values) {
    return AsocCodec.malformed(offset, format, values);
  }
}
