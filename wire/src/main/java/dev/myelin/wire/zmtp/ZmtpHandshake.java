package dev.myelin.wire.zmtp;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsHost;
import dev.myelin.wire.parts.PartsPeer;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One handshake: 64 bytes each way, then the commands of the mechanism.
///
/// ```
///   NULL                      PLAIN and CURVE
///   dialler     dialled       client        server
///     | greeting  |             | greeting    |
///     | ◀───────▶ |             | ◀─────────▶ |
///     | READY ──▶ |             | HELLO ────▶ |
///     | ◀── READY |             | ◀── WELCOME |
///                               | INITIATE ─▶ |
///                               | ◀──── READY |
/// ```
///
/// READY and INITIATE say what each side is. Who is dialled reads the peer's first and chooses its
/// own role by it, where the mechanism lets it.
final class ZmtpHandshake {
  /// What a ZAP handler says of credentials that it does not take, and so libzmq in its ERROR.
  private static final String DENIED = "400";

  /// What a peer is told that found nobody who takes it.
  static final String NOBODY = "nobody here takes that";

  private static final String CURVE = "CURVE";

  private static final byte[] NO_DATA = {};

  private final ZmtpLine line;
  private final @Nullable PartsHost host;
  private PartsTerms terms;
  private PartsSecurity security;
  private final RandomGenerator random;
  private boolean speaks31;

  /// @param random where keys and nonces of CURVE come from; must be unpredictable
  ZmtpHandshake(ByteSource in, ByteSink out, PartsTerms terms, RandomGenerator random) {
    this.line = new ZmtpLine(in, out, terms.limits().handshakeBytes());
    this.host = null;
    this.terms = terms;
    this.security = terms.security();
    this.random = random;
  }

  /// One where the peer is told which socket it has reached once it has told what it looks for.
  ZmtpHandshake(ByteSource in, ByteSink out, PartsHost host, RandomGenerator random) {
    this.line = new ZmtpLine(in, out, host.limits().handshakeBytes());
    this.host = host;
    this.terms = host.only().orElseGet(() -> PartsTerms.of(SocketRole.PAIR)); // until it has chosen
    this.security = terms.security();
    this.random = random;
  }

  PartsSession accept() throws IOException {
    if (host == null || host.only().isPresent()) {
      greet(true);
    } else {
      greet(host);
    }
    if (security instanceof PartsSecurity.Open) {
      ZmtpAgreement agreed = agree(ready());
      line.send(ZmtpCommand.READY, ZmtpMetadata.encode(agreed.role(), terms));
      return open(agreed, "");
    }
    return prove(true);
  }

  PartsSession dial() throws IOException {
    if (terms.roles().size() != 1) {
      throw new IllegalArgumentException(
          "roles: " + terms.roles() + " (expected: one where it dials)");
    }
    greet(false);
    if (security instanceof PartsSecurity.Open) {
      line.send(ZmtpCommand.READY, ZmtpMetadata.encode(ownRole(), terms));
      return open(agree(ready()), "");
    }
    return prove(false);
  }

  /// Sends the whole greeting, then reads the peer's.
  private void greet(boolean dialled) throws IOException {
    String mechanism = mechanism();
    line.write(ZmtpGreeting.of(mechanism, isServer(dialled)).encode());
    requireSame(theirGreeting(), mechanism);
  }

  private static void requireSame(ZmtpGreeting theirs, String mechanism)
      throws PeerException.Refused {
    if (!theirs.mechanism().equals(mechanism)) {
      throw new PeerException.Refused(
          "refused the peer: its mechanism is "
              + ZmtpCodec.words(theirs.mechanism().getBytes(StandardCharsets.ISO_8859_1))
              + " (expected: "
              + mechanism
              + ", as here)");
    }
  }

  /// Sends what does not name a mechanism, reads the peer's greeting, and goes along with what it
  /// offers, if that is let in. libzmq sends the rest of its greeting once it has seen the version.
  private void greet(PartsHost to) throws IOException {
    byte[] begin = ZmtpGreeting.of("", false).encode();
    line.write(Arrays.copyOf(begin, ZmtpGreeting.MECHANISM));
    ZmtpGreeting theirs = theirGreeting();
    security = to.security(theirs.mechanism());
    byte[] whole = ZmtpGreeting.of(mechanism(), isServer(true)).encode();
    line.write(Arrays.copyOfRange(whole, ZmtpGreeting.MECHANISM, whole.length));
    requireSame(theirs, mechanism());
  }

  private ZmtpGreeting theirGreeting() throws IOException {
    // A peer of ZMTP 2.0 sends no more than 11 bytes before it knows what we are.
    byte[] begin = new byte[ZmtpGreeting.VERSION_END];
    line.read(begin, 0, "a greeting");
    ZmtpGreeting.checkVersion(begin);
    byte[] whole = Arrays.copyOf(begin, ZmtpGreeting.SIZE);
    line.read(whole, begin.length, "a whole greeting");
    ZmtpGreeting theirs = ZmtpGreeting.parse(whole);
    speaks31 = theirs.speaks31();
    return theirs;
  }

