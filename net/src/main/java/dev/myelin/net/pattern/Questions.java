package dev.myelin.net.pattern;

import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What comes to a socket that answers: messages with the way back in front, up to an empty part
/// (RFC 28). What has no such part is dropped.
final class Questions {
  private final Hub hub;

  Questions(Hub hub) {
    this.hub = hub;
  }

  Request receive(Duration limit) throws IOException, InterruptedException {
    Timer timer = Timer.of(limit);
    Request next = null;
    while (next == null) {
      next = opened(hub.intake().receive(timer, limit));
    }
    return next;
  }

  @Nullable Request next(BooleanSupplier stopped) throws IOException, InterruptedException {
    Duration forever = SocketOptions.Waits.FOREVER;
    Timer timer = Timer.of(forever);
    while (true) {
      Intake.Arrival arrival = hub.intake().receive(timer, forever, stopped);
      if (arrival == null) {
        return null;
      }
      Request next = opened(arrival);
      if (next != null) {
        return next;
      }
    }
  }

  Optional<Request> tryReceive() {
    Intake.Arrival arrival;
    while ((arrival = hub.intake().tryReceive()) != null) {
      Request next = opened(arrival);
      if (next != null) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  private @Nullable Request opened(Intake.Arrival arrival) {
    Parts message = arrival.message();
    int delimiter = 0;
    while (delimiter < message.count() && message.size(delimiter) > 0) {
      if (!message.onHeap(delimiter)) {
        delimiter = message.count(); // no address is that long
      }
      delimiter++;
    }
    if (delimiter + 1 >= message.count()) {
      hub.outflow().drop(message);
      return null;
    }
    byte[][] envelope = new byte[delimiter + 1][];
    for (int i = 0; i <= delimiter; i++) {
      envelope[i] = message.bytes(i);
    }
    return new Request(hub, arrival.pipe(), envelope, message.from(delimiter + 1));
  }
}
