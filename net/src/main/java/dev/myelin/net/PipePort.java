package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A port, or a file, of one socket of a pattern: accepts, shakes hands and makes pipes.
final class PipePort implements Plumbing.Use {
  private static final System.Logger LOG = System.getLogger(PipePort.class.getName());
  private static final Duration LAST_GREETING = Duration.ofSeconds(1);
  private static final long EXHAUSTED_NANOS = 50_000_000;

  private final Pipeworks works;
  private final PipeAddress address;
  private final ServerSocketChannel server;
  private final PipeTerms terms;
  private final PipeOwner owner;
  private final Strangers strangers;
  private final LogPace pace = new LogPace();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;
  private volatile boolean closed;

  private PipePort(
      Pipeworks works,
      PipeAddress address,
      ServerSocketChannel server,
      PipeTerms terms,
      PipeOwner owner) {
    this.works = works;
    this.address = address;
    this.server = server;
    this.terms = terms;
    this.owner = owner;
    Transport transport = works.transport();
    this.strangers = new Strangers(transport.limits().strangers(), transport.counting());
    this.acceptor =
        transport.tasks().forkPlatform(transport.threadName("acceptor"), this::acceptAll);
  }

  static PipePort open(Pipeworks works, PipeAddress at, PipeTerms terms, PipeOwner owner)
      throws IOException {
    at.requireWelcome(terms.options());
    ServerSocketChannel server = at.listen();
    PipeAddress bound;
    try {
      bound = at.bound(server);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return new PipePort(works, bound, server, terms, owner);
  }

  @Override
  public String endpoint() {
    return address.toString();
  }

  @Override
  public void close(boolean withPipes) {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      // The port is free either way.
    }
    Tasks.join(acceptor, LAST_GREETING);
    address.released();
    if (withPipes) {
      links.forEach(Link::close);
    }
  }

  private void acceptAll() {
    while (server.isOpen()) {
      try {
        greet(server.accept());
      } catch (IOException e) {
        if (!server.isOpen()) {
          return;
        }
        // Most likely out of descriptors: those of half-open connections come back in time.
        refused("", "accept failed: " + e.getMessage());
        LockSupport.parkNanos(EXHAUSTED_NANOS);
      }
    }
  }

  private void greet(SocketChannel channel) throws IOException {
    InetAddress from = InetAddress.getLoopbackAddress();
    Endpoint remote;
    try {
      tune(channel, terms.options());
      if (channel.getRemoteAddress() instanceof InetSocketAddress tcp) {
        from = tcp.getAddress();
        remote = new Endpoint(from.getHostAddress(), tcp.getPort());
      } else {
        remote = new Endpoint("ipc", 0);
      }
    } catch (IOException e) {
      channel.close(); // gone before it was greeted
      return;
    }
    Strangers.Answer answer = strangers.knock(from);
    if (answer != Strangers.Answer.WELCOME) {
      channel.close();
      refused(remote.host(), remote + ": too many connections, or failures, of this address");
      return;
    }
    Link link = works.link(channel, new Link.Way(remote, from, "zmtp", true));
    Strangers.Guest guest = strangers.admit(from, link::close);
    links.add(link);
    Thread greeter = works.fork(link, "reader", () -> serve(link, guest));
    if (greeter.getState() == Thread.State.NEW) {
      gone(link, guest); // closing, and nobody will greet
    }
  }

  /// Has a socket behave as the options ask.
  static void tune(SocketChannel channel, SocketOptions options) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }
    if (options.queues().kernelSend() > 0) {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, options.queues().kernelSend());
    }
    if (options.queues().kernelReceive() > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, options.queues().kernelReceive());
    }
  }

  private void serve(Link link, Strangers.Guest guest) {
    try {
      PartsSession session = shakeHands(link, guest);
      if (session != null && !closed) {
        IOException end = works.pump(link, session, terms, owner).run();
        if (end instanceof PeerException.Malformed) {
          refused(link.remote().host(), link.remote() + ": " + end.getMessage());
        }
      } else if (session != null) {
        session.close();
      }
    } finally {
      gone(link, guest);
    }
  }

  private @Nullable PartsSession shakeHands(Link link, Strangers.Guest guest) {
    Transport transport = works.transport();
    try (Deadline deadline = new Deadline(link, transport.limits().waits().handshake())) {
      try {
        PartsSession session =
            Dialects.patterns()
                .accept(
                    link.source(),
                    link.sink(),
                    new PipeHost(works.terms(terms), owner, link.remote().toString()));
        strangers.proven(guest);
        transport.counting().add(Counters.Counter.CONNECTIONS_ACCEPTED);
        return session;
      } catch (IOException e) {
        turnAway(link, guest, deadline.passed(), e);
        return null;
      }
    }
  }

  private void turnAway(Link link, Strangers.Guest guest, boolean late, IOException cause) {
    if (late) {
      works.transport().counting().add(Counters.Counter.TIMED_OUT_HANDSHAKE);
      refused(link.remote().host(), link.remote() + ": no complete handshake in time");
      return;
    }
    if (cause instanceof PeerException && !(cause instanceof PeerException.Closed)) {
      failed(guest);
      works.transport().counting().add(Counters.Counter.REFUSED_HANDSHAKE);
    }
    refused(link.remote().host(), link.remote() + ": " + cause.getMessage());
  }

  /// Where nothing is to be proven, nothing can be guessed: a peer of the wrong kind that dials
  /// again and again must not shut out others behind its address.
  private void failed(Strangers.Guest guest) {
    if (!(terms.options().security() instanceof PartsSecurity.Open)) {
      strangers.failed(guest);
    }
  }

  private void gone(Link link, Strangers.Guest guest) {
    links.remove(link);
    link.close();
    strangers.left(guest);
  }

  /// @param host whose fault it is, for the pace of the log
  private void refused(String host, String reason) {
    owner.failed(endpoint(), new PeerException.Refused(reason));
    if (pace.allows(host)) {
      LOG.log(System.Logger.Level.INFO, "{0}: turned away: {1}", endpoint(), reason);
    }
  }
}
