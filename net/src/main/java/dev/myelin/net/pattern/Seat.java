package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Pipe;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.RoutingId;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;

/// What a [Hub] hangs on a pipe.
final class Seat {
  boolean ready; // guarded by the gate of the intake
  final ArrayDeque<Parts> words = new ArrayDeque<>(0); // guarded likewise: as of LastWords
  volatile boolean gone; // the pipe ended; written under the gate of the outflow
  final LongAdder dropped = new LongAdder();

  /// What a pattern calls the peer.
  volatile RoutingId name = RoutingId.NONE;

  static Seat of(Pipe pipe) {
    return pipe.attachment() instanceof Seat seat ? seat : new Seat();
  }
}
