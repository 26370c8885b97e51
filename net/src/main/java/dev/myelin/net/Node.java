package dev.myelin.net;

import dev.myelin.net.discovery.Announced;
import dev.myelin.net.discovery.Discoveries;
import dev.myelin.net.discovery.Discovery;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// This process in the network: owns the listener, the peers and the discovery, and closes them in
/// that order.
///
/// ```java
/// try (Node node = Node.start(NodeConfig.of("lab", key))) {
///   node.awaitPeer(Duration.ofSeconds(10)).send("weights", tensor);
/// }
/// ```
public final class Node implements AutoCloseable {
  private final NodeConfig config;
  private final Transport transport;
  private final NodeEvents events;
  private final Roster roster;
  private final Reunion reunion;
  private final TensorPool memory;
  private final TensorPool pool;
  private final Reception reception;
  private final Inbox inbox;
  private final @Nullable Stowage stowage;
  private final Tasks tasks = new Tasks();
  private final SecureRandom random = new SecureRandom();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Listener listener;
  private final Messaging messaging;

  private Node(NodeConfig config, Reception reception, Transport transport, TensorPool memory)
      throws IOException {
    this.config = config;
    this.transport = transport;
    this.reception = reception;
    this.stowage =
        reception instanceof Reception.Folder folder
            ? new Stowage(folder, config.limits().partials())
            : null;
    this.events = new NodeEvents(transport.counting());
    Limits limits = config.limits();
    this.memory = memory;
    this.pool = memory.child(transport.threadName("tensors"), limits.streams().memoryBytes());
    TensorPool stash = memory.child(transport.threadName("stash"), limits.flow().stashBytes());
    this.inbox = new Inbox(pool, stash, limits);
    this.roster = new Roster(id(), events, transport.counting(), this::seek);
    this.reunion = new Reunion(transport, roster, events, tasks, this::intake);
    this.listener =
        transport.listen(config.listening().at(), connection -> reunion.attach(connection, null));
    listener.onRefusal(events::refused);
    this.messaging = Messaging.of(this);
  }

  /// Starts a node whose tensors arrive in its inbox; otherwise as the longer form.
  public static Node start(NodeConfig config) throws IOException {
    return start(config, Reception.inbox());
  }

