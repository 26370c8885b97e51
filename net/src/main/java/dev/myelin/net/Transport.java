package dev.myelin.net;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorDialect;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Sockets under one identity: listens, dials, and keeps the deadlines of every connection it made.
///
/// A node stands on one. Used alone it gives bare connections, read in the caller's own thread,
/// which is the shortest way there is.
public final class Transport implements AutoCloseable {
  /// How long a stock peer, where one may come, is given to turn out not to be one.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /// The same where none may come: an honest peer on a loaded machine must not be taken for one.
  private static final Duration LONG_PATIENCE = Duration.ofSeconds(3);

  private final NodeConfig config;
  private final Counters counters = new Counters();
  private final Tasks tasks = new Tasks();
  private final Watchdog watchdog;
  private final Herald herald;
  private final ReplayMemory memory;
  private final Resolver resolver = new Resolver();
  private final CompatList compatible;
  private final @Nullable Encrypter encrypter;
  private final Dialler dialler;
  private final SecureRandom random = new SecureRandom();
  private final Neighbourhood neighbourhood;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Services services;
  private volatile int listenPort;
  private volatile boolean closed;
  private volatile UnaryOperator<Duplex> wear = UnaryOperator.identity();

  private Transport(NodeConfig config, ReplayMemory memory, @Nullable Encrypter encrypter) {
    this.config = config;
    this.memory = memory;
    this.compatible = new CompatList(config.security(), resolver);
    this.encrypter = encrypter;
    this.dialler = new Dialler(this, encrypter, compatible, resolver);
    this.watchdog = new Watchdog(threadName("watchdog"));
    this.herald = new Herald(tasks, config.links().threads(), threadName("herald"));
    this.neighbourhood = Neighbourhood.open(this);
    watchdog.watch(neighbourhood);
  }

  private static @Nullable Encrypter encrypter(NodeConfig config) throws IOException {
    return switch (config.security().encryption()) {
      case NodeConfig.Encryption.Plain _ -> null;
      case NodeConfig.Encryption.Tls tls ->
          Encrypter.open(tls, config.identity().stateFolder(), TlsLibrary.best());
    };
  }

  /// Opens the transport of that identity; it does nothing yet. Its connections know no credit and
  /// take nothing up again, for who uses them need not read while it sends.
  ///
  /// @throws IOException if the state folder, or the files of an authority, cannot be used
  public static Transport open(NodeConfig config) throws IOException {
    Limits limits = config.limits();
    Limits bare = limits.flow(limits.flow().windowBytes(0)).partials(limits.partials().files(0));
    return ofNode(config.limits(bare));
  }

  /// Opens a transport whose connections always have a reader.
  static Transport ofNode(NodeConfig config) throws IOException {
    ReplayMemory memory = ReplayMemory.open(config.identity().stateFolder());
    try {
      return new Transport(config, memory, encrypter(config));
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /// Listens for every dialect; `accepted` is given each connection once its handshake is done, and
  /// returns at once.
  ///
  /// @throws IOException if the port is taken or the address is not ours
  public Listener listen(Endpoint at, Consumer<Connection> accepted) throws IOException {
    Listener listener = Listener.open(this, at, accepted);
    listeners.add(listener);
    listenPort = listener.endpoint().port();
    return listener;
  }

  /// Dials a node and shakes hands in the caller's thread.
  ///
  /// Waits at most [Limits.Waits#connect] for TCP and [Limits.Waits#handshake] for the rest.
  /// Interrupting the thread gives the attempt up.
  ///
  /// @throws dev.myelin.wire.PeerException.Unreachable if there is no TCP connection
  /// @throws dev.myelin.wire.PeerException.Refused if one side does not want the other
  /// @throws dev.myelin.wire.PeerException.TimedOut if the peer took too long
  public Connection dial(Endpoint to) throws IOException {
    return dial(to, Dialects.preferred());
  }

  Connection dial(Endpoint to, TensorDialect dialect) throws IOException {
    return dialler.dial(to, dialect);
  }

  /// Dials a node for a session of another kind.
  Dialler.Carried carry(Endpoint to) throws IOException {
    return dialler.carry(to, Dialects.patterns().name());
  }

  /// Has peers that speak of messages in parts be received by these from now on.
  void serve(Services those) {
    services = those;
  }

  /// Returns the sockets that are found at the listening port; null before anybody asked for one.
  @Nullable Services services() {
    return services;
  }

  /// Puts something between every socket still to come and what is carried over it: tests of broken
  /// links do.
  void wear(UnaryOperator<Duplex> between) {
    wear = between;
  }

  /// Returns the bytes of a socket as this transport carries them.
  Duplex worn(Duplex socket) {
    return wear.apply(socket);
  }

  /// Makes the connection of a finished handshake.
  Connection established(Link link, Session session) {
    link.duplex().widen();
    Connection connection = new Connection(link, session);
    connections.add(connection);
    connection.meetNeighbour();
    if (closed) {
      connection.close();
    }
    if (connection.state() == Connection.State.CLOSED) {
      connections.remove(connection);
    }
    return connection;
  }

  /// Returns who we are, as told to a peer at that address.
  Credentials credentials(InetAddress address, Carrier carrier) {
    NodeConfig.Identity identity = config.identity();
    return new Credentials(
        identity.id(),
        identity.key(),
        identity.community(),
        listenPort,
        new PeerTrust(address, compatible, memory, patience(), carrier),
        random);
  }

  private Duration patience() {
    boolean secure = config.security().policy() == NodeConfig.Security.Policy.SECURE;
    return secure ? LONG_PATIENCE : PATIENCE;
  }

  /// Returns the pin of this node's public key, by which peers can know it; empty without
  /// encryption.
  ///
  /// @throws IOException if the key cannot be read or made
  public Optional<String> pin() throws IOException {
    return encrypter == null ? Optional.empty() : Optional.of(encrypter.pin());
  }

  /// Returns what was counted since the start, by name.
  public Map<String, Long> counters() {
    return counters.snapshot();
  }

  /// Closes listeners and connections, and waits for their threads.
  @Override
  public void close() {
    closed = true;
    listeners.forEach(Listener::close);
    connections.forEach(Connection::close);
    tasks.close();
    watchdog.close();
    memory.close();
    neighbourhood.close();
    if (encrypter != null) {
      encrypter.close();
    }
  }

  void closed(Connection connection) {
    connections.remove(connection);
    counters.add(Counters.Counter.CONNECTIONS_CLOSED);
  }

  void closed(Listener listener) {
    listeners.remove(listener);
  }

  String threadName(String role) {
    return "my-" + config.identity().id().toString().substring(0, 4) + "-" + role;
  }

  NodeConfig config() {
    return config;
  }

  Limits limits() {
    return config.limits();
  }

  /// Returns what encrypts connections; null where none is.
  @Nullable Encrypter encrypter() {
    return encrypter;
  }

  /// Returns whether a stock peer, which knows no TLS, may be at that address.
  boolean mayBeStock(InetAddress address) {
    return compatible.mayBeStock(address);
  }

  Counters counting() {
    return counters;
  }

  Resolver resolver() {
    return resolver;
  }

  Tasks tasks() {
    return tasks;
  }

  Neighbourhood neighbourhood() {
    return neighbourhood;
  }

  SecureRandom random() {
    return random;
  }

  Herald herald() {
    return herald;
  }

  Watchdog watchdog() {
    return watchdog;
  }
}
