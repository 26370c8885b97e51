package dev.myelin.net;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.Trust;
import java.net.InetAddress;
import java.time.Duration;

/// What this node remembers and allows, seen from one address.
record PeerTrust(
    InetAddress address,
    CompatList compatible,
    ReplayMemory memory,
    Duration patience,
    Carrier carrier)
    implements Trust {
  @Override
  public boolean firstSeen(long greeting) {
    return memory.firstSeen(greeting);
  }

  @Override
  public boolean allowsStock(String id) {
    return compatible.allows(address, id);
  }
}
