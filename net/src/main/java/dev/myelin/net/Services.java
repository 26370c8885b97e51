package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsHost;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The sockets that are found at a node's one port, by the name of their service.
///
/// Nodes of the community prove its key and name the service they look for. Peers of ZeroMQ name
/// none: the first socket that speaks to theirs, and asks for the proof they offer, takes them.
final class Services {
  /// How a peer names the service it looks for.
  static final String PROPERTY = "X-Service";

  private static final PartsLimits BEFORE = PartsLimits.defaults();

  private final Pipeworks works;
  private final Runnable news;
  private final List<Offered> offered = new CopyOnWriteArrayList<>();
  private final Set<ServiceSeeker> seekers = ConcurrentHashMap.newKeySet();
  private volatile Duration nobodyThere = Duration.ofSeconds(1);

  /// @param news run when there is a service here that was not before
  Services(Pipeworks works, Runnable news) {
    this.works = works;
    this.news = news;
  }

  /// Returns how long a node that does not offer a service is left alone at first.
  Duration nobodyThere() {
    return nobodyThere;
  }

  /// Has such nodes be left alone so long from now on: tests of what ends that time do.
  void nobodyThere(Duration other) {
    nobodyThere = other;
  }

  /// Has a seeker be told when a node has something new to offer.
  void watch(ServiceSeeker seeker) {
    seekers.add(seeker);
  }

  void forget(ServiceSeeker seeker) {
    seekers.remove(seeker);
  }

  /// Takes that a node says that it offers something new.
  void heardOf(PeerId node) {
    seekers.forEach(each -> each.heardOf(node));
  }

  /// A socket that is found here.
  private final class Offered implements Plumbing.Use {
    final String service;
    final PipeTerms terms;
    final PipeOwner owner;
    final Set<Link> links = ConcurrentHashMap.newKeySet();

    Offered(String service, PipeTerms terms, PipeOwner owner) {
      this.service = service;
      this.terms = terms;
      this.owner = owner;
    }

    @Override
    public String endpoint() {
      return Pipeworks.SERVICE + service;
    }

    @Override
    public void close(boolean withPipes) {
      offered.remove(this);
      if (withPipes) {
        links.forEach(Link::close);
      }
    }

    /// Returns whether a stranger that offers that mechanism may come.
    boolean letsIn(String mechanism, boolean local) {
      SocketOptions options = terms.options();
      return switch (options.security()) {
        case PartsSecurity.Open _ ->
            mechanism.equals("NULL")
                && (local || options.strangers() == SocketOptions.Strangers.ALL);
        case PartsSecurity.PlainServer _ -> mechanism.equals("PLAIN");
        case PartsSecurity.CurveServer _ -> mechanism.equals("CURVE");
        default -> false;
      };
    }
  }

  /// Offers a socket.
  ///
  /// @throws IOException if a socket of this node offers that service already
  Plumbing.Use offer(String service, PipeTerms terms, PipeOwner owner) throws IOException {
    Offered mine = new Offered(service, terms, owner);
    add(mine);
    news.run();
    return mine;
  }

  private synchronized void add(Offered mine) throws IOException {
    for (Offered each : offered) {
      if (each.service.equals(mine.service)) {
        throw new IOException(
            "cannot offer "
                + each.endpoint()
                + ": taken (expected: a service that no socket of this node offers)");
      }
    }
    offered.add(mine);
  }

  /// Returns whether nothing is offered.
  boolean isEmpty() {
    return offered.isEmpty();
  }

  /// Begins to receive a peer that speaks a dialect of messages in parts.
  Visit receive(Link link, Carrier carrier) {
    return new Visit(link, carrier);
  }

  /// One peer at the port, from its greeting to its end.
  final class Visit implements PartsHost {
    private final Link link;
    private final Carrier carrier;
    private String mechanism = "";
    private @Nullable PartsSecurity asked;
    private @Nullable Offered chosen;
    private boolean member;
    private PeerException.@Nullable Closed full;

    private Visit(Link link, Carrier carrier) {
      this.link = link;
      this.carrier = carrier;
    }

    /// Shakes hands; the owner of the link bounds the wait by closing it.
    PartsSession meet() throws IOException {
      return Dialects.patterns().accept(link.source(), link.sink(), this);
    }

    /// Returns whether the peer proved the key of our community; then it is no stranger, though it
    /// may look for what nobody offers here.
    boolean isMember() {
      return member;
    }

    /// Returns whether the peer was turned away because the socket that it fits has no room now.
    boolean foundFull() {
      return full != null;
    }

    /// Carries messages until the peer leaves, in the caller's thread.
    void serve(PartsSession session) {
      Offered to = chosen;
      if (to == null) {
        session.close();
        return;
      }
      to.links.add(link);
      try {
        IOException end = pump(session, to).run();
        if (end instanceof PeerException.Malformed) {
          to.owner.failed(to.endpoint(), end);
        }
      } finally {
        to.links.remove(link);
        link.close();
      }
    }

    private PipePump pump(PartsSession session, Offered to) {
      return member
          ? works.pump(link, session, to.terms, to.owner, carrier)
          : works.pump(link, session, to.terms, to.owner);
    }

    @Override
    public PartsLimits limits() {
      return BEFORE;
    }

    @Override
    public PartsSecurity security(String name) throws PeerException {
      mechanism = name;
      if (name.equals("MYELIN")) {
        return ours();
      }
      for (Offered each : offered) {
        if (each.letsIn(name, isLocal())) {
          asked = each.terms.options().security();
          return each.terms.options().security();
        }
      }
      throw new PeerException.Refused(
          "ZMTP with mechanism " + name + " (expected: one that a socket of this node asks for)");
    }

    private PartsSecurity ours() throws PeerException {
      if (carrier.canEncrypt() && !carrier.encrypted()) {
        throw new PeerException.Refused("ZMTP of a node in clear (expected: TLS)");
      }
      NodeConfig.Identity identity = works.transport().config().identity();
      return new PartsSecurity.Member(identity.key(), identity.community(), carrier);
    }

    private boolean isLocal() {
      return link.address().isLoopbackAddress();
    }

    @Override
    public PartsTerms terms(SocketRole peer, Map<String, String> told) throws PeerException {
      member = mechanism.equals("MYELIN"); // this is asked behind the proof
      Map<String, String> named = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      named.putAll(told);
      String service = named.getOrDefault(PROPERTY, "");
      List<String> others = new ArrayList<>();
      for (Offered each : offered) {
        boolean fits = service.isEmpty() || each.service.equals(service);
        // What a peer has proven to one socket is worth nothing at another that asks somebody else.
        boolean proven = each.terms.options().security().equals(asked);
        boolean may = member || (proven && each.letsIn(mechanism, isLocal()));
        if (fits && may && each.terms.role().speaksTo(peer) && hasRoom(each)) {
          chosen = each;
          boolean mayBeNear = member && named.containsKey(PipeNeighbour.PROPERTY);
          return works.terms(
              each.terms, mayBeNear ? PipeNeighbour.properties(works.transport()) : Map.of());
        }
        others.add(each.service + " (" + each.terms.role() + ")");
      }
      if (full != null) {
        throw full;
      }
      throw new PeerException.Refused(
          "a %s looks for service '%s' (expected: one that speaks to it; offered here: %s)"
              .formatted(peer, service, others));
    }

    private boolean hasRoom(Offered to) {
      try {
        PipeHost.requireRoom(to.owner, link.remote().toString());
        return true;
      } catch (PeerException.Closed e) {
        full = e; // another may fit as well
        return false;
      }
    }
  }
}
