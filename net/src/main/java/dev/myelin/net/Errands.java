package dev.myelin.net;

import dev.myelin.wire.Message;
import dev.myelin.wire.Session;
import java.io.IOException;

/// What the courier of one connection does: it goes by the session directly, also while the
/// connection drains, and puts nothing behind the end of the output.
final class Errands implements Courier.Route {
  /// The connection, as its courier sees it.
  interface Owner {
    /// The courier's life.
    void carry() throws InterruptedException;

    /// Returns whether nothing more is owed after our goodbye.
    boolean mayEndOutput();

    /// Tells those who wait that something they wait for may have happened.
    void noted();
  }

  private final Link link;
  private final Session session;
  private final Owner owner;
  private boolean goodbyeSent; // of the courier alone
  private volatile boolean outputEnded;
  private volatile boolean faultSent;

  Errands(Link link, Session session, Owner owner) {
    this.link = link;
    this.session = session;
    this.owner = owner;
  }

  boolean outputEnded() {
    return outputEnded;
  }

  boolean faultSent() {
    return faultSent;
  }

  @Override
  public void begin() {
    Transport transport = link.transport();
    transport
        .tasks()
        .fork(transport.config().links().threads(), link.threadName("courier"), owner::carry);
  }

  @Override
  public void put(Message message) throws IOException {
    if (!outputEnded && !(message instanceof Message.Goodbye && goodbyeSent)) {
      session.post(message);
    }
    if (message instanceof Message.Goodbye) {
      goodbyeSent = true;
    } else if (message instanceof Message.Fault) {
      flush();
      faultSent = true;
      owner.noted();
    }
  }

  @Override
  public void flush() throws IOException {
    link.sink().flush();
  }

  @Override
  public boolean mayEnd() {
    return owner.mayEndOutput();
  }

  @Override
  public void end() {
    if (goodbyeSent && !outputEnded) {
      link.endOutput();
      outputEnded = true;
      owner.noted();
    }
  }
}
