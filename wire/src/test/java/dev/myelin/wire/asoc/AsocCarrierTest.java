package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.Carrier;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryTrust;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Trust;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the two sides of a handshake must agree on about what carries it.
@Timeout(20)
class AsocCarrierTest {
  private static Carrier bound(int to) {
    byte[] binding = new byte[32];
    Arrays.fill(binding, (byte) to);
    return Carrier.encrypted(binding);
  }

  private static AsocTalk meet(Carrier dialler, Carrier acceptor, MemoryTrust.Stock stock) {
    return AsocTalk.open(
        credentials(AsocTalk.ALICE, dialler, stock),
        credentials(AsocTalk.BOB, acceptor, stock),
        Limits.defaults());
  }

  private static Credentials credentials(UUID node, Carrier carrier, MemoryTrust.Stock stock) {
    MemoryTrust memory = MemoryTrust.of(stock);
    Trust trust =
        new Trust() {
          @Override
          public boolean firstSeen(long greeting) {
            return memory.firstSeen(greeting);
          }

          @Override
          public boolean allowsStock(String id) {
            return memory.allowsStock(id);
          }

          @Override
          public Carrier carrier() {
            return carrier;
          }

          @Override
          public Duration patience() {
            return memory.patience();
          }
        };
    return AsocTalk.credentials(node, trust);
  }

  @Test
  void proofsHoldInsideOneSession() throws Exception {
    AsocTalk talk = meet(bound(1), bound(1), MemoryTrust.Stock.REFUSED);
    Introduction introduction = talk.acceptor().introduction();
    assertThat(introduction.proof()).isEqualTo(Introduction.Proof.MUTUAL);
    assertThat(introduction.features()).contains("tls");
  }

  @Test
  void proofsHoldInNoOtherSession() {
    assertThatThrownBy(() -> meet(bound(1), bound(2), MemoryTrust.Stock.ALLOWED))
        .hasCauseInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("in between");
  }

  @Test
  void proofsOfAnEncryptedSessionDoNotHoldInClear() {
    assertThatThrownBy(() -> meet(bound(1), Carrier.inClear(), MemoryTrust.Stock.ALLOWED))
        .hasCauseInstanceOf(PeerException.Refused.class);
    assertThatThrownBy(() -> meet(Carrier.inClear(), bound(1), MemoryTrust.Stock.ALLOWED))
        .hasCauseInstanceOf(PeerException.Refused.class);
  }

  @Test
  void twoThatCanEncryptDoNotTalkInClear() {
    assertThatThrownBy(() -> meet(Carrier.inClear(), Carrier.inClear(), MemoryTrust.Stock.ALLOWED))
        .hasCauseInstanceOf(PeerException.Refused.class);
  }

  @Test
  void oneThatCanNotEncryptNeedsToBeAllowed() {
    assertThat(meet(Carrier.plain(), Carrier.inClear(), MemoryTrust.Stock.ALLOWED)).isNotNull();
    assertThatThrownBy(() -> meet(Carrier.plain(), Carrier.inClear(), MemoryTrust.Stock.REFUSED))
        .hasCauseInstanceOf(PeerException.Refused.class);
    assertThatThrownBy(() -> meet(Carrier.inClear(), Carrier.plain(), MemoryTrust.Stock.REFUSED))
        .hasCauseInstanceOf(PeerException.Refused.class);
  }

  @Test
  void bindingsAreCopied() {
    byte[] binding = new byte[32];
    Carrier carrier = Carrier.encrypted(binding);
    binding[0] = 1;
    carrier.binding()[1] = 1;
    assertThat(carrier.binding()).containsOnly(0);
    assertThatThrownBy(() -> Carrier.encrypted(new byte[8]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
