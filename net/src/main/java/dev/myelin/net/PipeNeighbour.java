package dev.myelin.net;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.PartsSession;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One pipe whose peer may turn out to be a process of this machine: then its frames move from the
/// socket into memory, each direction between two of them.
///
/// Only members of a community that both say so find that out; see [Meeting]. The socket stays, and
/// its end is the end of the pipe.
final class PipeNeighbour {
  /// How a side says that it may share memory, and what its proofs call it.
  static final String PROPERTY = "X-Near";

  /// What is worth waking a reader for.
  private static final long LITTLE_BYTES = 16 << 10;

  /// So many in one write are a stream, and worth waiting for more; fewer may be questions whose
  /// askers wait.
  private static final int STREAM_MESSAGES = 4;

  private static final long REST_NANOS = 20_000;

  private final Link link;
  private final PartsSession session;
  private final Runnable wake;
  private final @Nullable Meeting meeting;
  private final Set<Class<? extends Message>> heard = new HashSet<>(); // of the reader
  private final Queue<Message> words = new ArrayDeque<>(); // guarded by this; one of each at most
  private boolean finished; // guarded by this
  private volatile boolean any; // written under this
  private boolean little; // of whoever holds the pen
  private int carried; // of whoever holds the pen: the messages of the last write
  private boolean moving; // of whoever holds the pen: MOVE is in the outlet

  /// @param carrier what the pipe runs on; null for a peer that is no member
  /// @param wake has what there is to say be written soon
  PipeNeighbour(Link link, PartsSession session, @Nullable Carrier carrier, Runnable wake) {
    this.link = link;
    this.session = session;
    this.wake = wake;
    Optional<String> theirs = session.peer().property(PROPERTY);
    boolean both = !properties(link.transport()).isEmpty() && theirs.isPresent();
    if (carrier == null || !both) {
      this.meeting = null;
      return;
    }
    // Whoever stands between two members cannot pass the one's proof on to the other.
    String binding = HexFormat.of().formatHex(carrier.binding());
    Meeting.Parties parties =
        new Meeting.Parties(
            SharedSecret.Words.ZMTP, own(link.transport()) + binding, theirs.get() + binding, true);
    this.meeting = new Meeting(link, parties, this::say, _ -> {});
  }

  /// Returns what a side tells of itself that may share memory; nothing if it may not.
  static Map<String, String> properties(Transport transport) {
    boolean platform = transport.config().links().threads() == NodeConfig.Threads.PLATFORM;
    boolean may = platform && transport.neighbourhood().whyNot().isEmpty();
    return may ? Map.of(PROPERTY, own(transport)) : Map.of();
  }

  private static String own(Transport transport) {
    return transport.config().identity().id().toString();
  }

  /// Asks the peer, if it looks like a process of this machine; the dialler does.
  void begin() {
    if (meeting != null) {
      meeting.begin();
    }
  }

  private void say(Message word) {
    synchronized (this) {
      if (finished) {
        return;
      }
      words.add(word);
      any = true;
    }
    wake.run();
  }

  /// Hears what the peer says; the reader does.
  ///
  /// @throws PeerException.Malformed if it does not belong here
  void hear(Message word) throws IOException {
    if (meeting == null) {
      throw malformed(word, "of a peer that both said " + PROPERTY + " to");
    }
    if (!heard.add(word.getClass())) {
      throw malformed(word, "once");
    }
    switch (word) {
      case Message.Meet meet -> meeting.met(meet);
      case Message.Met met -> meeting.answered(met);
      case Message.Move _ -> meeting.moveInput();
      default -> throw new IllegalArgumentException("word: " + word);
    }
  }

  private PeerException.Malformed malformed(Message word, String expected) {
    return new PeerException.Malformed(
        link.way().dialect(),
        link.source().consumed(),
        word.getClass().getSimpleName().toUpperCase(Locale.ROOT) + " (expected: " + expected + ")");
  }

  /// Returns whether nothing waits to be said.
  boolean isEmpty() {
    return !any;
  }

  /// Encodes what there is to say; returns whether nothing may stand behind it in this write. For
  /// whoever holds the pen.
  boolean gather(Outlet to) {
    if (!any) {
      return false;
    }
    synchronized (this) {
      for (Message word = words.poll(); word != null; word = words.poll()) {
        session.encodeNear(word, to);
        moving = moving || word instanceof Message.Move;
      }
      any = false;
    }
    return moving;
  }

  /// Takes how many messages are in the write that comes. For whoever holds the pen.
  void carries(int messages) {
    carried = messages;
  }

  /// Takes that so much has left; what follows goes through memory if that said so. For whoever
  /// holds the pen, as the next.
  void left(long bytes) {
    little = bytes < LITTLE_BYTES;
    if (moving && meeting != null) {
      moving = false;
      meeting.moveOutput();
    }
  }

  /// Lets more gather while small messages stream through memory: a write costs so little there
  /// that the reader would have to be woken for each of them.
  ///
  /// @param more whether there is more to write already
  void rest(boolean more) {
    if (little && more && carried >= STREAM_MESSAGES && meeting != null && meeting.moved()) {
      LockSupport.parkNanos(REST_NANOS);
    }
  }

  /// Says nothing more: the output was ended.
  synchronized void finish() {
    finished = true;
    words.clear();
    any = false;
  }

  /// Gives back what belongs to this pipe alone; the link is closed already.
  void close() {
    finish();
    if (meeting != null) {
      meeting.close();
    }
  }
}
