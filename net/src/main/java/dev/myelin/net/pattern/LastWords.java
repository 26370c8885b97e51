package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.wire.parts.Parts;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What peers that left had sent and nobody has received: of all of them together no more than one
/// queue may hold, or what the last of them left.
///
/// So whoever comes, sends and leaves again and again fills no memory. Guarded by the gate of the
/// [Intake].
final class LastWords {
  /// What a message, each part of it, and a peer take beside the bytes; roughly.
  private static final long EACH_BYTES = 64;

  private static final long PEER_BYTES = 1024;

  private final long mostBytes;
  private final Set<Pipe> peers = new LinkedHashSet<>(); // that left something, oldest first
  private long bytes;

  LastWords(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// Returns whether nobody left anything.
  boolean isEmpty() {
    return peers.isEmpty();
  }

  /// Takes out of a pipe that ended what is in there.
  void gather(Pipe pipe) {
    Parts message;
    while ((message = pipe.poll()) != null) {
      Seat.of(pipe).words.addLast(message);
      bytes += cost(message);
      if (peers.add(pipe)) {
        bytes += PEER_BYTES;
      }
    }
  }

  /// Returns who left first if there is no room for all; never the only one.
  @Nullable Pipe excess() {
    return bytes > mostBytes && peers.size() > 1 ? peers.iterator().next() : null;
  }

  /// Returns all that a pipe left, which is the caller's now.
  List<Parts> forget(Pipe pipe) {
    List<Parts> all = new ArrayList<>();
    for (Parts each = poll(pipe); each != null; each = poll(pipe)) {
      all.add(each);
    }
    return all;
  }

  /// Takes the next message that a pipe left; null if there is none.
  @Nullable Parts poll(Pipe pipe) {
    Seat seat = Seat.of(pipe);
    Parts message = seat.words.pollFirst();
    if (message == null) {
      return null;
    }
    bytes -= cost(message);
    if (seat.words.isEmpty() && peers.remove(pipe)) {
      bytes -= PEER_BYTES;
    }
    return message;
  }

  private static long cost(Parts message) {
    return message.totalBytes() + EACH_BYTES * (1 + message.count());
  }
}
