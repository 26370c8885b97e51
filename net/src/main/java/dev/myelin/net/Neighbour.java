package dev.myelin.net;

import dev.myelin.net.shared.Ledger;
import dev.myelin.net.shared.SharedBlocks;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One connection whose peer may turn out to be a process of this machine.
///
/// ```
///   dialler                                     acceptor
///     | MEET   here is memory of mine  ──────▶     |
///     |     ◀──────  MEET  and here of mine        |
///     |     ◀──────  MET   I read your secret      |
///     | MET    I read yours            ──────▶     |
///     | MOVE   my next frame is there  ──────▶     |
///     |     ◀──────  MOVE  and mine                |
/// ```
///
/// Whatever is not as promised leaves everything as it was: the connection stays on its socket.
final class Neighbour {
  private static final System.Logger LOG = System.getLogger(Neighbour.class.getName());

  /// The bytes that one direction holds at once, and the page in front of them.
  private static final long RING_BYTES = (1 << 20) + SharedMemory.PAGE_BYTES;

  /// From this size on, a tensor is copied into memory that is handed over; below, through the
  /// ring, which is warm.
  private static final long COPY_BYTES = 256 << 10;

  private static final long COPY_STEP_BYTES = 64 << 20;

  /// How many tensors that nobody confirms the peer may have and not be done with before the next
  /// goes as a stream, which waits for the peer's credit. Below [Lodging#MOST_HANDED], so that none
  /// is declined that nobody would hear of.
  private static final int MOST_UNHEARD = 256;

  private final Link link;
  private final Introduction introduction;
  private final Neighbourhood all;
  private final Consumer<Message> courier;
  private final Freed freed;

  /// What the peer has of ours.
  private final Ledger ledger = new Ledger();

  // What the reader learns; written under this, since closing may come from anywhere.
  private @Nullable SharedMemory mine;
  private @Nullable SharedMemory theirs;
  private @Nullable RingDuplex ring;
  private boolean counted; // among those that have memory for frames
  private boolean wantsBytes;
  private boolean seen;
  private boolean closed;

  /// The process of the peer, once both sides see each other's memory; 0 before.
  private volatile long process;

  private volatile boolean moved;

  /// Whether the peer has our word that we see its memory, and may hear of tensors behind it.
  private volatile boolean metSaid;

  /// @param courier carries what is to be said, without waiting
  Neighbour(Link link, Introduction introduction, Consumer<Message> courier) {
    this.link = link;
    this.introduction = introduction;
    this.all = link.transport().neighbourhood();
    this.courier = courier;
    this.freed = new Freed(courier);
  }

  /// Asks the peer, if it looks like a process of this machine; the dialler does.
  void begin() {
    boolean near = !link.way().inbound() && mayShare() && Self.isOurs(link.address());
    if (near) {
      introduce();
    }
  }

  private boolean mayShare() {
    return all.whyNot().isEmpty() && introduction.features().contains("shared");
  }

  /// Returns whether frames pass through memory, at least outwards.
  boolean moved() {
    return moved;
  }

  private synchronized void introduce() {
    if (closed || mine != null) {
      return;
    }
    if (!count()) {
      stay(all.noRings());
      return;
    }
    try {
      SharedMemory made = SharedMemory.make(RING_BYTES);
      mine = made;
      SharedSecret.put(made.segment(), link.transport().random());
      courier.accept(meeting(made));
    } catch (IOException e) {
      uncount();
      stay("no memory: " + e.getMessage());
    }
  }

  /// Takes a place among the connections that have memory for frames; returns whether it has one.
  private synchronized boolean count() {
    if (!counted && !closed) {
      counted = all.takeRings();
    }
    return counted;
  }

  /// Gives the place back once there is no memory.
  private synchronized void uncount() {
    if (counted && mine == null && theirs == null) {
      counted = false;
      all.giveRings();
    }
  }

  private Message.Meet meeting(SharedMemory made) {
    SharedMemory.Place at = made.place();
    Message.Place place =
        new Message.Place((int) at.pid(), at.descriptor(), at.inode(), at.bytes());
    boolean platform = links().threads() == NodeConfig.Threads.PLATFORM;
    Message.Meet meet = new Message.Meet(all.boot(), (int) all.uid(), platform, place, "");
    String proof = secret(made).meet(meet, ourId());
    return new Message.Meet(meet.boot(), meet.uid(), meet.bytesToo(), place, proof);
  }

  private NodeConfig.Links links() {
    return link.transport().config().links();
  }

  private SharedSecret secret(SharedMemory memory) {
    return SharedSecret.of(memory.segment(), link.transport().config().identity().key());
  }

  private String ourId() {
    return link.transport().config().identity().id().toString();
  }

  /// Hears what concerns shared memory and returns what the session's owner should hear instead.
  @Nullable Message hear(@Nullable Message message, Landing landing) throws IOException {
    switch (message) {
      case Message.Meet meet -> met(meet);
      case Message.Met met -> answered(met);
      case Message.Move _ -> moveInput();
      case Message.Free(List<Long> ids) -> ledger.free(ids);
      case Message.Reference reference -> {
        return landed(reference, landing);
      }
      case Message.Cancel cancel -> {
        ledger.declined(cancel.stream());
        return cancel;
      }
      case null, default -> {
        return message;
      }
    }
    return new Message.Alive();
  }

