package dev.myelin.net;

import dev.myelin.net.discovery.Sighting;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Joins finished connections to the peers they belong to, starts their readers, and passes
/// contacts on.
final class Reunion {
  private static final Duration PROBE = Duration.ofSeconds(1);
  private static final int MOST_CONTACTS = 64;

  private final Transport transport;
  private final Roster roster;
  private final NodeEvents events;
  private final Tasks tasks;
  private final Supplier<Intake> intakes;
  private volatile boolean closing;

  Reunion(
      Transport transport,
      Roster roster,
      NodeEvents events,
      Tasks tasks,
      Supplier<Intake> intakes) {
    this.transport = transport;
    this.roster = roster;
    this.events = events;
    this.tasks = tasks;
    this.intakes = intakes;
  }

  /// Takes a connection over; `dialled` is whom we meant to reach, if we dialled. May wait a second
  /// for the probe of an older connection.
  void attach(Connection connection, @Nullable KnownPeer dialled) {
    KnownPeer peer = known(connection, dialled);
    if (peer != null) {
      join(peer, connection, isFurther(peer, dialled));
    }
  }

  /// Ends, in order, a connection that came second in a race; keeps it if the first is gone.
  void letGo(Connection connection, KnownPeer dialled) {
    KnownPeer peer = known(connection, dialled);
    if (peer != null) {
      join(peer, connection, peer.state() == Peer.State.CONNECTED);
    }
  }

  private @Nullable KnownPeer known(Connection connection, @Nullable KnownPeer dialled) {
    KnownPeer peer = roster.identified(connection, dialled);
    if (closing || isTakeover(peer, connection)) {
      connection.release();
      roster.signal(); // an address may have turned out to be that peer's
      return null;
    }
    return peer;
  }

  private void join(KnownPeer peer, Connection connection, boolean further) {
    rememberListener(peer, connection);
    Conversation conversation = new Conversation(connection, peer, events, intakes.get());
    boolean twice = peer.joined(conversation);
    events.connected(peer, connection);
    startReader(connection, conversation);
    if (further || (twice && conversation.proven())) {
      end(connection);
    }
    roster.signal();
    tellContacts(peer, conversation);
    askAgain(peer); // it may have been away, and offered something meanwhile
  }

  /// Ends a connection that nobody needs in order: the other side may be sending over it already.
  private void end(Connection connection) {
    connection.stopSending();
    Duration limit = transport.limits().waits().drain();
    tasks.fork(transport.threadName("drain"), () -> connection.drain(limit));
  }

  private void startReader(Connection connection, Conversation conversation) {
    String name =
        transport.threadName("reader-" + connection.remote().port() + "-" + connection.dialect());
    Tasks.Work work = () -> conversation.read(this::heard);
    tasks.fork(transport.config().links().threads(), name, work);
  }

  /// Any holder of the key can claim any id (wire page, section 8, item 6): while an older
  /// connection from elsewhere lives, the newcomer is turned away. Several connections from one
  /// place are normal. So it is with an acceptor, whom a claim of another may have led us to.
  private boolean isTakeover(KnownPeer peer, Connection newcomer) {
    for (Conversation older : peer.conversations()) {
      Connection known = older.connection();
      if (older.open()
          && !samePlace(known.link().address(), newcomer.link().address())
          && alive(known)) {
        transport.counting().add(Counters.Counter.REFUSED_TAKEOVER);
        String reason = "claims the id of a peer that is connected from " + known.remote();
        events.refused(newcomer.remote(), reason);
        newcomer.close(new PeerException.Refused(newcomer.remote() + " " + reason));
        return true;
      }
    }
    return false;
  }

  /// Returns whether we meant another and reached a peer that we have: old claims of who lives at
  /// an address must not pile up connections.
  private static boolean isFurther(KnownPeer peer, @Nullable KnownPeer dialled) {
    return dialled != null && dialled.actual() != peer && peer.state() == Peer.State.CONNECTED;
  }