  /// Returns the name of what is asked for or proven.
  ///
  /// @throws IllegalStateException if this program lacks what that takes
  private String mechanism() {
    return switch (security) {
      case PartsSecurity.Open _ -> "NULL";
      case PartsSecurity.Member _ -> "MYELIN";
      case PartsSecurity.PlainClient _, PartsSecurity.PlainServer _ -> "PLAIN";
      case PartsSecurity.CurveClient _, PartsSecurity.CurveServer _ -> curve();
    };
  }

  private static String curve() {
    ZmtpCurve.requireAvailable();
    return CURVE;
  }

  /// Returns what goes into the greeting; libzmq writes and reads nothing there (RFC 37, Topology).
  private boolean isServer(boolean dialled) {
    return switch (security) {
      case PartsSecurity.Open _, PartsSecurity.PlainClient _, PartsSecurity.CurveClient _ -> false;
      case PartsSecurity.PlainServer _, PartsSecurity.CurveServer _ -> true;
      case PartsSecurity.Member _ -> dialled;
    };
  }

  private PartsSession prove(boolean dialled) throws IOException {
    return switch (security) {
      case PartsSecurity.Open _ -> throw new IllegalStateException("NULL proves nothing");
      case PartsSecurity.PlainClient client -> plainClient(client);
      case PartsSecurity.PlainServer server -> plainServer(server);
      case PartsSecurity.CurveClient client -> curveClient(client);
      case PartsSecurity.CurveServer server -> curveServer(server);
      case PartsSecurity.Member member -> dialled ? memberServer(member) : memberClient(member);
    };
  }

  private PartsSession memberClient(PartsSecurity.Member member) throws IOException {
    ZmtpMember proof = new ZmtpMember(member, random);
    line.send(ZmtpCommand.HELLO, proof.hello());
    proof.welcome(line.expect(ZmtpCommand.WELCOME).data());
    line.send(ZmtpCommand.INITIATE, proof.initiate(ZmtpMetadata.encode(ownRole(), terms)));
    ZmtpMetadata theirs = proof.ready(verdict().data());
    return open(agreeAsOwn(theirs), "");
  }

  /// Returns what a member says to our proof and to what we look for. One that takes nobody now
  /// hangs up there, and nowhere else.
  private ZmtpCommand verdict() throws IOException {
    try {
      return line.expect(ZmtpCommand.READY);
    } catch (PeerException.Closed e) {
      throw new PeerException.Overloaded(
          "hung up on our proof (expected: READY): it may have no room now", e);
    }
  }

  private PartsSession memberServer(PartsSecurity.Member member) throws IOException {
    ZmtpMember proof = new ZmtpMember(member, random);
    proof.helloed(line.expect(ZmtpCommand.HELLO).data());
    line.send(ZmtpCommand.WELCOME, proof.welcome());
    ZmtpCursor initiate = line.expect(ZmtpCommand.INITIATE).data();
    if (!proof.holds(initiate)) {
      throw line.refuse(DENIED, "refused the peer: its proof does not hold (expected: our key)");
    }
    ZmtpAgreement agreed = agree(ZmtpMetadata.parse(initiate));
    byte[] ready = proof.ready(ZmtpMetadata.encode(agreed.role(), terms));
    line.send(ZmtpCommand.READY, ready);
    return open(agreed, "");
  }

  private PartsSession plainClient(PartsSecurity.PlainClient client) throws IOException {
    line.send(ZmtpCommand.HELLO, ZmtpPlain.hello(client));
    line.expect(ZmtpCommand.WELCOME).data().end();
    line.send(ZmtpCommand.INITIATE, ZmtpMetadata.encode(ownRole(), terms));
    return open(agreeAsOwn(ready()), "");
  }

  private PartsSession plainServer(PartsSecurity.PlainServer server) throws IOException {
    String user = admit(server.authenticator(), ZmtpPlain.claim(line.next(ZmtpCommand.HELLO)));
    line.send(ZmtpCommand.WELCOME, NO_DATA);
    ZmtpCursor initiate = line.expect(ZmtpCommand.INITIATE).data();
    ZmtpAgreement agreed = agree(ZmtpMetadata.parse(initiate));
    line.send(ZmtpCommand.READY, ZmtpMetadata.encode(agreed.role(), terms));
    return open(agreed, user);
  }

  private PartsSession curveClient(PartsSecurity.CurveClient client) throws IOException {
    ZmtpCurveClient curve = new ZmtpCurveClient(client, random);
    line.send(ZmtpCommand.HELLO, curve.hello());
    curve.welcome(line.expect(ZmtpCommand.WELCOME).data());
    byte[] properties = ZmtpMetadata.encode(ownRole(), terms);
    line.send(ZmtpCommand.INITIATE, curve.initiate(properties));
    ZmtpMetadata theirs = curve.ready(line.expect(ZmtpCommand.READY).data());
    return open(agreeAsOwn(theirs), "", curve.sealer(), curve.opener());
  }

