package dev.myelin.net.discovery;

import dev.myelin.wire.asoc.AsocBeacon;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Makes a node's announcements, each with the time and a challenge of its own.
final class Beacons {
  private final Announced self;
  private final long communityHash;
  private final InstantSource clock;
  private final RandomGenerator random; // Guarded by this: a generator need not be thread-safe.

  Beacons(Announced self, InstantSource clock, RandomGenerator random) {
    this.self = self;
    this.communityHash = AsocBeacon.communityHash(self.community());
    this.clock = clock;
    this.random = random;
  }

  synchronized ByteBuffer next() {
    return ByteBuffer.wrap(
        new AsocBeacon(
                communityHash,
                self.id(),
                self.port(),
                clock.instant().getEpochSecond(),
                random.nextInt())
            .encode(self.key()));
  }
}