  private void met(Message.Meet meet) {
    if (!mayShare()) {
      refuse(FaultCode.REFUSED, "not shared here");
      return;
    }
    if (!count()) {
      refuse(FaultCode.OVERLOADED, all.noRings());
      return;
    }
    String reason = find(meet);
    if (reason != null) {
      uncount();
      refuse(FaultCode.REFUSED, reason);
      return;
    }
    introduce();
    SharedMemory found = theirs;
    if (found != null) {
      String proof = secret(found).met(meet, ourId());
      courier.accept(new Message.Met(FaultCode.OK.code(), proof, ""));
    }
    agree();
  }

  private void refuse(FaultCode code, String reason) {
    stay(reason);
    String none = "00".repeat(SharedSecret.BYTES);
    courier.accept(new Message.Met(code.code(), none, reason));
  }

  /// Opens the peer's memory; returns why that cannot be, null if it is open.
  private synchronized @Nullable String find(Message.Meet meet) {
    if (theirs != null || closed) {
      return "met before";
    }
    if (meet.boot() != all.boot()) {
      return "another machine";
    }
    if (Integer.toUnsignedLong(meet.uid()) != all.uid() || meet.at().bytes() != RING_BYTES) {
      return "user "
          + meet.uid()
          + ", "
          + meet.at().bytes()
          + " bytes (expected: "
          + all.uid()
          + ", "
          + RING_BYTES
          + ")";
    }
    SharedMemory found = null;
    try {
      found = SharedMemory.find(place(meet.at(), meet.at().pid()), all.uid());
      if (secret(found).meets(meet, introduction.id())) {
        theirs = found;
        wantsBytes = meet.bytesToo();
        return null;
      }
      found.close();
      return "another secret stands in it";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static SharedMemory.Place place(Message.Place at, int pid) {
    return new SharedMemory.Place(pid, at.descriptor(), at.inode(), at.bytes());
  }

  private void answered(Message.Met met) {
    synchronized (this) {
      SharedMemory made = mine;
      boolean holds =
          made != null
              && !closed
              && met.code() == FaultCode.OK.code()
              && secret(made).accepts(meeting(made), introduction.id(), met.proofHex());
      if (!holds) {
        drop();
        stay(met.text().isEmpty() ? "the peer does not see our memory" : met.text());
        return;
      }
      seen = true;
    }
    agree();
  }

  private void agree() {
    boolean moves;
    synchronized (this) {
      SharedMemory found = theirs;
      if (!seen || found == null || mine == null || closed || process != 0) {
        return;
      }
      process = found.place().pid();
      all.opened(ledger);
      moves = wantsBytes && meeting(mine).bytesToo() && prepare(mine, found);
    }
    if (moves) {
      courier.accept(new Message.Move());
    }
  }

  private boolean prepare(SharedMemory made, SharedMemory found) {
    RingDuplex both = new RingDuplex(link.duplex().first(), made, found, links().profile());
    ring = both;
    try {
      link.duplex().adopt(both);
      return true;
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private synchronized @Nullable RingDuplex ring() {
    return ring;
  }

  /// Sends the last frame on the socket and writes the next ones into memory.
  private void moveOutput(Sink sender) throws IOException {
    RingDuplex to = ring();
    if (to != null) {
      link.sink()
          .exclusively(
              () -> {
                sender.send(new Message.Move());
                link.duplex().moveOutput(to);
              });
      moved = true;
      LOG.log(System.Logger.Level.DEBUG, "{0}: frames pass through memory", link.remote());
    }
  }

  /// What sends a message at once.
  @FunctionalInterface
  interface Sink {
    void send(Message message) throws IOException;
  }

  private void moveInput() throws IOException {
    RingDuplex from = ring();
    if (from == null || !link.source().dropKnocks()) {
      throw new PeerException.Malformed(
          link.way().dialect(),
          link.source().consumed(),
          from == null ? "MOVE (expected: after both have met)" : "bytes behind MOVE");
    }
    link.duplex().moveInput(from);
    link.transport().tasks().fork(link.threadName("listener"), from::listen);
  }

  private Message landed(Message.Reference reference, Landing landing) {
    int stream = reference.stream();
    TensorHeader header = reference.header();
    Tensor foreign = null;
    try {
      foreign = foreign(reference);
      Tensor adopted = landing.adopt(stream, header, foreign);
      return new Message.Transfer(stream, header, adopted, "");
    } catch (PeerException e) {
      if (foreign != null) {
        foreign.close();
      }
      return new Message.Declined(stream, code(e), String.valueOf(e.getMessage()));
    }
  }

  private static int code(PeerException why) {
    return switch (why) {
      case PeerException.Faulted faulted -> faulted.code();
      case PeerException.Overloaded _ -> FaultCode.OVERLOADED.code();
      default -> FaultCode.REFUSED.code();
    };
  }

  private Tensor foreign(Message.Reference reference) throws PeerException {
    if (process == 0) {
      throw new PeerException.Refused("reference (expected: after both have met)");
    }
    SharedMemory.Place at = place(reference.at(), (int) process);
    Freed told = freed;
    long id = reference.id();
    return all.foreign().view(at, reference.offset(), reference.header(), () -> told.add(id));
  }

  /// Sends what the courier took; for two kinds of message it only stands for what is known now.
  void say(Message message, Sink sender) throws IOException {
    switch (message) {
      case Message.Move _ -> moveOutput(sender);
      case Message.Free _ -> sender.send(new Message.Free(freed.take()));
      case Message.Met met -> {
        sender.send(met);
        metSaid = metSaid || met.code() == FaultCode.OK.code();
      }
      default -> sender.send(message);
    }
  }

  /// Sends a tensor by copying it into shared memory; returns false if it must go as it always
  /// does.
  boolean copies(Message.Transfer transfer, Progress progress, Sink sender) throws IOException {
    TensorHeader header = transfer.header();
    if (!reachesPeer() || header.byteSize() < COPY_BYTES || !suits(header) || isFarAhead(header)) {
      return false;
    }
    Tensor copy;
    try {
      copy = all.copies().allocate(header.dtype(), header.shape());
    } catch (PoolExhaustedException e) {
      return false;
    }
    try {
      copy(transfer.tensor().segment(), copy.segment(), progress);
    } catch (IOException | RuntimeException | Error e) {
      copy.close();
      throw e;
    }
    OptionalLong id = ledger.add(() -> copy, transfer.stream());
    if (id.isEmpty()) {
      copy.close();
      throw ended();
    }
    tell(transfer, spot(copy), id.getAsLong(), sender);
    return true;
  }

  /// Returns whether the peer has so many that another might find no place to wait.
  private boolean isFarAhead(TensorHeader header) {
    return header.digest() == TensorHeader.Digest.NONE && ledger.size() >= MOST_UNHEARD;
  }

  /// Returns whether the peer can be handed tensors.
  private boolean reachesPeer() {
    return metSaid && process != 0;
  }

  /// A name by content needs all bytes read; then they may as well be sent.
  private static boolean suits(TensorHeader header) {
    return header.digest() != TensorHeader.Digest.SHA256;
  }

  private static void copy(MemorySegment from, MemorySegment to, Progress progress)
      throws IOException {
    long total = from.byteSize();
    for (long at = 0; at < total; ) {
      long step = Math.min(COPY_STEP_BYTES, total - at);
      MemorySegment.copy(from, at, to, at, step);
      at += step;
      progress.sent(at, total);
    }
  }

  /// Hands a tensor over as it lies; returns false if it does not lie in shared memory.
  boolean gives(Message.Transfer transfer, Progress progress, Sink sender) throws IOException {
    Tensor tensor = transfer.tensor();
    if (!reachesPeer() || !suits(transfer.header())) {
      return false;
    }
    Optional<SharedBlocks.Spot> spot = all.blocks().spot(tensor.segment());
    if (spot.isEmpty()) {
      return false;
    }
    OptionalLong id = ledger.add(tensor::handOver, transfer.stream());
    if (id.isEmpty()) {
      throw ended();
    }
    tell(transfer, spot.get(), id.getAsLong(), sender);
    progress.sent(tensor.byteSize(), tensor.byteSize());
    return true;
  }

  private PeerException.Closed ended() {
    return new PeerException.Closed("connection to " + link.remote() + " ended", false, null);
  }

  private SharedBlocks.Spot spot(Tensor tensor) {
    return all.blocks()
        .spot(tensor.segment())
        .orElseThrow(() -> new IllegalStateException(tensor + " (expected: in shared memory)"));
  }

  private void tell(Message.Transfer transfer, SharedBlocks.Spot spot, long id, Sink sender)
      throws IOException {
    SharedMemory.Place at = spot.place();
    Message.Place place = new Message.Place(0, at.descriptor(), at.inode(), at.bytes());
    try {
      sender.send(
          new Message.Reference(transfer.stream(), id, transfer.header(), place, spot.offset()));
    } catch (IOException | RuntimeException | Error e) {
      ledger.withdraw(id); // the peer may have heard of it all the same
      throw e;
    }
  }

  private synchronized void drop() {
    if (ring == null && mine != null) {
      mine.close();
      mine = null;
      uncount();
    }
  }

  private void stay(String reason) {
    LOG.log(System.Logger.Level.DEBUG, "{0}: stays on the socket: {1}", link.remote(), reason);
  }

  /// Gives back what belongs to this connection alone.
  void close() {
    synchronized (this) {
      closed = true;
      drop();
      if (ring == null && theirs != null) {
        theirs.close();
        theirs = null;
      }
      if (counted) { // rings go with their connection
        counted = false;
        all.giveRings();
      }
    }
    freed.end();
    if (process != 0) {
      all.ended(ledger, process);
    }
  }
}
