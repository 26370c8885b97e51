package dev.myelin.net;

import dev.myelin.net.shared.SharedMemory;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// How the two ends of a connection find out that they are processes of one machine, and move its
/// frames into memory.
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
/// Whatever is not as promised leaves everything as it was: the connection stays on its socket. How
/// the words are framed is a matter of the dialect, and who writes them is not said here.
final class Meeting {
  private static final System.Logger LOG = System.getLogger(Meeting.class.getName());

  /// The bytes that one direction holds at once, and the page in front of them.
  private static final long RING_BYTES = (1 << 20) + SharedMemory.PAGE_BYTES;

  /// The two ends of one connection, as their proofs name them.
  ///
  /// @param words by which proofs of this dialect are told from those of another
  /// @param understands whether the peer has said that it knows these words
  record Parties(SharedSecret.Words words, String own, String peer, boolean understands) {}

  private final Link link;
  private final Parties parties;
  private final Neighbourhood all;
  private final Consumer<Message> courier;
  private final LongConsumer process;

  // What the reader learns; written under this, since closing may come from anywhere.
  private @Nullable SharedMemory mine;
  private @Nullable SharedMemory theirs;
  private @Nullable RingDuplex ring;
  private boolean counted; // among those that have memory for frames
  private boolean wantsBytes;
  private boolean seen;
  private boolean agreed;
  private boolean closed;

  private boolean inputMoved; // of the reader
  private volatile boolean moved;

  /// @param courier carries what is to be said, without waiting; a MOVE only says that
  ///   [#moveOutput] may be called
  /// @param process told of the peer's process, once both sides see each other's memory
  Meeting(Link link, Parties parties, Consumer<Message> courier, LongConsumer process) {
    this.link = link;
    this.parties = parties;
    this.all = link.transport().neighbourhood();
    this.courier = courier;
    this.process = process;
  }

  /// Asks the peer, if it looks like a process of this machine; the dialler does.
  void begin() {
    boolean near = !link.way().inbound() && mayShare() && Self.isOurs(link.address());
    if (near) {
      introduce();
    }
  }

  private boolean mayShare() {
    return all.whyNot().isEmpty() && parties.understands();
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
    String proof = secret(made).meet(meet, parties.own());
    return new Message.Meet(meet.boot(), meet.uid(), meet.bytesToo(), place, proof);
  }

  private NodeConfig.Links links() {
    return link.transport().config().links();
  }

  private SharedSecret secret(SharedMemory memory) {
    return SharedSecret.of(
        memory.segment(), link.transport().config().identity().key(), parties.words());
  }

  /// Takes the peer's MEET.
  void met(Message.Meet meet) {
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
    SharedMemory found = found();
    if (found != null) {
      String proof = secret(found).met(meet, parties.own());
      courier.accept(new Message.Met(FaultCode.OK.code(), proof, ""));
    }
    agree();
  }

  private synchronized @Nullable SharedMemory found() {
    return theirs;
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
    try {
      SharedMemory found = SharedMemory.find(place(meet.at(), meet.at().pid()), all.uid());
      if (secret(found).meets(meet, parties.peer())) {
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

  /// Returns where memory of that process is.
  static SharedMemory.Place place(Message.Place at, int pid) {
    return new SharedMemory.Place(pid, at.descriptor(), at.inode(), at.bytes());
  }

  /// Takes the peer's MET.
  void answered(Message.Met met) {
    synchronized (this) {
      SharedMemory made = mine;
      boolean holds =
          made != null
              && !closed
              && met.code() == FaultCode.OK.code()
              && secret(made).accepts(meeting(made), parties.peer(), met.proofHex());
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
      if (!seen || found == null || mine == null || closed || agreed) {
        return;
      }
      agreed = true;
      process.accept(found.place().pid());
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

  /// Returns whether there is memory to move to.
  boolean mayMove() {
    return ring() != null;
  }

  /// Writes into memory from now on; right behind MOVE, by whoever wrote it.
  void moveOutput() {
    RingDuplex to = ring();
    if (to == null) {
      throw new IllegalStateException("no memory (expected: after both have met)");
    }
    link.duplex().moveOutput(to);
    moved = true;
    LOG.log(System.Logger.Level.DEBUG, "{0}: frames pass through memory", link.remote());
  }

  /// Takes the peer's MOVE: reads from memory from now on; the reader does.
  ///
  /// @throws PeerException.Malformed if the two have not met, or it moved before
  void moveInput() throws IOException {
    RingDuplex from = ring();
    if (from == null || inputMoved || !link.source().dropKnocks()) {
      String why = inputMoved ? "MOVE (expected: once)" : "MOVE (expected: after both have met)";
      throw new PeerException.Malformed(
          link.way().dialect(),
          link.source().consumed(),
          from == null || inputMoved ? why : "bytes behind MOVE");
    }
    inputMoved = true;
    link.duplex().moveInput(from);
    link.transport().tasks().fork(link.threadName("listener"), from::listen);
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
  synchronized void close() {
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
}
