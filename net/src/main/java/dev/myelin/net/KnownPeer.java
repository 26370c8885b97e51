package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A peer as the node's roster holds it.
final class KnownPeer implements Peer {
  private static final int MOST_ENDPOINTS = 8;

  private final NodeEvents events;
  private final String source;

  /// Guards the fields below; never held across I/O.
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private @Nullable PeerId id; // guarded by lock
  private final List<Endpoint> endpoints = new ArrayList<>(); // guarded by lock, best last
  private final List<Conversation> conversations =
      new ArrayList<>(); // guarded by lock, newest first
  private boolean fixed; // guarded by lock
  private boolean sought; // guarded by lock
  private boolean dialling; // guarded by lock
  private boolean everConnected; // guarded by lock
  private @Nullable KnownPeer merged; // guarded by lock
  private @Nullable String lastFailure; // guarded by lock
  private long seenNanos = System.nanoTime(); // guarded by lock
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();

  KnownPeer(@Nullable PeerId id, String source, boolean fixed, NodeEvents events) {
    this.id = id;
    this.source = source;
    this.fixed = fixed;
    this.events = events;
  }

  @Override
  public Optional<PeerId> id() {
    return locked(() -> Optional.ofNullable(id));
  }

  /// Returns the id, or where none is known the address, so that every tensor has a sender.
  PeerId idOrAddress(Connection connection) {
    return id().orElseGet(() -> new PeerId(connection.remote().toString()));
  }

  @Override
  public State state() {
    return locked(
        () -> {
          if (openConversation() != null) {
            return State.CONNECTED;
          }
          if (dialling) {
            return State.DIALLING;
          }
          return everConnected ? State.LOST : State.KNOWN;
        });
  }

