package dev.myelin.net;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.Dialect;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorDialect;
import dev.myelin.wire.parts.PartsDialect;
import dev.myelin.wire.parts.PartsSession;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// How one stranger is received, from the first byte to the end of the handshake, in one thread.
///
/// A stranger in clear is heard only where this node does not encrypt, or where a stock peer may
/// be.
final class Greeting {
  private final Transport transport;
  private final Sniffer sniffer;
  private Link link;
  private boolean encrypting;
  private Services.@Nullable Visit visit;

  Greeting(Transport transport, Sniffer sniffer, Link link) {
    this.transport = transport;
    this.sniffer = sniffer;
    this.link = link;
  }

  /// Returns what carries the conversation now: the socket, or what is encrypted in it.
  Link link() {
    return link;
  }

  /// Returns whether the stranger began TLS, and so made us compute.
  boolean encrypting() {
    return encrypting;
  }

  /// Returns whether the stranger proved itself a member before it was turned away.
  boolean metMember() {
    return visit != null && visit.isMember();
  }

  /// Returns whether the stranger was turned away only because what it looks for has no room now.
  boolean metFull() {
    return visit != null && visit.foundFull();
  }

  /// Who has proven itself.
  sealed interface Met {
    /// A node.
    record Node(Session session) implements Met {}

    /// A socket of a pattern.
    record Socket(Services.Visit visit, PartsSession session) implements Met {}
  }

  /// Returns the session of a stranger who has proven itself.
  ///
  /// @param deadline of the first bytes; extended for the rest once they are there
  Met meet(Deadline deadline) throws IOException {
    Encrypter encrypter = transport.encrypter();
    Carrier carrier = encrypter == null ? Carrier.plain() : carrier(encrypter, deadline);
    Dialect dialect = sniffer.sniff(link.source());
    if (dialect instanceof PartsDialect) {
      return meetSocket(dialect, carrier, deadline);
    }
    if (!(dialect instanceof TensorDialect nodes)) {
      throw new IllegalStateException("dialect: " + dialect.name() + " (expected: one served)");
    }
    if (carrier.canEncrypt() && !carrier.encrypted()) {
      requireStock(dialect);
    }
    if (!carrier.encrypted()) {
      deadline.extend(transport.limits().waits().handshake());
    }
    link = link.speaking(dialect.name());
    return new Met.Node(
        nodes.accept(
            link.source(),
            link.sink(),
            transport.credentials(link.address(), carrier),
            transport.limits()));
  }

  private Met meetSocket(Dialect dialect, Carrier carrier, Deadline deadline) throws IOException {
    Services services = transport.services();
    if (services == null || services.isEmpty()) { // no stranger hears what could be here
      throw sniffer.unwanted(dialect, link.source());
    }
    deadline.extend(transport.limits().waits().handshake());
    link = link.speaking(dialect.name());
    link.duplex().widen();
    Services.Visit guest = services.receive(link, carrier);
    visit = guest;
    return new Met.Socket(guest, guest.meet());
  }

  private Carrier carrier(Encrypter encrypter, Deadline deadline) throws IOException {
    if (!sniffer.isTls(link.source())) {
      return Carrier.inClear();
    }
    encrypting = true;
    deadline.extend(transport.limits().waits().handshake());
    TlsDuplex encrypted = encrypter.accept(link.duplex(), link.source().detach());
    link = link.over(encrypted);
    return Carrier.encrypted(encrypted.binding());
  }

  private void requireStock(Dialect dialect) throws PeerException {
    if (!transport.mayBeStock(link.address())) {
      throw new PeerException.Refused(
          dialect.name()
              + " in clear (expected: TLS); it looks like a stock ASoc node, which only policy"
              + " compat lets in, or a node that was told to be plain");
    }
  }
}
