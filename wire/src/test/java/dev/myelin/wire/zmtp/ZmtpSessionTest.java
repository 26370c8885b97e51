package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ZmtpSessionTest {
  @Test
  void twoSidesMeetAndSpeakBothWays() throws IOException {
    ZmtpTalk talk = ZmtpTalk.open(ZmtpTalk.terms(SocketRole.REQ), ZmtpTalk.terms(SocketRole.REP));
    assertThat(talk.dialler.peer().role()).isEqualTo(SocketRole.REP);
    assertThat(talk.acceptor.peer().role()).isEqualTo(SocketRole.REQ);
    assertThat(talk.acceptor.peer().version()).isEqualTo("3.1");
    assertThat(talk.acceptor.peer().mechanism()).isEqualTo("NULL");

    talk.up.write(ZmtpTalk.encode(talk.dialler, Parts.of("", "Hello")));
    talk.up.end();
    talk.down.write(ZmtpTalk.encode(talk.acceptor, Parts.of("", "World")));
    talk.down.end();
    try (ZmtpTalk.Received up = ZmtpTalk.drain(talk.acceptor);
        ZmtpTalk.Received down = ZmtpTalk.drain(talk.dialler)) {
      assertThat(up.all).containsExactly("[, 48656c6c6f]");
      assertThat(down.all).containsExactly("[, 576f726c64]");
    }
  }

  @Test
  void whoIsDialledPlaysTheRoleThatFitsThePeer() {
    ZmtpTalk talk =
        ZmtpTalk.open(
            ZmtpTalk.terms(SocketRole.SUB),
            ZmtpTalk.terms(SocketRole.REP, SocketRole.PULL, SocketRole.XPUB));
    assertThat(talk.acceptor.role()).isEqualTo(SocketRole.XPUB);
    assertThat(talk.dialler.peer().role()).isEqualTo(SocketRole.XPUB);
  }

  @Test
  void rolesThatDoNotFitAreNamedOnBothSides() {
    assertThatThrownBy(
            () -> ZmtpTalk.open(ZmtpTalk.terms(SocketRole.REQ), ZmtpTalk.terms(SocketRole.PULL)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("REQ")
        .hasMessageContaining("PULL")
        .satisfies(
            acceptor ->
                assertThat(acceptor.getSuppressed()[0])
                    .isInstanceOf(PeerException.Refused.class)
                    .hasMessage("refused by the peer: PULL-does-not-speak-to-REQ"));
  }

  @Test
  void plainLetsInWhomTheAuthenticatorTakes() {
    PartsSecurity client = new PartsSecurity.PlainClient("admin", "secret");
    PartsSecurity server =
        new PartsSecurity.PlainServer(
            claim -> claim.password().equals("secret") ? claim.user() : null);
    ZmtpTalk talk =
        ZmtpTalk.open(
            ZmtpTalk.terms(client, SocketRole.DEALER), ZmtpTalk.terms(server, SocketRole.ROUTER));
    assertThat(talk.acceptor.peer().user()).isEqualTo("admin");
    assertThat(talk.acceptor.peer().mechanism()).isEqualTo("PLAIN");
  }

  @Test
  void plainTurnsOthersAwayWithoutShowingThePassword() {
    PartsSecurity client = new PartsSecurity.PlainClient("admin", "guessed");
    PartsSecurity server = new PartsSecurity.PlainServer(_ -> null);
    assertThatThrownBy(
            () ->
                ZmtpTalk.open(
                    ZmtpTalk.terms(client, SocketRole.PUSH),
                    ZmtpTalk.terms(server, SocketRole.PULL)))
        .cause()
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("admin")
        .hasMessageNotContaining("guessed")
        .satisfies(
            acceptor ->
                assertThat(acceptor.getSuppressed()[0])
                    .isInstanceOf(PeerException.Refused.class)
                    .hasMessage("refused by the peer: 400"));
  }

  @Test
  void briefMessagesComeTogetherAsTheyLieAndTheOthersInBetween() throws IOException {
    ZmtpTalk talk = ZmtpTalk.open(ZmtpTalk.terms(SocketRole.PUSH), ZmtpTalk.terms(SocketRole.PULL));
    assertThat(talk.dialler.encodesBriefly()).isTrue();
    Outlet out = new Outlet();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      byte[] first = new byte[i];
      Arrays.fill(first, (byte) i);
      Parts message = i % 10 == 9 ? Parts.of(first, new byte[] {1}) : Parts.of(first);
      expected.add(ZmtpTalk.describe(message));
      talk.dialler.encode(message, out);
      if (i % 50 == 0) {
        talk.dialler.encodePing(Duration.ZERO, out);
      }
    }
    talk.up.write(out.toBytes());
    talk.up.end();
    Briefs inlet = new Briefs();
    while (talk.acceptor.receive(inlet)) {
      // Until the end.
    }
    assertThat(inlet.found).isEqualTo(expected);
    assertThat(inlet.brief).isEqualTo(256 - 25); // those of one part up to 255 bytes
  }

  /// Takes messages, and counts the brief ones.
  private static final class Briefs implements PartsInlet {
    final List<String> found = new ArrayList<>();
    int brief;

    @Override
    public void message(Parts message) {
      found.add(ZmtpTalk.describe(message));
    }

    @Override
    public void briefs(byte[] page, int from, int to, int count) {
      int before = found.size();
      PartsInlet.super.briefs(page, from, to, count);
      assertThat(found).hasSize(before + count);
      brief += count;
    }

    @Override
    public Tensor room(long size) {
      throw new IllegalStateException("room: " + size + " bytes (expected: none)");
    }
  }

  @Test
  void curveEncryptsBothWays() throws IOException {
    ZmtpTalk talk =
        ZmtpTalk.open(
            ZmtpTalk.terms(ZmtpTalk.curveClient(), SocketRole.DEALER),
            ZmtpTalk.terms(ZmtpTalk.curveServer(), SocketRole.ROUTER));
    assertThat(talk.acceptor.peer().user()).isEqualTo("anybody");
    assertThat(talk.acceptor.isUniform()).isFalse();
    byte[] bytes = ZmtpTalk.encode(talk.dialler, Parts.of("one", "two"));
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("one");
    talk.up.write(bytes);
    talk.up.end();
    talk.down.write(ZmtpTalk.encode(talk.acceptor, Parts.of(new byte[100_000])));
    talk.down.end();
    try (ZmtpTalk.Received up = ZmtpTalk.drain(talk.acceptor);
        ZmtpTalk.Received down = ZmtpTalk.drain(talk.dialler)) {
      assertThat(up.all).containsExactly("[6f6e65, 74776f]");
      assertThat(down.all).containsExactly("[" + "00".repeat(100_000) + "]");
    }
  }

  @Test
  void aClientWithAnotherServersKeyGetsNoAnswer() {
    PartsSecurity wrong =
        new PartsSecurity.CurveClient(ZmtpTalk.CLIENT.publicKey(), ZmtpTalk.CLIENT);
    assertThatThrownBy(
            () ->
                ZmtpTalk.open(
                    ZmtpTalk.terms(wrong, SocketRole.DEALER),
                    ZmtpTalk.terms(ZmtpTalk.curveServer(), SocketRole.ROUTER)))
        .cause()
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("not made for our key");
  }

  @Test
  void largePartsAreLentOnTheWayOutAndLieInTheReceiversMemory() throws IOException {
    AtomicInteger left = new AtomicInteger();
    try (TensorPool pool = TensorPool.open("sender", 1 << 20)) {
      Tensor tensor = pool.allocate(DType.U8, Shape.of(100_000));
      tensor.segment().fill((byte) 7);
      Parts message = Parts.of("head").plus(tensor).plus(new byte[20_000]);
      PartsSession sender = ZmtpTalk.reading(SocketRole.PUSH, PartsLimits.defaults(), new byte[0]);
      Outlet out = new Outlet();
      assertThat(sender.encode(message, out, left::incrementAndGet)).isTrue();
      byte[] bytes = out.toBytes();
      assertThat(left).hasValue(0);
      out.clear();
      assertThat(left).hasValue(1);
      message.close();

      PartsSession receiver = ZmtpTalk.reading(SocketRole.PULL, PartsLimits.defaults(), bytes);
      try (ZmtpTalk.Received received = ZmtpTalk.drain(receiver)) {
        assertThat(received.all)
            .containsExactly(
                "[68656164, " + "07".repeat(100_000) + ", " + "00".repeat(20_000) + "]");
        assertThat(received.pool.outstanding()).isZero();
      }
    }
  }

  @Test
  void anEndInsideAMessageGivesItsMemoryBack() throws IOException {
    PartsSession sender = ZmtpTalk.reading(SocketRole.PUSH, PartsLimits.defaults(), new byte[0]);
    byte[] bytes = ZmtpTalk.encode(sender, Parts.of(new byte[50_000]));
    byte[] cut = Arrays.copyOf(bytes, 30_000);
    PartsSession receiver = ZmtpTalk.reading(SocketRole.PULL, PartsLimits.defaults(), cut);
    try (ZmtpTalk.Received received = new ZmtpTalk.Received()) {
      assertThatThrownBy(() -> receiver.receive(received)).isInstanceOf(PeerException.Closed.class);
      assertThat(received.pool.outstanding()).isPositive();
      receiver.close();
      assertThat(received.pool.outstanding()).isZero();
      assertThatThrownBy(() -> receiver.receive(received))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void partsUpToTheBoundLieOnTheHeap() throws IOException {
    PartsSession sender = ZmtpTalk.reading(SocketRole.PUSH, PartsLimits.defaults(), new byte[0]);
    byte[] bytes = ZmtpTalk.encode(sender, Parts.of(new byte[Outlet.COPIED_BYTES]));
    PartsSession receiver = ZmtpTalk.reading(SocketRole.PULL, PartsLimits.defaults(), bytes);
    AtomicInteger onHeap = new AtomicInteger();
    PartsInlet inlet =
        new PartsInlet() {
          @Override
          public void message(Parts message) {
            onHeap.addAndGet(message.allOnHeap() ? 1 : 0);
          }

          @Override
          public Tensor room(long size) {
            throw new AssertionError("room for " + size);
          }
        };
    assertThat(receiver.receive(inlet)).isTrue();
    assertThat(onHeap).as("the page of 4 KiB has to grow first").hasValue(0);
    assertThat(receiver.receive(inlet)).isTrue();
    assertThat(onHeap).hasValue(1);
    assertThat(receiver.receive(inlet)).isFalse();
  }
}