  @Override
  public List<Endpoint> endpoints() {
    return locked(() -> List.copyOf(endpoints.reversed()));
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public boolean proven() {
    return locked(
        () -> {
          Conversation open = openConversation();
          return open != null && open.proven();
        });
  }

  @Override
  public Optional<String> protection() {
    return locked(
        () -> Optional.ofNullable(openConversation()).map(open -> open.connection().protection()));
  }

  @Override
  public int connections() {
    return locked(() -> (int) conversations.stream().filter(Conversation::open).count());
  }

  @Override
  public Optional<Duration> roundTrip() {
    return locked(
        () -> {
          Conversation open = openConversation();
          return open == null ? Optional.empty() : open.connection().roundTrip();
        });
  }

  @Override
  public Optional<Medium> medium() {
    return locked(
        () -> {
          Conversation open = openConversation();
          return open == null ? Optional.empty() : Optional.of(open.connection().medium());
        });
  }

  @Override
  public Compression compression() {
    return locked(
        () -> {
          Conversation open = openConversation();
          return open == null ? Compression.OFF : open.compression();
        });
  }

  @Override
  public long bytesSent() {
    return sent.sum();
  }

  @Override
  public long bytesReceived() {
    return received.sum();
  }

  @Override
  public Optional<String> lastFailure() {
    return locked(() -> Optional.ofNullable(lastFailure));
  }

  @Override
  public void send(String name, Tensor tensor) throws IOException {
    send(name, tensor, SendOptions.defaults());
  }

  @Override
  public Receipt send(String name, Tensor tensor, SendOptions options) throws IOException {
    TensorHeader header = header(name, tensor, TensorHeader.Digest.NONE);
    try {
      return Objects.requireNonNull(overAny(c -> c.send(header, tensor, options)));
    } catch (InterruptedException e) {
      throw new IllegalStateException("sending without a receipt waits for none", e);
    }
  }

  @Override
  public void post(String name, Tensor tensor) throws IOException {
    TensorHeader header = header(name, tensor, TensorHeader.Digest.NONE);
    try {
      overAny(
          conversation -> {
            conversation.post(header, tensor);
            return null;
          });
    } catch (InterruptedException e) {
      throw new IllegalStateException("posting waits for no receipt", e);
    }
  }

  @Override
  public Receipt deliver(String name, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException {
    TensorHeader header = header(name, tensor, options.digest());
    long begun = System.nanoTime();
    Way way = conversation -> conversation.deliver(header, tensor, options, begun);
    try {
      return new Retrying(this, options.retryFor())
          .deliver(() -> Objects.requireNonNull(actual().overAny(way)));
    } catch (InterruptedIOException e) {
      if (Thread.interrupted()) {
        InterruptedException interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        throw interrupted;
      }
      throw e;
    }
  }

  /// Sends over one connection.
  @FunctionalInterface
  private interface Way {
    @Nullable Receipt over(Conversation conversation) throws IOException, InterruptedException;
  }

  /// Takes another connection if the chosen one said goodbye before a byte had left.
  private @Nullable Receipt overAny(Way way) throws IOException, InterruptedException {
    Conversation chosen = conversation();
    while (true) {
      try {
        return way.over(chosen);
      } catch (PeerException.Closed e) {
        Conversation next = locked(this::openConversation);
        if (e.sent() || next == null || next == chosen) {
          throw e;
        }
        chosen = next;
      }
    }
  }

  @Override
  public Receipt give(String name, Tensor tensor, SendOptions options)
      throws IOException, InterruptedException {
    try (Tensor mine = tensor.handOver()) {
      TensorHeader header = header(name, mine, options.digest());
      Receipt receipt = overAny(way -> way.give(header, mine, options));
      return receipt == null ? new Receipt(header.byteSize(), false) : receipt;
    }
  }

  private static TensorHeader header(String name, Tensor tensor, TensorHeader.Digest digest) {
    return new TensorHeader(name, tensor.dtype(), tensor.shape(), digest);
  }

  /// Returns the newest open conversation; stock peers forget older ones (wire page, section 6,
  /// rule 3).
  private Conversation conversation() throws PeerException {
    lock.lock();
    try {
      Conversation open = openConversation();
      if (open != null) {
        return open;
      }
      String why = lastFailure == null ? "not connected yet" : lastFailure;
      throw new PeerException.Unreachable(
          "peer " + name() + " has no open connection: " + why, null);
    } finally {
      lock.unlock();
    }
  }

  private String name() {
    return id != null ? id.text() : endpoints.toString();
  }

  private @Nullable Conversation openConversation() {
    for (Conversation conversation : conversations) {
      if (conversation.open()) {
        return conversation;
      }
    }
    return null;
  }

  /// Returns whether it is dialled for ever, because somebody listed it.
  boolean fixed() {
    return locked(() -> fixed);
  }

  void fix(boolean forEver) {
    locked(() -> fixed = forEver);
  }

  /// Returns true the first time.
  boolean beginSeeking() {
    return locked(
        () -> {
          boolean first = !sought;
          sought = true;
          return first;
        });
  }

  /// Returns whether it is connected, and not there; a stock peer that dialled us did not tell its
  /// port.
  boolean isElsewhereThan(Endpoint endpoint) {
    return locked(
        () -> {
          Conversation open = openConversation();
          if (open == null || endpoints.contains(endpoint)) {
            return false;
          }
          return !endpoints.isEmpty() || !open.connection().remote().host().equals(endpoint.host());
        });
  }

  /// Notes where the peer may be; the place it was last seen at is tried first.
  void seenAt(Endpoint endpoint) {
    locked(
        () -> {
          seenNanos = System.nanoTime();
          endpoints.remove(endpoint);
          endpoints.addLast(endpoint);
          if (endpoints.size() > MOST_ENDPOINTS) {
            endpoints.removeFirst();
          }
          changed.signalAll();
          return true;
        });
  }

  /// Takes the endpoint that an open connection told; it is tried last.
  void listensAt(Endpoint endpoint) {
    locked(
        () -> {
          if (!endpoints.contains(endpoint) && endpoints.size() < MOST_ENDPOINTS) {
            endpoints.addFirst(endpoint);
          }
          return true;
        });
  }

  void forget(Endpoint endpoint) {
    locked(() -> endpoints.remove(endpoint));
  }

  void identify(PeerId known) {
    locked(
        () -> {
          id = known;
          seenNanos = System.nanoTime();
          return true;
        });
  }

  /// Takes a conversation; returns whether we had dialled the peer at that very place before, and
  /// still talk there.
  boolean joined(Conversation conversation) {
    return locked(
        () -> {
          boolean twice = conversations.stream().anyMatch(conversation::isDialledLike);
          conversations.addFirst(conversation);
          everConnected = true;
          dialling = false;
          seenNanos = System.nanoTime();
          changed.signalAll();
          return twice;
        });
  }

  void left(Conversation conversation, String why) {
    locked(
        () -> {
          conversations.remove(conversation);
          lastFailure = why;
          seenNanos = System.nanoTime();
          changed.signalAll();
          return true;
        });
  }

  void note(String failure) {
    locked(
        () -> {
          lastFailure = failure;
          return true;
        });
  }

  void dialling(boolean now) {
    locked(
        () -> {
          dialling = now;
          return true;
        });
  }

  List<Conversation> conversations() {
    return locked(() -> List.copyOf(conversations));
  }

  /// Makes this one a mere name of another: its seeker ends.
  void mergeInto(KnownPeer other) {
    locked(
        () -> {
          merged = other;
          changed.signalAll();
          return true;
        });
  }

  /// Returns the peer this one turned out to be; itself as a rule.
  KnownPeer actual() {
    KnownPeer other = locked(() -> merged);
    return other == null ? this : other.actual();
  }

  long unseenNanos() {
    return locked(() -> System.nanoTime() - seenNanos);
  }

  /// Returns whether it is neither connected nor sought, and was not seen for so long.
  boolean isGone(Duration unseen) {
    return locked(
        () ->
            !sought
                && conversations.isEmpty()
                && System.nanoTime() - seenNanos >= unseen.toNanos());
  }

  void addSent(long bytes) {
    sent.add(bytes);
  }

  void addReceived(long bytes) {
    received.add(bytes);
  }

  NodeEvents events() {
    return events;
  }

  /// Waits at most `limit` for an open connection.
  boolean awaitConnected(Duration limit) throws InterruptedException {
    return await(() -> openConversation() != null, limit);
  }

  /// Waits until the condition holds or `limit` has passed; the condition is asked under this
  /// peer's lock.
  boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private <T extends @Nullable Object> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
