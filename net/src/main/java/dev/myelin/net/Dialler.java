package dev.myelin.net;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorDialect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Dials for a transport: TCP, TLS unless the configuration says otherwise, and the handshake of a
/// dialect.
///
/// Only an address that counts as a stock peer's is tried in clear, after it took no TLS. An
/// attacker can bring that about by cutting TLS; but two nodes that both can encrypt tell each
/// other so in the proofs, and refuse.
final class Dialler {
  /// How long a possible stock peer is given to answer TLS: it may read on for ten seconds and say
  /// nothing.
  private static final Duration STOCK_PATIENCE = Duration.ofSeconds(1);

  private static final String NO_TLS = "TLS, which stock nodes (policy compat) do not know,";
  private static final int MOST_REMEMBERED = 1024;

  private final Transport transport;
  private final @Nullable Encrypter encrypter;
  private final CompatList compatible;
  private final Resolver resolver;

  /// Places that took no TLS lately, so that not every dial waits for them to refuse it.
  private final LinkedHashMap<Endpoint, Boolean> inClear =
      new LinkedHashMap<>(); // guarded by itself

  Dialler(
      Transport transport,
      @Nullable Encrypter encrypter,
      CompatList compatible,
      Resolver resolver) {
    this.transport = transport;
    this.encrypter = encrypter;
    this.compatible = compatible;
    this.resolver = resolver;
  }

  Connection dial(Endpoint to, TensorDialect dialect) throws IOException {
    Link link = link(to, dialect);
    if (encrypter == null) {
      return shakeHands(link, dialect, Carrier.plain());
    }
    boolean mayBeStock = compatible.mayBeStock(link.address());
    if (mayBeStock && isRemembered(to)) {
      return dialInClear(link, dialect);
    }
    TlsDuplex encrypted;
    try {
      encrypted = encrypt(link, mayBeStock ? STOCK_PATIENCE : handshakeLimit().dividedBy(2));
    } catch (PeerException.Mistrusted e) {
      throw new PeerException.Mistrusted(to + ": " + e.getMessage(), e);
    } catch (IOException e) {
      if (!mayBeStock) {
        throw e;
      }
      Connection connection = dialInClear(link(to, dialect), dialect);
      remember(to);
      return connection;
    }
    Link inside = link.over(encrypted);
    return shakeHands(inside, dialect, bound(inside, encrypted));
  }

  /// A link to a place, and what it runs on.
  record Carried(Link link, Carrier carrier) {}

  /// Dials a place for another dialect: encrypted, unless this node never encrypts.
  Carried carry(Endpoint to, String dialect) throws IOException {
    Link link = link(to, dialect);
    if (encrypter == null) {
      return new Carried(link, Carrier.plain());
    }
    TlsDuplex encrypted = encrypt(link, handshakeLimit().dividedBy(2));
    encrypted.widen();
    Link inside = link.over(encrypted);
    return new Carried(inside, bound(inside, encrypted));
  }

  /// Returns what a proof inside is bound to; closes the link if the library cannot tell.
  private static Carrier bound(Link inside, TlsDuplex encrypted) throws IOException {
    try {
      return Carrier.encrypted(encrypted.binding());
    } catch (IOException | RuntimeException | Error e) {
      inside.close();
      throw e;
    }
  }

  private Connection dialInClear(Link link, TensorDialect dialect) throws IOException {
    try {
      return shakeHands(link, dialect, Carrier.inClear());
    } catch (IOException e) {
      forget(link.remote());
      throw e;
    }
  }

  private TlsDuplex encrypt(Link link, Duration limit) throws IOException {
    if (encrypter == null) {
      throw new IllegalStateException("this transport does not encrypt");
    }
    try (Deadline deadline = new Deadline(link, limit)) {
      try {
        return encrypter.dial(link.duplex(), link.remote());
      } catch (IOException e) {
        link.close();
        throw deadline.passed()
            ? timedOut(link.remote(), NO_TLS, limit)
            : explained(link.remote(), e);
      } catch (RuntimeException | Error e) {
        link.close();
        throw e;
      }
    }
  }

  private Connection shakeHands(Link link, TensorDialect dialect, Carrier carrier)
      throws IOException {
    Duration limit = handshakeLimit();
    try (Deadline deadline = new Deadline(link, limit)) {
      try {
        Session session =
            dialect.dial(
                link.source(),
                link.sink(),
                transport.credentials(link.address(), carrier),
                transport.limits());
        transport.counting().add(Counters.Counter.CONNECTIONS_DIALLED);
        return transport.established(link, session);
      } catch (IOException e) {
        link.close();
        throw deadline.passed()
            ? timedOut(link.remote(), "the handshake", limit)
            : explained(link.remote(), e);
      } catch (RuntimeException | Error e) {
        link.close();
        throw e;
      }
    }
  }

  private Duration handshakeLimit() {
    return transport.limits().waits().handshake();
  }

  private Link link(Endpoint to, TensorDialect dialect) throws IOException {
    return link(to, dialect.name());
  }

  private Link link(Endpoint to, String dialect) throws IOException {
    SocketChannel channel = connect(to);
    InetAddress address = channel.socket().getInetAddress();
    return Link.over(
        SocketDuplex.of(channel, transport.config().links()),
        new Link.Way(to, address, dialect, false),
        transport);
  }

  private SocketChannel connect(Endpoint to) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      InetSocketAddress address = new InetSocketAddress(firstOf(to), to.port());
      channel.socket().connect(address, (int) transport.limits().waits().connect().toMillis());
      SelfConnection.refuse(channel);
      return channel;
    } catch (PeerException e) {
      channel.close();
      throw e;
    } catch (IOException e) {
      channel.close();
      transport.counting().add(Counters.Counter.DIALS_FAILED);
      throw new PeerException.Unreachable(to + ": " + e.getMessage(), e);
    }
  }

  private InetAddress firstOf(Endpoint to) throws PeerException {
    try {
      return resolver.all(to.host()).getFirst();
    } catch (UnknownHostException e) {
      throw new PeerException.Unreachable(
          to
              + ": host name "
              + to.host()
              + " does not resolve (expected: an address or a known name)",
          e);
    }
  }

  private PeerException timedOut(Endpoint to, String what, Duration limit) {
    transport.counting().add(Counters.Counter.TIMED_OUT_HANDSHAKE);
    return new PeerException.TimedOut(
        to + " did not finish " + what + " within " + limit.toMillis() + " ms");
  }

  private static IOException explained(Endpoint to, IOException cause) {
    if (cause instanceof PeerException.Closed) {
      return new PeerException.Refused(
          to
              + " closed the connection during the handshake (expected: an answer; the keys may"
              + " differ, or the peer does not let us in): "
              + cause.getMessage());
    }
    return cause instanceof PeerException
        ? cause
        : new PeerException.Closed(to + ": " + cause.getMessage(), false, cause);
  }

  private boolean isRemembered(Endpoint to) {
    synchronized (inClear) {
      return inClear.containsKey(to);
    }
  }

  private void remember(Endpoint to) {
    synchronized (inClear) {
      inClear.put(to, true);
      if (inClear.size() > MOST_REMEMBERED) {
        inClear.pollFirstEntry();
      }
    }
  }

  private void forget(Endpoint to) {
    synchronized (inClear) {
      inClear.remove(to);
    }
  }
}
