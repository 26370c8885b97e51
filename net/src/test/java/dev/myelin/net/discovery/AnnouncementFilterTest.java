package dev.myelin.net.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.discovery.AnnouncementFilter.Verdict;
import dev.myelin.testkit.HandClock;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.asoc.AsocBeacon;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AnnouncementFilterTest {
  private static final InetAddress HONEST = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress ROGUE = InetAddress.ofLiteral("192.0.2.66");
  private static final Duration WINDOW = Duration.ofSeconds(60);

  private final HandClock clock = HandClock.still();
  private final Announced self = Watch.node(9000);
  private final Announced peer = Watch.node(9001);
  private final AnnouncementFilter filter = filterFrom();

  private AnnouncementFilter filterFrom(AddressRange... allowed) {
    return AnnouncementFilter.of(self, clock, WINDOW, List.of(allowed));
  }

  private byte[] beacon(Announced node, int port, long secondsFromNow, int challenge) {
    return new AsocBeacon(
            AsocBeacon.communityHash(node.community()),
            node.id(),
            port,
            clock.instant().getEpochSecond() + secondsFromNow,
            challenge)
        .encode(node.key());
  }

  private Verdict judge(byte[] datagram, InetAddress from) {
    return filter.judge(MemorySegment.ofArray(datagram), from, "broadcast");
  }

  private Refusal refusal(byte[] datagram, InetAddress from) {
    Verdict verdict = judge(datagram, from);
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    Refusal reason = ((Verdict.Refused) verdict).reason();
    assertThat(filter.refused()).containsKey(reason);
    return reason;
  }

  @Test
  void believesAFreshAnnouncementAndSaysWhetherItsNodeWasKnown() {
    Verdict first = judge(beacon(peer, 9001, 0, 1), HONEST);
    assertThat(first)
        .isEqualTo(
            new Verdict.Believed(
                new Sighting(
                    peer.id().toString(),
                    "192.0.2.1",
                    9001,
                    "broadcast",
                    clock.instant().getEpochSecond()),
                true));
    assertThat(judge(beacon(peer, 9001, 0, 2), HONEST))
        .isInstanceOfSatisfying(
            Verdict.Believed.class, again -> assertThat(again.unknown()).isFalse());
    clock.advance(WINDOW.plusSeconds(1));
    assertThat(judge(beacon(peer, 9001, 0, 3), HONEST))
        .isInstanceOfSatisfying(
            Verdict.Believed.class, back -> assertThat(back.unknown()).isTrue());
    assertThat(filter.refused()).isEmpty();
  }

  @Test
  void refusesTheSameAnnouncementFromAnyAddressForAsLongAsItIsFresh() {
    byte[] datagram = beacon(peer, 9001, 60, 1);
    assertThat(judge(datagram, HONEST)).isInstanceOf(Verdict.Believed.class);
    assertThat(refusal(datagram, HONEST)).isEqualTo(Refusal.REPEATED);
    assertThat(refusal(datagram, ROGUE)).isEqualTo(Refusal.REPEATED);
    clock.advance(Duration.ofMinutes(2));
    assertThat(refusal(datagram, ROGUE)).isEqualTo(Refusal.REPEATED);
    clock.advance(Duration.ofSeconds(1));
    assertThat(refusal(datagram, ROGUE)).isEqualTo(Refusal.TIME);
  }

  @Test
  void doesNotTakeTwoNodesWithOneChallengeForARepetition() {
    assertThat(judge(beacon(peer, 9001, 0, 7), HONEST)).isInstanceOf(Verdict.Believed.class);
    assertThat(judge(beacon(Watch.node(9002), 9002, 0, 7), HONEST))
        .isInstanceOf(Verdict.Believed.class);
    assertThat(judge(beacon(peer, 9001, 1, 7), HONEST)).isInstanceOf(Verdict.Believed.class);
  }

  @Test
  void refusesTimesOutsideTheWindow() {
    assertThat(judge(beacon(peer, 9001, -60, 1), HONEST)).isInstanceOf(Verdict.Believed.class);
    assertThat(judge(beacon(peer, 9001, 60, 2), HONEST)).isInstanceOf(Verdict.Believed.class);
    assertThat(refusal(beacon(peer, 9001, -61, 3), HONEST)).isEqualTo(Refusal.TIME);
    assertThat(refusal(beacon(peer, 9001, 61, 4), HONEST)).isEqualTo(Refusal.TIME);
    long to1970 = -clock.instant().getEpochSecond();
    assertThat(refusal(beacon(peer, 9001, to1970, 5), HONEST)).isEqualTo(Refusal.TIME);
  }

  @Test
  void refusesWhatIsNotForUs() {
    assertThat(refusal(beacon(self, 9000, 0, 1), HONEST)).isEqualTo(Refusal.OWN);
    assertThat(refusal(beacon(peer, 0, 0, 1), HONEST)).isEqualTo(Refusal.PORT);
    assertThat(refusal(beacon(Watch.node(9002, "town", "a key of sixteen."), 9002, 0, 1), HONEST))
        .isEqualTo(Refusal.COMMUNITY);
    assertThat(refusal(beacon(Watch.node(9002, "village", "another key"), 9002, 0, 1), HONEST))
        .isEqualTo(Refusal.SIGNATURE);
    assertThat(refusal(new byte[49], HONEST)).isEqualTo(Refusal.SIZE);
    assertThat(refusal(new byte[51], HONEST)).isEqualTo(Refusal.SIZE);
    assertThat(refusal(new byte[0], HONEST)).isEqualTo(Refusal.SIZE);
  }

  @Test
  void refusesASignedAnnouncementWithAnyBitTurned() {
    byte[] good = beacon(peer, 9001, 0, 1);
    for (int bit = 64; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(refusal(bad, InetAddress.ofLiteral("192.0.2." + bit % 200)))
          .isEqualTo(Refusal.SIGNATURE);
    }
    assertThat(judge(good, HONEST)).isInstanceOf(Verdict.Believed.class);
  }

  @Test
  void hearsOnlyAllowedAddressesIfToldWhich() {
    AnnouncementFilter strict = filterFrom(AddressRange.parse("192.0.2.0/26"));
    MemorySegment datagram = MemorySegment.ofArray(beacon(peer, 9001, 0, 1));
    assertThat(strict.judge(datagram, ROGUE, "broadcast"))
        .isInstanceOfSatisfying(
            Verdict.Refused.class, no -> assertThat(no.reason()).isEqualTo(Refusal.SOURCE));
    assertThat(strict.judge(datagram, HONEST, "broadcast")).isInstanceOf(Verdict.Believed.class);
  }

  @Test
  void servesHonestNodesDuringAFloodFromAnotherAddress() {
    for (int i = 0; i < 3_000; i++) {
      judge(beacon(Watch.node(9002, "village", "a guessed key"), 9002, 0, i), ROGUE);
    }
    assertThat(filter.refused().get(Refusal.RATE)).isGreaterThan(2_000);
    assertThat(judge(beacon(peer, 9001, 0, 1), HONEST)).isInstanceOf(Verdict.Believed.class);
    assertThat(refusal(beacon(peer, 9001, 0, 2), ROGUE)).isEqualTo(Refusal.RATE);
    clock.advance(Duration.ofSeconds(1));
    assertThat(judge(beacon(peer, 9001, 0, 3), ROGUE)).isInstanceOf(Verdict.Believed.class);
  }

  @Test
  void keepsItsMemoryBoundedUnderAHundredThousandBogusAnnouncements() throws Exception {
    Random random = new Random(1);
    byte[] bogus = beacon(peer, 9001, 0, 1);
    byte[] address = new byte[4];
    for (int i = 0; i < 100_000; i++) {
      bogus[8 + random.nextInt(42)] = (byte) random.nextInt();
      random.nextBytes(address);
      judge(bogus, InetAddress.getByAddress(address));
    }
    assertThat(filter.held()).isLessThanOrEqualTo(AnnouncementFilter.ADDRESSES);
    assertThat(judge(beacon(peer, 9001, 0, 2), HONEST)).isInstanceOf(Verdict.Believed.class);
  }

  @Test
  void keepsItsMemoryBoundedEvenIfTheFloodIsSigned() throws Exception {
    ApiKey key = self.key();
    long hash = AsocBeacon.communityHash(self.community());
    long now = clock.instant().getEpochSecond();
    byte[] address = {10, 0, 0, 0};
    for (int i = 0; i < 100_000; i++) {
      address[1] = (byte) (i >> 16);
      address[2] = (byte) (i >> 8);
      address[3] = (byte) i;
      byte[] datagram = new AsocBeacon(hash, new UUID(1, i), 9002, now, i).encode(key);
      judge(datagram, InetAddress.getByAddress(address));
    }
    assertThat(filter.refused()).containsEntry(Refusal.FULL, 100_000L - 65_536);
    assertThat(filter.held()).isLessThanOrEqualTo(65_536 + 16_384 + 4_096);
    clock.advance(WINDOW.plusSeconds(1));
    assertThat(judge(beacon(peer, 9001, 0, 1), HONEST)).isInstanceOf(Verdict.Believed.class);
    assertThat(filter.held()).isLessThanOrEqualTo(1 + 16_384 + 4_096);
  }

  @Test
  void needsAWindowOfASecondAtLeast() {
    assertThatThrownBy(() -> AnnouncementFilter.of(self, clock, Duration.ZERO, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("window: PT0S");
  }
}
