package dev.myelin.net.discovery;

import dev.myelin.wire.PeerException;
import dev.myelin.wire.asoc.AsocBeacon;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// Decides which announcements are believed: signed, fresh, heard for the first time, and not too
/// many.
///
/// One filter may serve several sources at once; an announcement that reaches a node over several
/// interfaces is then one sighting. Memory is bounded whatever arrives.
public final class AnnouncementFilter {
  /// How far the clocks of two nodes may be apart unless told otherwise.
  public static final Duration DEFAULT_WINDOW = Duration.ofSeconds(60);

  static final int REMEMBERED = 65_536;
  static final int ADDRESSES = 4_096;
  static final int IDS = 16_384;
  // Dozens of nodes on one host announce over several interfaces from one address.
  private static final int BURST = 512;
  private static final int PER_SECOND = 128;
  private static final ValueLayout.OfLong HASH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Announced self;
  private final long communityHash;
  private final InstantSource clock;
  private final long windowSeconds;
  private final List<AddressRange> allowed;
  // All below are guarded by this.
  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private final TreeMap<Long, Set<Heard>> heard = new TreeMap<>();
  private final Map<InetAddress, Allowance> allowances = new Recent<>(ADDRESSES);
  private final Map<UUID, Long> ids = new Recent<>(IDS);
  private int remembered;

  private AnnouncementFilter(
      Announced self, InstantSource clock, Duration window, List<AddressRange> allowed) {
    this.self = self;
    this.communityHash = AsocBeacon.communityHash(self.community());
    this.clock = clock;
    this.windowSeconds = window.toSeconds();
    this.allowed = allowed;
  }

  /// Returns a filter for the peers of a node.
  ///
  /// @param window how far from our clock an announcement's time may be
  /// @param allowed the ranges announcements may come from; none lets every address
  public static AnnouncementFilter of(
      Announced self, InstantSource clock, Duration window, List<AddressRange> allowed) {
    Objects.requireNonNull(self, "self");
    if (window.toSeconds() < 1) {
      throw new IllegalArgumentException("window: " + window + " (expected: >= 1 s)");
    }
    return new AnnouncementFilter(self, clock, window, List.copyOf(allowed));
  }

  /// Returns how many announcements were refused so far, by reason.
  public synchronized Map<Refusal, Long> refused() {
    return Map.copyOf(refused);
  }

  /// Returns what an announcement is worth.
  ///
  /// @param datagram all its bytes, borrowed for the call
  /// @param from the address it came from
  /// @param source the name of the discovery that heard it
  synchronized Verdict judge(MemorySegment datagram, InetAddress from, String source) {
    if (!allowed.isEmpty() && allowed.stream().noneMatch(range -> range.contains(from))) {
      return refuse(Refusal.SOURCE, "announcement from an address that is not allowed");
    }
    if (datagram.byteSize() != AsocBeacon.SIZE) {
      return refuse(Refusal.SIZE, "datagram of a size no announcement has");
    }
    if (datagram.get(HASH, 0) != communityHash) {
      return refuse(Refusal.COMMUNITY, "announcement of another community");
    }
    // Before the signature, which is what costs time.
    if (!allowances.computeIfAbsent(from, _ -> new Allowance()).take(clock.millis())) {
      return refuse(Refusal.RATE, "more than " + PER_SECOND + " announcements a second");
    }
    try {
      return judge(AsocBeacon.decode(datagram, communityHash, self.key()), from, source);
    } catch (PeerException _) {
      return refuse(
          Refusal.SIGNATURE, "announcement signed with another key (expected: the same api key)");
    }
  }

  private Verdict judge(AsocBeacon beacon, InetAddress from, String source) {
    if (beacon.node().equals(self.id())) {
      return refuse(Refusal.OWN, "own announcement");
    }
    if (beacon.port() == 0) {
      return refuse(Refusal.PORT, "announcement of port 0 (expected: 1..65535)");
    }
    long now = clock.instant().getEpochSecond();
    long apart = beacon.epochSecond() - now;
    if (Math.abs(apart) > windowSeconds) {
      return refuse(
          Refusal.TIME,
          ("announcement whose time is not within %d s of ours: set the clocks of both machines"
                  + " (it is %s)")
              .formatted(windowSeconds, apart < 0 ? "too old" : "in the future"));
    }
    forget(now - windowSeconds);
    Heard key = new Heard(beacon.node(), beacon.challenge());
    if (heard.getOrDefault(beacon.epochSecond(), Set.of()).contains(key)) {
      return refuse(Refusal.REPEATED, "announcement heard before");
    }
    if (remembered >= REMEMBERED) {
      return refuse(Refusal.FULL, "more than " + REMEMBERED + " announcements within the window");
    }
    heard.computeIfAbsent(beacon.epochSecond(), _ -> new HashSet<>()).add(key);
    remembered++;
    Long before = ids.put(beacon.node(), now);
    return new Verdict.Believed(
        new Sighting(
            beacon.node().toString(),
            from.getHostAddress(),
            beacon.port(),
            source,
            beacon.epochSecond()),
        before == null || now - before > windowSeconds);
  }

  private void forget(long before) {
    Map<Long, Set<Heard>> old = heard.headMap(before);
    old.values().forEach(keys -> remembered -= keys.size());
    old.clear();
  }

  private Verdict refuse(Refusal reason, String text) {
    refused.merge(reason, 1L, Long::sum);
    return new Verdict.Refused(reason, text);
  }

  /// Returns how many announcements, addresses and ids are remembered, all together.
  synchronized int held() {
    return remembered + allowances.size() + ids.size();
  }

  /// What an announcement is worth.
  sealed interface Verdict {
    /// It is a sighting; `unknown` if its node was not heard within the window.
    record Believed(Sighting sighting, boolean unknown) implements Verdict {}

    /// It is not.
    record Refused(Refusal reason, String text) implements Verdict {}
  }

  private record Heard(UUID node, int challenge) {}

  /// How many announcements an address may still send now.
  private static final class Allowance {
    private double left = BURST;
    private long lastMillis = Long.MIN_VALUE;

    boolean take(long nowMillis) {
      if (lastMillis != Long.MIN_VALUE && nowMillis > lastMillis) {
        left = Math.min(BURST, left + (nowMillis - lastMillis) / 1000.0 * PER_SECOND);
      }
      lastMillis = nowMillis;
      if (left < 1) {
        return false;
      }
      left--;
      return true;
    }
  }

  /// A map that keeps the entries used last.
  static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int most;

    Recent(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }
}
