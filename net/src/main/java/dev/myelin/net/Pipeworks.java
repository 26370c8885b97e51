package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All the ways to make a pipe, over one transport.
final class Pipeworks implements Plumbing, AutoCloseable {
  static final String SERVICE = "myelin://";
  private static final String INPROC = "inproc://";

  private final Transport transport;
  private final TensorPool pool;
  private final InprocExchange inproc;
  private final Set<Use> uses = ConcurrentHashMap.newKeySet();
  private final @Nullable Supplier<List<Peer>> peers;
  private final Services services;

  /// @param pool where large parts land; closed by whoever opened it
  /// @param peers the nodes that are asked for services; null without a node
  /// @param offered run when there is a service here that was not before
  Pipeworks(
      Transport transport,
      TensorPool pool,
      @Nullable Supplier<List<Peer>> peers,
      Runnable offered) {
    this.transport = transport;
    this.inproc = new InprocExchange(transport);
    this.pool = pool;
    this.peers = peers;
    this.services = new Services(this, offered);
    if (peers != null) {
      transport.serve(services);
    }
  }

  @Override
  public Use bind(String endpoint, PipeTerms terms, PipeOwner owner) throws IOException {
    if (endpoint.startsWith(SERVICE)) {
      return keep(offer(service(endpoint), terms, owner));
    }
    return keep(
        endpoint.startsWith(INPROC)
            ? inproc.bind(endpoint, terms, owner)
            : PipePort.open(this, PipeAddress.parse(endpoint), terms, owner));
  }

  @Override
  public Use connect(String endpoint, PipeTerms terms, PipeOwner owner) {
    if (endpoint.startsWith(SERVICE)) {
      String service = service(endpoint);
      Use within = inproc.connect(endpoint, terms, owner);
      return keep(ServiceSeeker.begin(this, service, terms, owner, within));
    }
    return keep(
        endpoint.startsWith(INPROC)
            ? inproc.connect(endpoint, terms, owner)
            : PipeDialler.begin(this, PipeAddress.parse(endpoint), terms, owner));
  }

  /// Offers a service to other nodes and to sockets of this one.
  private Use offer(String service, PipeTerms terms, PipeOwner owner) throws IOException {
    Use within = inproc.bind(SERVICE + service, terms, owner);
    try {
      Use offered = services.offer(service, terms, owner);
      return new Both(offered, within);
    } catch (IOException e) {
      within.close();
      throw e;
    }
  }

  /// One endpoint that is reached in two ways.
  private record Both(Use first, Use second) implements Use {
    @Override
    public String endpoint() {
      return first.endpoint();
    }

    @Override
    public void close(boolean withPipes) {
      first.close(withPipes);
      second.close(withPipes);
    }
  }

  private String service(String endpoint) {
    String name = endpoint.substring(SERVICE.length());
    if (peers == null) {
      throw new IllegalArgumentException(
          "endpoint: " + endpoint + " without a node (expected: messaging of a Node)");
    }
    if (name.isBlank() || name.length() > 255) {
      throw new IllegalArgumentException(
          "endpoint: " + endpoint + " (expected: myelin://service, up to 255 characters)");
    }
    return name;
  }

  Services services() {
    return services;
  }

  Supplier<List<Peer>> peers() {
    return Objects.requireNonNull(peers, "a node");
  }

  private Use keep(Use use) {
    Kept kept = new Kept(use);
    uses.add(kept);
    return kept;
  }

  /// An endpoint in use, until it is closed.
  private final class Kept implements Use {
    private final Use use;

    Kept(Use use) {
      this.use = use;
    }

    @Override
    public String endpoint() {
      return use.endpoint();
    }

    @Override
    public void close(boolean withPipes) {
      uses.remove(this);
      use.close(withPipes);
    }
  }

  Transport transport() {
    return transport;
  }

  Link link(SocketChannel channel, Link.Way way) {
    return Link.over(SocketDuplex.of(channel, transport.config().links()), way, transport);
  }

  Thread fork(Link link, String role, Tasks.Work work) {
    return transport
        .tasks()
        .fork(transport.config().links().threads(), link.threadName(role), work);
  }

  PipePump pump(Link link, PartsSession session, PipeTerms terms, PipeOwner owner) {
    return new PipePump(link, session, terms, owner, pool, null);
  }

  /// A pipe to a member of the community, who may be a neighbour.
  PipePump pump(
      Link link, PartsSession session, PipeTerms terms, PipeOwner owner, Carrier carrier) {
    return new PipePump(link, session, terms, owner, pool, carrier);
  }

  PartsTerms terms(PipeTerms terms) {
    return terms(terms, Map.of());
  }

  PartsTerms terms(PipeTerms terms, Map<String, String> properties) {
    return new PartsTerms(
        Set.of(terms.role()),
        terms.options().routingId(),
        properties,
        terms.options().security(),
        terms.options().limits());
  }

  @Override
  public void close() {
    uses.forEach(Use::close);
  }
}
