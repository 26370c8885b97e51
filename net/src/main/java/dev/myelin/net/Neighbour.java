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

/// One connection whose peer may turn out to be a process of this machine, and then is handed
/// tensors where they lie; how the two find that out, see [Meeting].
final class Neighbour {
  /// From this size on, a tensor is copied into memory that is handed over; below, through the
  /// ring, which is warm.
  private static final long COPY_BYTES = 256 << 10;

  private static final long COPY_STEP_BYTES = 64 << 20;

  /// How many tensors that nobody confirms the peer may have and not be done with before the next
  /// goes as a stream, which waits for the peer's credit. Below [Lodging#MOST_HANDED], so that none
  /// is declined that nobody would hear of.
  private static final int MOST_UNHEARD = 256;

  private final Link link;
  private final Neighbourhood all;
  private final Meeting meeting;
  private final Freed freed;

  /// What the peer has of ours.
  private final Ledger ledger = new Ledger();

  /// The process of the peer, once both sides see each other's memory; 0 before.
  private volatile long process;

  /// Whether the peer has our word that we see its memory, and may hear of tensors behind it.
  private volatile boolean metSaid;

  /// @param courier carries what is to be said, without waiting
  Neighbour(Link link, Introduction introduction, Consumer<Message> courier) {
    this.link = link;
    this.all = link.transport().neighbourhood();
    this.freed = new Freed(courier);
    String own = link.transport().config().identity().id().toString();
    Meeting.Parties parties =
        new Meeting.Parties(
            SharedSecret.Words.ASOC, own, introduction.id(), mayShare(introduction));
    this.meeting = new Meeting(link, parties, courier, this::seen);
  }

  /// Asks the peer, if it looks like a process of this machine; the dialler does.
  void begin() {
    meeting.begin();
  }

  /// Returns whether frames pass through memory, at least outwards.
  boolean moved() {
    return meeting.moved();
  }

  private static boolean mayShare(Introduction introduction) {
    return introduction.features().contains("shared");
  }

  /// Hears what concerns shared memory and returns what the session's owner should hear instead.
  @Nullable Message hear(@Nullable Message message, Landing landing) throws IOException {
    switch (message) {
      case Message.Meet meet -> meeting.met(meet);
      case Message.Met met -> meeting.answered(met);
      case Message.Move _ -> meeting.moveInput();
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

  /// Takes that both sides see each other's memory.
  private void seen(long pid) {
    process = pid;
    all.opened(ledger);
  }

  /// Sends the last frame on the socket and writes the next ones into memory.
  private void moveOutput(Sink sender) throws IOException {
    if (meeting.mayMove()) {
      link.sink()
          .exclusively(
              () -> {
                sender.send(new Message.Move());
                meeting.moveOutput();
              });
    }
  }

  /// What sends a message at once.
  @FunctionalInterface
  interface Sink {
    void send(Message message) throws IOException;
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
    SharedMemory.Place at = Meeting.place(reference.at(), (int) process);
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

  /// Gives back what belongs to this connection alone.
  void close() {
    meeting.close();
    freed.end();
    if (process != 0) {
      all.ended(ledger, process);
    }
  }
}
