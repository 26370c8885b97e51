package dev.myelin.wire.zmtp;

import dev.myelin.wire.ByteSink;
import dev.myelin.wire.ByteSource;
import dev.myelin.wire.PeerException;
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

  private static final byte[] NO_DATA = {};

  private final ZmtpLine line;
  private final PartsTerms terms;
  private final RandomGenerator random;
  private boolean speaks31;

  /// @param random where keys and nonces of CURVE come from; must be unpredictable
  ZmtpHandshake(ByteSource in, ByteSink out, PartsTerms terms, RandomGenerator random) {
    this.line = new ZmtpLine(in, out, terms.limits().handshakeBytes());
    this.terms = terms;
    this.random = random;
  }

  PartsSession accept() throws IOException {
    greet();
    if (terms.security() instanceof PartsSecurity.Open) {
      ZmtpAgreement agreed = agree(ready());
      line.send(ZmtpCommand.READY, ZmtpMetadata.encode(agreed.role(), terms));
      return open(agreed, "");
    }
    return prove();
  }

  PartsSession dial() throws IOException {
    if (terms.roles().size() != 1) {
      throw new IllegalArgumentException(
          "roles: " + terms.roles() + " (expected: one where it dials)");
    }
    greet();
    if (terms.security() instanceof PartsSecurity.Open) {
      line.send(ZmtpCommand.READY, ZmtpMetadata.encode(ownRole(), terms));
      return open(agree(ready()), "");
    }
    return prove();
  }

  private void greet() throws IOException {
    String mechanism = mechanism();
    line.write(ZmtpGreeting.of(mechanism, isServer()).encode());
    // A peer of ZMTP 2.0 sends no more than 11 bytes before it knows what we are.
    byte[] begin = new byte[ZmtpGreeting.VERSION_END];
    line.read(begin, 0, "a greeting");
    ZmtpGreeting.checkVersion(begin);
    byte[] whole = Arrays.copyOf(begin, ZmtpGreeting.SIZE);
    line.read(whole, begin.length, "a whole greeting");
    ZmtpGreeting theirs = ZmtpGreeting.parse(whole);
    if (!theirs.mechanism().equals(mechanism)) {
      throw new PeerException.Refused(
          "refused the peer: its mechanism is "
              + ZmtpCodec.words(theirs.mechanism().getBytes(StandardCharsets.ISO_8859_1))
              + " (expected: "
              + mechanism
              + ", as here)");
    }
    speaks31 = theirs.speaks31();
  }

  private String mechanism() {
    return switch (terms.security()) {
      case PartsSecurity.Open _ -> "NULL";
      case PartsSecurity.PlainClient _, PartsSecurity.PlainServer _ -> "PLAIN";
      case PartsSecurity.CurveClient _, PartsSecurity.CurveServer _ -> "CURVE";
    };
  }

  /// Returns what goes into the greeting; libzmq writes and reads nothing there (RFC 37, Topology).
  private boolean isServer() {
    return terms.security() instanceof PartsSecurity.PlainServer
        || terms.security() instanceof PartsSecurity.CurveServer;
  }

  private PartsSession prove() throws IOException {
    return switch (terms.security()) {
      case PartsSecurity.Open _ -> throw new IllegalStateException("NULL proves nothing");
      case PartsSecurity.PlainClient client -> plainClient(client);
      case PartsSecurity.PlainServer server -> plainServer(server);
      case PartsSecurity.CurveClient client -> curveClient(client);
      case PartsSecurity.CurveServer server -> curveServer(server);
    };
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
    String user = admit(server.authenticator(), new PartsSecurity.Claim("CURVE", "", "", key));
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
    Optional<SocketRole> own = peer.flatMap(terms::roleFor);
    return agreed(peer.isEmpty() ? Optional.of(ownRole()) : own, peer, theirs);
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
        new ZmtpReceiver(line.in(), line.offset(), agreed.role(), terms.limits(), opener),
        new ZmtpSender(speaks31, sealer));
  }
}