  private PartsSession curveServer(PartsSecurity.CurveServer server) throws IOException {
    ZmtpCurveServer curve = new ZmtpCurveServer(server.own(), random);
    byte[] welcome = curve.welcome(line.expect(ZmtpCommand.HELLO).data());
    line.send(ZmtpCommand.WELCOME, welcome);
    ZmtpMetadata theirs = curve.initiate(line.expect(ZmtpCommand.INITIATE).data());
    String key = curve.clientKey().toZ85();
    String user = admit(server.authenticator(), new PartsSecurity.Claim(CURVE, "", "", key));
    ZmtpAgreement agreed = agree(theirs);
    byte[] ready = curve.ready(ZmtpMetadata.encode(agreed.role(), terms));
    line.send(ZmtpCommand.READY, ready);
    return open(agreed, user, curve.sealer(), curve.opener());
  }

  private String admit(PartsSecurity.Authenticator authenticator, PartsSecurity.Claim claim)
      throws PeerException {
    String user = authenticator.user(claim);
    if (user == null) {
      throw line.refuse(DENIED, "refused the peer: the authenticator does not let in " + claim);
    }
    return user;
  }

  private ZmtpMetadata ready() throws IOException {
    return ZmtpMetadata.parse(line.expect(ZmtpCommand.READY).data());
  }

  private SocketRole ownRole() {
    return terms.roles().iterator().next();
  }

  /// Chooses our role by the peer's.
  private ZmtpAgreement agree(ZmtpMetadata theirs) throws IOException {
    Optional<SocketRole> peer = role(theirs);
    if (host != null) {
      terms = chosen(host, peer.orElse(SocketRole.DEALER), theirs);
    }
    Optional<SocketRole> own = peer.flatMap(terms::roleFor);
    return agreed(peer.isEmpty() ? Optional.of(ownRole()) : own, peer, theirs);
  }

  private PartsTerms chosen(PartsHost from, SocketRole peer, ZmtpMetadata theirs)
      throws PeerException {
    try {
      return from.terms(peer, theirs.all());
    } catch (PeerException.Refused e) {
      PeerException.Refused told = line.refuse(NOBODY, String.valueOf(e.getMessage()));
      told.addSuppressed(e);
      throw told;
    }
  }

  /// Keeps the role that the peer has been told already.
  private ZmtpAgreement agreeAsOwn(ZmtpMetadata theirs) throws IOException {
    Optional<SocketRole> peer = role(theirs);
    boolean fits = peer.isEmpty() || ownRole().speaksTo(peer.get());
    return agreed(fits ? Optional.of(ownRole()) : Optional.empty(), peer, theirs);
  }

  /// Returns the peer's role; empty if it told none, which libzmq accepts.
  private Optional<SocketRole> role(ZmtpMetadata theirs) throws PeerException {
    String type = theirs.socketType();
    Optional<SocketRole> role = SocketRole.named(type);
    if (role.isEmpty() && !type.isEmpty()) {
      String shown = ZmtpCodec.words(type.getBytes(StandardCharsets.ISO_8859_1));
      throw refuse(shown);
    }
    return role;
  }

  private ZmtpAgreement agreed(
      Optional<SocketRole> own, Optional<SocketRole> peer, ZmtpMetadata theirs)
      throws PeerException {
    if (own.isEmpty()) {
      throw refuse(peer.map(SocketRole::name).orElse("nothing"));
    }
    SocketRole role = own.get();
    return new ZmtpAgreement(role, peer.orElseGet(() -> role.partners().iterator().next()), theirs);
  }

  private PeerException.Refused refuse(String theirType) {
    String own = terms.roles().stream().map(SocketRole::name).collect(Collectors.joining(" or "));
    return line.refuse(
        own + " does not speak to " + theirType,
        "refused the peer: it is a " + theirType + ", to which a " + own + " does not speak");
  }

  private PartsSession open(ZmtpAgreement agreed, String user) throws PeerException {
    return open(agreed, user, null, null);
  }

  private PartsSession open(
      ZmtpAgreement agreed, String user, @Nullable ZmtpSealer sealer, @Nullable ZmtpOpener opener)
      throws PeerException {
    PartsPeer peer =
        new PartsPeer(
            agreed.peer(),
            agreed.theirs().routingId(agreed.peer()),
            speaks31 ? "3.1" : "3.0",
            mechanism(),
            user,
            agreed.theirs().all());
    return new ZmtpSession(
        peer,
        agreed.role(),
        new ZmtpReceiver(
            line.in(),
            line.offset(),
            agreed.role(),
            terms.limits(),
            security instanceof PartsSecurity.Member,
            opener),
        new ZmtpSender(speaks31, sealer));
  }
}
