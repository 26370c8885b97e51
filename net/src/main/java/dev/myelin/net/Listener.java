package dev.myelin.net;

import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// One port for every dialect: accepts, sniffs, shakes hands, and hands a connection over.
///
/// Says nothing before it knows whom it talks to, but for one line to HTTP clients.
public final class Listener implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Listener.class.getName());
  private static final int BACKLOG = 1024;
  private static final Duration LAST_GREETING = Duration.ofSeconds(1);
  private static final long EXHAUSTED_NANOS = 50_000_000;

  private final Transport transport;
  private final ServerSocketChannel server;
  private final Consumer<Connection> accepted;
  private final Strangers strangers;
  private final Sniffer sniffer = new Sniffer(Dialects.ALL);
  private final LogPace pace = new LogPace();
  private final Endpoint endpoint;
  private final Thread acceptor;
  private volatile RefusalListener refusals = (_, _) -> {};

  /// Told of each stranger that was turned away.
  @FunctionalInterface
  interface RefusalListener {
    void refused(Endpoint remote, String reason);
  }

  private Listener(
      Transport transport,
      ServerSocketChannel server,
      Endpoint endpoint,
      Consumer<Connection> accepted) {
    this.transport = transport;
    this.server = server;
    this.endpoint = endpoint;
    this.accepted = accepted;
    this.strangers = new Strangers(transport.limits().strangers(), transport.counting());
    this.acceptor =
        transport.tasks().forkPlatform(transport.threadName("acceptor"), this::acceptAll);
  }

  static Listener open(Transport transport, Endpoint at, Consumer<Connection> accepted)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      InetSocketAddress address = new InetSocketAddress(at.host(), at.port());
      if (address.isUnresolved()) {
        throw new IOException("host name does not resolve");
      }
      server.bind(address, BACKLOG);
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      return new Listener(transport, server, new Endpoint(at.host(), port), accepted);
    } catch (IOException e) {
      server.close();
      throw new IOException(
          "cannot listen on "
              + at
              + ": "
              + e.getMessage()
              + " (expected: a free port of this machine; port 0 lets the"
              + " system choose)",
          e);
    }
  }

  /// Returns where it listens, with the real port.
  public Endpoint endpoint() {
    return endpoint;
  }

  void onRefusal(RefusalListener listener) {
    refusals = listener;
  }

  /// Stops accepting; connections already handed over live on. Twice is harmless.
  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      // The port is free either way.
    }
    // Never interrupted: an accept that had succeeded would lose its socket. Closing ends it too.
    Tasks.join(acceptor, LAST_GREETING);
    transport.closed(this);
  }

  private void acceptAll() {
    while (server.isOpen()) {
      try {
        greet(server.accept());
      } catch (IOException e) {
        if (!server.isOpen()) {
          return;
        }
        // Most likely out of descriptors: those of half-open connections come back by their
        // deadlines.
        refused(endpoint, "accept failed: " + e.getMessage());
        LockSupport.parkNanos(EXHAUSTED_NANOS);
      }
    }
  }

  private void greet(SocketChannel channel) throws IOException {
    InetSocketAddress address;
    try {
      address = (InetSocketAddress) channel.getRemoteAddress();
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    } catch (IOException e) {
      channel.close(); // gone before it was greeted
      return;
    }
    Endpoint remote = new Endpoint(address.getAddress().getHostAddress(), address.getPort());
    Strangers.Answer answer = strangers.knock(address.getAddress());
    if (answer != Strangers.Answer.WELCOME) {
      channel.close();
      boolean full = answer == Strangers.Answer.FULL;
      transport
          .counting()
          .add(full ? Counters.Counter.REFUSED_FULL : Counters.Counter.REFUSED_PAUSED);
      refused(remote, full ? "too many connections" : "too many failures from this address");
      return;
    }
    Link link =
        Link.over(
            SocketDuplex.of(channel, transport.config().links()),
            new Link.Way(remote, address.getAddress(), "unknown", true),
            transport);
    Strangers.Guest guest = strangers.admit(address.getAddress(), link::close);
    Thread greeter =
        transport
            .tasks()
            .fork(
                transport.config().links().threads(),
                transport.threadName("greeter-" + remote.port()),
                () -> shakeHands(link, guest));
    if (greeter.getState() == Thread.State.NEW) {
      link.close(); // the node is closing, and nobody will greet
      strangers.left(guest);
    }
  }

  private void shakeHands(Link link, Strangers.Guest guest) {
    Connection connection = null;
    Greeting.Met.Socket socket = null;
    Greeting greeting = new Greeting(transport, sniffer, link);
    try (Deadline deadline = new Deadline(link, transport.limits().waits().sniff())) {
      try {
        Greeting.Met met = greeting.meet(deadline);
        strangers.proven(guest);
        transport.counting().add(Counters.Counter.CONNECTIONS_ACCEPTED);
        switch (met) {
          case Greeting.Met.Node node -> {
            connection = transport.established(greeting.link(), node.session());
            connection.onClose(() -> strangers.left(guest));
          }
          case Greeting.Met.Socket one -> socket = one;
        }
      } catch (IOException e) {
        turnAway(greeting, guest, e, deadline.passed());
      }
    } finally {
      if (connection == null && socket == null) {
        greeting.link().close();
        strangers.left(guest);
      }
    }
    if (connection != null) {
      handOver(connection);
    }
    if (socket != null) {
      serve(socket, guest);
    }
  }

  private void serve(Greeting.Met.Socket socket, Strangers.Guest guest) {
    try {
      socket.visit().serve(socket.session());
    } finally {
      strangers.left(guest);
    }
  }

  private void handOver(Connection connection) {
    try {
      accepted.accept(connection);
    } catch (RuntimeException | Error e) {
      connection.close(); // nobody reads it
      throw e;
    }
  }

  private void turnAway(Greeting greeting, Strangers.Guest guest, IOException cause, boolean late) {
    Link link = greeting.link();
    boolean member = greeting.metMember();
    if (member) {
      strangers.proven(guest); // it looks for what nobody offers, which is no fault
    } else if (greeting.encrypting() && !greeting.metFull()) {
      strangers.failed(guest); // whatever became of it: the work was done for nothing
    }
    if (late) {
      transport.counting().add(Counters.Counter.TIMED_OUT_HANDSHAKE);
      refused(link.remote(), "no complete handshake in time");
      return;
    }
    if (!member && !greeting.encrypting() && isFault(cause)) {
      strangers.failed(guest);
    }
    switch (cause) {
      case Sniffer.NotServed stranger -> {
        transport.counting().add(Counters.Counter.REFUSED_UNRECOGNISED);
        if (stranger.http()) {
          tellHttp(link);
        }
      }
      case PeerException.Closed _ -> {
        // It left by itself; a port scan or a health check does so too.
      }
      case PeerException.Mistrusted _ ->
          transport.counting().add(Counters.Counter.REFUSED_CERTIFICATE);
      case PeerException _ -> transport.counting().add(Counters.Counter.REFUSED_HANDSHAKE);
      default -> {
        // The socket broke: nothing was learnt about the stranger.
      }
    }
    refused(link.remote(), cause.getMessage() == null ? cause.toString() : cause.getMessage());
  }

  /// Returns whether a failure says something bad of the stranger.
  private static boolean isFault(IOException cause) {
    return cause instanceof Sniffer.NotServed
        || (cause instanceof PeerException && !(cause instanceof PeerException.Closed));
  }

  /// Answers an HTTP client with the one line that a person in front of a browser needs.
  private void tellHttp(Link link) {
    int port = transport.config().httpPort();
    String text =
        "This port speaks the tensor dialects of Myelin, not HTTP. "
            + (port == 0
                ? "This node serves no HTTP port.\n"
                : "HTTP is served on port " + port + ".\n");
    String answer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: "
            + text.length()
            + "\r\nConnection: close\r\n\r\n"
            + text;
    try {
      link.sink().write(MemorySegment.ofArray(answer.getBytes(StandardCharsets.US_ASCII)));
      link.sink().flush();
      link.endOutput();
      link.source().discardUpTo(16 << 10, transport.limits().waits().sniff());
    } catch (IOException e) {
      // The client did not stay to hear it.
    }
  }

  private void refused(Endpoint remote, String reason) {
    refusals.refused(remote, reason);
    if (pace.allows(remote.host())) {
      LOG.log(System.Logger.Level.INFO, "{0}: turned away: {1}", remote, reason);
    }
  }
}