  /// Starts a node: it listens and looks for peers when this returns.
  ///
  /// @throws IOException if the port is taken or the state folder cannot be used; the message says
  ///   what to do
  public static Node start(NodeConfig config, Reception reception) throws IOException {
    Transport transport = Transport.ofNode(config);
    TensorPool memory = TensorPool.open(transport.threadName("pool"), memoryBytes(config.limits()));
    Node node;
    try {
      node = new Node(config, reception, transport, memory);
    } catch (IOException | RuntimeException e) {
      transport.close();
      memory.close();
      throw e;
    }
    try {
      node.begin();
      return node;
    } catch (IOException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private static long memoryBytes(Limits limits) {
    long tensors = limits.streams().memoryBytes();
    return Math.min(tensors, Long.MAX_VALUE - limits.flow().stashBytes())
        + limits.flow().stashBytes();
  }

  private void begin() throws IOException {
    tasks.fork(transport.threadName("porter"), inbox.parking()::run);
    if (config.security().policy() == NodeConfig.Security.Policy.COMPAT) {
      System.getLogger(Node.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "policy compat: {0} may connect without the extended handshake; their HELLO and"
                  + " ACCEPT can be relayed",
              config.security().compatible().isEmpty()
                  ? "every stock peer that holds the key"
                  : config.security().compatible());
    }
    if (config.security().encryption() instanceof NodeConfig.Encryption.Plain) {
      System.getLogger(Node.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "connections are not encrypted: whoever is on the path reads every tensor and can"
                  + " change it");
    }
    if (reception instanceof Reception.Receiver to) {
      tasks.forkPlatform(transport.threadName("handler"), () -> handleAll(to.handler()));
    }
    Endpoint at = endpoint();
    InetSocketAddress listen = new InetSocketAddress(at.host(), at.port());
    NodeConfig.Identity identity = config.identity();
    Announced self = new Announced(identity.id(), identity.community(), identity.key(), listen);
    List<Discovery> sources =
        Discoveries.from(
            config.finding(),
            self,
            InstantSource.system(),
            random,
            problem -> events.discoveryFailed("peers", problem));
    for (Discovery source : sources) {
      tasks.fork(transport.threadName("discovery-" + source.name()), () -> discover(source));
    }
  }

  private void discover(Discovery source) throws InterruptedException {
    try {
      source.watch(sighting -> roster.sighted(sighting, sighting.source().equals("static")));
    } catch (IOException e) {
      if (!closed.get()) {
        events.discoveryFailed(source.name(), String.valueOf(e.getMessage()));
      }
    }
  }

  private void handleAll(Consumer<Delivery> handler) throws InterruptedException {
    while (true) {
      Delivery delivery = inbox.take();
      try {
        handler.accept(delivery);
      } catch (RuntimeException | Error e) {
        // Also an Error: a handler that ends would leave every peer waiting for room.
        delivery.close();
        System.getLogger(Node.class.getName())
            .log(System.Logger.Level.WARNING, "the handler failed on tensor " + delivery.name(), e);
      }
    }
  }

  private void seek(KnownPeer peer) {
    Seeker seeker = new Seeker(new Home(), peer, random);
    String who = peer.id().map(PeerId::brief).orElseGet(() -> String.valueOf(peer.endpoints()));
    tasks.fork(transport.threadName("seeker-" + who), () -> seeker.run(headStart(peer)));
  }

  /// Of two nodes that discover each other, the one with the smaller id dials and the other waits a
  /// moment, so that one connection is made and not two. Stock peers want to be dialled at once
  /// (wire page, section 6, rule 2).
  private Duration headStart(KnownPeer peer) {
    boolean stockPossible = config.security().policy() == NodeConfig.Security.Policy.COMPAT;
    boolean theirTurn = peer.id().map(id -> id.text().compareTo(id().text()) < 0).orElse(false);
    return theirTurn && !stockPossible ? Duration.ofMillis(200) : Duration.ZERO;
  }

  private Intake intake() {
    return stowage == null
        ? new InboxIntake(inbox)
        : new FolderIntake(stowage, pool, config.limits(), tasks);
  }

  /// What the seekers see of this node.
  private final class Home implements Seeker.Home {
    @Override
    public Transport transport() {
      return transport;
    }

    @Override
    public boolean isSelf(InetAddress address, int port) {
      return Self.is(endpoint(), address, port);
    }

    @Override
    public void attach(Connection connection, KnownPeer dialled) {
      reunion.attach(connection, dialled);
    }

    @Override
    public void letGo(Connection connection, KnownPeer dialled) {
      reunion.letGo(connection, dialled);
    }

    @Override
    public void forget(KnownPeer peer) {
      roster.remove(peer);
    }
  }

  /// Has the peers know that there is a service here that was not before.
  void tellService() {
    reunion.tell(new Message.Serves());
  }

  /// Returns where sockets of messaging patterns are opened that are found at this node's port by
  /// the name of their service, `myelin://resize`, and find those of other nodes. Closed with this.
  public Messaging messaging() {
    return messaging;
  }

  Transport transport() {
    return transport;
  }

  /// Returns who this node is.
  public PeerId id() {
    return PeerId.of(config.identity().id());
  }

  /// Returns the pin of this node's public key, by which peers can know it; empty without
  /// encryption.
  ///
  /// @throws IOException if the key cannot be read or made
  public Optional<String> pin() throws IOException {
    return transport.pin();
  }

  /// Returns where it listens, with the real port.
  public Endpoint endpoint() {
    return listener.endpoint();
  }

  /// Returns the peers known now, connected ones first.
  public List<Peer> peers() {
    return List.copyOf(roster.all());
  }

  /// Waits at most `limit` until any peer is connected.
  ///
  /// @throws PeerException.TimedOut if none is; the message says what was tried and heard
  public Peer awaitPeer(Duration limit) throws IOException, InterruptedException {
    return require(
        roster.await(peers -> firstConnected(peers, null), limit.toNanos()), "any peer", limit);
  }

  /// Waits at most `limit` until that peer is connected.
  ///
  /// @throws PeerException.TimedOut if it is not; the message says what was tried and heard
  public Peer awaitPeer(PeerId id, Duration limit) throws IOException, InterruptedException {
    return require(
        roster.await(peers -> firstConnected(peers, id), limit.toNanos()), "peer " + id, limit);
  }

  /// Dials an endpoint, keeps it as a fixed peer, and waits at most `limit` until it is connected.
  ///
  /// @throws PeerException.TimedOut if it is not by then; it is dialled on all the same
  public Peer connect(Endpoint endpoint, Duration limit) throws IOException, InterruptedException {
    KnownPeer peer = roster.atAddress(endpoint, "static", true);
    Peer connected =
        roster.await(
            _ -> peer.actual().state() == Peer.State.CONNECTED ? peer.actual() : null,
            limit.toNanos());
    return require(connected, endpoint.toString(), limit);
  }

  /// Waits at most `limit` until a peer that was lost is connected again, be it under another id at
  /// one of the places where it was; returns it at once if it is connected.
  ///
  /// @param places its endpoints while it was connected; a peer that another one replaced has none
  /// @throws PeerException.TimedOut if it is not; it is dialled on as before
  public Peer awaitReturn(Peer peer, List<Endpoint> places, Duration limit)
      throws IOException, InterruptedException {
    Peer found = roster.await(peers -> firstConnected(peers, peer.id(), places), limit.toNanos());
    return require(found, "peer " + peer.id().map(PeerId::text).orElse(places.toString()), limit);
  }

  private static @Nullable Peer firstConnected(
      List<KnownPeer> peers, Optional<PeerId> id, List<Endpoint> places) {
    KnownPeer elsewhere = null;
    for (KnownPeer peer : peers) {
      if (peer.state() != Peer.State.CONNECTED) {
        continue;
      }
      if (id.isPresent() && peer.id().equals(id)) {
        return peer;
      }
      if (!Collections.disjoint(peer.endpoints(), places)) {
        elsewhere = peer;
      }
    }
    return elsewhere;
  }

  private static @Nullable Peer firstConnected(List<KnownPeer> peers, @Nullable PeerId id) {
    for (KnownPeer peer : peers) {
      boolean wanted = id == null || peer.id().filter(id::equals).isPresent();
      if (wanted && peer.state() == Peer.State.CONNECTED) {
        return peer;
      }
    }
    return null;
  }

  private Peer require(@Nullable Peer peer, String whom, Duration limit) throws PeerException {
    if (peer != null) {
      return peer;
    }
    requireOpen();
    StringBuilder heard = new StringBuilder();
    for (KnownPeer known : roster.all()) {
      heard
          .append("; ")
          .append(known.endpoints())
          .append(": ")
          .append(known.lastFailure().orElse("no answer yet"));
    }
    throw new PeerException.TimedOut(
        whom
            + ": not connected within "
            + limit.toMillis()
            + " ms"
            + (heard.isEmpty()
                ? "; no other node was seen (same community and key? 'myelin doctor' checks the"
                    + " network)"
                : heard));
  }

  /// Waits at most `limit` for the next tensor; the caller owns it.
  ///
  /// @throws PeerException.TimedOut if none came
  /// @throws IllegalStateException if this node's tensors go to a handler or a folder
  public Delivery receive(Duration limit) throws IOException, InterruptedException {
    if (!(reception instanceof Reception.Inbox)) {
      throw new IllegalStateException("reception: " + reception + " (expected: the inbox)");
    }
    Delivery delivery = inbox.poll(limit);
    if (delivery == null) {
      requireOpen();
      throw new PeerException.TimedOut("no tensor within " + limit.toMillis() + " ms");
    }
    return delivery;
  }

  private void requireOpen() throws PeerException {
    if (closed.get()) {
      throw new PeerException.Closed("this node was closed", false, null);
    }
  }

  /// Returns the pool in which tensors land.
  public TensorPool pool() {
    return pool;
  }

  /// Returns the pool of all its memory: of [#pool], and of what is put aside.
  TensorPool memory() {
    return memory;
  }

  /// Returns how many tensors wait for memory or for room in the inbox.
  int waiting() {
    return inbox.parking().size();
  }

  /// Returns why no node of this process can share memory with others on this machine; empty if
  /// they can.
  public static Optional<String> whyNothingIsShared() {
    return SharedMemory.whyNot();
  }

  /// Returns the pool for tensors that are to be given to peers on this machine without a copy; see
  /// [Peer#give]. Where nothing is shared it is a pool like any other.
  public TensorPool sharedPool() {
    return transport.neighbourhood().given();
  }

  /// Returns what was counted since the start, by name: refusals, drops, bytes, frames.
  public Map<String, Long> counters() {
    return transport.counters();
  }

  /// Adds someone to be told what happens.
  public void addListener(NodeListener nodeListener) {
    events.add(nodeListener);
  }

  /// Says goodbye, lets streams under way end within the drain limit, closes everything; calls that
  /// wait throw [PeerException.Closed]. Twice is harmless.
  ///
  /// @throws dev.myelin.tensor.LeakException if tensors of this node are still open; it names them
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    listener.close();
    messaging.close();
    roster.close();
    reunion.close(config.limits().waits().drain());
    tasks.close();
    transport.close();
    inbox.close();
    if (stowage != null) {
      stowage.partials().close();
    }
    memory.close();
  }
}
