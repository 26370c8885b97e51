package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// All the ways to make a pipe, over one transport.
final class Pipeworks implements Plumbing, AutoCloseable {
  private static final String INPROC = "inproc://";

  private final Transport transport;
  private final TensorPool pool;
  private final InprocExchange inproc = new InprocExchange();
  private final Set<Use> uses = ConcurrentHashMap.newKeySet();

  /// @param pool where large parts land; closed by whoever opened it
  Pipeworks(Transport transport, TensorPool pool) {
    this.transport = transport;
    this.pool = pool;
  }

  @Override
  public Use bind(String endpoint, PipeTerms terms, PipeOwner owner) throws IOException {
    return keep(
        endpoint.startsWith(INPROC)
            ? inproc.bind(endpoint, terms, owner)
            : PipePort.open(this, PipeAddress.parse(endpoint), terms, owner));
  }

  @Override
  public Use connect(String endpoint, PipeTerms terms, PipeOwner owner) {
    return keep(
        endpoint.startsWith(INPROC)
            ? inproc.connect(endpoint, terms, owner)
            : PipeDialler.begin(this, PipeAddress.parse(endpoint), terms, owner));
  }

  private Use keep(Use use) {
    uses.add(use);
    return use;
  }

  void closed(Use use) {
    uses.remove(use);
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
    return new PipePump(link, session, terms, owner, pool);
  }

  PartsTerms terms(PipeTerms terms) {
    return new PartsTerms(
        Set.of(terms.role()),
        terms.options().routingId(),
        Map.of(),
        terms.options().security(),
        terms.options().limits());
  }

  @Override
  public void close() {
    uses.forEach(Use::close);
  }
}