  private static boolean alive(Connection known) {
    try {
      if (known.answersWithin(PROBE)) {
        return true;
      }
      known.close(new PeerException.TimedOut(known.remote() + " did not answer a probe"));
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static boolean samePlace(InetAddress one, InetAddress other) {
    return one.equals(other) || (Self.isOurs(one) && Self.isOurs(other));
  }

  private static void rememberListener(KnownPeer peer, Connection connection) {
    int port = connection.introduction().listenPort();
    if (connection.inbound() && port != 0) {
      peer.listensAt(new Endpoint(connection.remote().host(), port));
    }
  }

  /// Tells the newcomer of the others, and the others of the newcomer.
  private void tellContacts(KnownPeer peer, Conversation conversation) {
    if (!gossips() || !conversation.proven()) {
      return;
    }
    List<Message.Contact> others = new ArrayList<>();
    InetAddress here = conversation.connection().link().address();
    Optional<Message.Contact> newcomer = contact(peer, conversation);
    for (KnownPeer other : roster.all()) {
      if (other == peer || !other.proven() || others.size() >= MOST_CONTACTS) {
        continue;
      }
      for (Conversation open : other.conversations()) {
        InetAddress place = open.connection().link().address();
        if (isOfUse(place, here)) {
          contact(other, open).ifPresent(others::add);
        }
        if (isOfUse(here, place)) {
          newcomer.ifPresent(c -> open.connection().answer(new Message.Contacts(List.of(c))));
        }
        break;
      }
    }
    if (!others.isEmpty()) {
      conversation.connection().answer(new Message.Contacts(others));
    }
  }

  /// Returns whether a peer at `listener` can dial `place`: loopback and link-local addresses mean
  /// something else, or nothing, on another machine.
  static boolean isOfUse(InetAddress place, InetAddress listener) {
    return !(place.isLoopbackAddress() || place.isLinkLocalAddress())
        || listener.isLoopbackAddress()
        || Self.isOurs(listener);
  }

  private static Optional<Message.Contact> contact(KnownPeer peer, Conversation conversation) {
    Connection connection = conversation.connection();
    int port = connection.introduction().listenPort();
    return port == 0
        ? Optional.empty()
        : peer.id().map(id -> new Message.Contact(id.text(), connection.remote().host(), port));
  }

  private void heard(KnownPeer from, Message word) {
    if (word instanceof Message.Contacts contacts && gossips()) {
      sighted(contacts);
    }
    if (word instanceof Message.Serves) {
      askAgain(from);
    }
  }

  /// Has those who look for a service ask that peer again.
  private void askAgain(KnownPeer peer) {
    Services services = transport.services();
    if (services != null) {
      peer.id().ifPresent(services::heardOf);
    }
  }

  private void sighted(Message.Contacts contacts) {
    for (Message.Contact contact : contacts.contacts()) {
      boolean place = contact.port() >= 1 && contact.port() <= 65_535 && !contact.host().isBlank();
      if (place && !contact.id().isBlank()) {
        roster.sighted(
            new Sighting(contact.id(), contact.host(), contact.port(), "gossip", 0), false);
      }
    }
  }

  /// Says something to every peer that has proven itself.
  void tell(Message word) {
    for (KnownPeer peer : roster.all()) {
      for (Conversation open : peer.conversations()) {
        if (open.proven()) {
          open.connection().answer(word);
          break;
        }
      }
    }
  }

  private boolean gossips() {
    return transport.config().finding().means().contains(NodeConfig.Finding.Means.GOSSIP);
  }

  /// Says goodbye on every connection and waits, at most `limit` for all together.
  void close(Duration limit) {
    closing = true;
    try (Tasks drains = new Tasks(limit.plusSeconds(1))) {
      for (KnownPeer peer : roster.all()) {
        for (Conversation conversation : peer.conversations()) {
          drains.fork(transport.threadName("drain"), () -> conversation.connection().drain(limit));
        }
      }
      drains.join();
    }
  }
}
