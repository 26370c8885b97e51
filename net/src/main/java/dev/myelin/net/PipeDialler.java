package dev.myelin.net;

import dev.myelin.net.pipe.PipeOwner;
import dev.myelin.net.pipe.PipeTerms;
import dev.myelin.net.pipe.Plumbing;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSession;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps a pipe to one address: dials, reads it in the same thread, and dials again when it ended.
final class PipeDialler implements Plumbing.Use {
  private final Pipeworks works;
  private final PipeAddress address;
  private final PipeTerms terms;
  private final PipeOwner owner;
  private final Backoff backoff;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private boolean closed; // guarded by lock
  private @Nullable Link link; // guarded by lock

  private PipeDialler(Pipeworks works, PipeAddress address, PipeTerms terms, PipeOwner owner) {
    this.works = works;
    this.address = address;
    this.terms = terms;
    this.owner = owner;
    Duration first = terms.options().waits().reconnect();
    this.backoff = new Backoff(works.transport().random(), first);
  }

  static PipeDialler begin(Pipeworks works, PipeAddress to, PipeTerms terms, PipeOwner owner) {
    PipeDialler dialler = new PipeDialler(works, to, terms, owner);
    Thread _ =
        works
            .transport()
            .tasks()
            .fork(
                works.transport().config().links().threads(),
                works.transport().threadName("dialler"),
                dialler::run);
    return dialler;
  }

  @Override
  public String endpoint() {
    return address.toString();
  }

  @Override
  public void close(boolean withPipes) {
    Link open;
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
      open = link;
    } finally {
      lock.unlock();
    }
    if (withPipes && open != null) {
      open.close();
    }
  }

  private void run() throws InterruptedException {
    do {
      IOException reason = serve();
      if (!isClosed()) {
        owner.failed(endpoint(), reason);
      }
    } while (mayTryAgain());
  }

  private IOException serve() {
    try {
      Link open = connect();
      try {
        PartsSession session = shakeHands(open);
        backoff.reset();
        works.transport().counting().add(Counters.Counter.CONNECTIONS_DIALLED);
        return works.pump(open, session, terms, owner).run();
      } finally {
        open.close();
      }
    } catch (IOException e) {
      return e;
    }
  }

  private Link connect() throws IOException {
    Transport transport = works.transport();
    SocketChannel channel =
        address.dial(transport.resolver(), (int) transport.limits().waits().connect().toMillis());
    Link open;
    try {
      PipePort.tune(channel, terms.options());
      open =
          works.link(
              channel,
              new Link.Way(address.remote(), InetAddress.getLoopbackAddress(), "zmtp", false));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    lock.lock();
    try {
      link = open;
      if (closed) {
        open.close();
      }
    } finally {
      lock.unlock();
    }
    return open;
  }

  private PartsSession shakeHands(Link open) throws IOException {
    Duration limit = works.transport().limits().waits().handshake();
    try (Deadline deadline = new Deadline(open, limit)) {
      try {
        return Dialects.patterns().dial(open.source(), open.sink(), works.terms(terms));
      } catch (IOException e) {
        if (deadline.passed()) {
          throw new PeerException.TimedOut(
              address + " did not finish the handshake within " + limit.toMillis() + " ms");
        }
        throw e;
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayTryAgain() throws InterruptedException {
    long left = backoff.next().toNanos();
    lock.lock();
    try {
      while (!closed && left > 0) {
        left = closing.awaitNanos(Math.max(left, TimeUnit.MILLISECONDS.toNanos(1)));
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }
}
