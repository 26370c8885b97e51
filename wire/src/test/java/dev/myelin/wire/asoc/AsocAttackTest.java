package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Credentials;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.MemoryTrust;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each test performs one attack on the handshake and sees it fail.
@Timeout(20)
class AsocAttackTest {
  private static final int HELLO_FRAME = 50;
  private static final int ACCEPT_FRAME = 30;
  private static final int OFFER_FRAME = 14 + 5 + 64;
  private static final int PROVE_FRAME = 14 + 5 + 71;

  private final MemoryPipe toVictim = MemoryPipe.open();
  private final MemoryPipe fromVictim = MemoryPipe.open();

  @Test
  void aRecordedHelloOpensNoSecondSession() throws IOException {
    Credentials bob = AsocTalk.credentials(AsocTalk.BOB, compat());
    byte[] hello = helloOf(AsocTalk.credentials(AsocTalk.ALICE, compat()));
    toVictim.write(hello);
    toVictim.end();
    assertThatThrownBy(() -> accept(bob)).isInstanceOf(PeerException.Closed.class);

    MemoryPipe again = MemoryPipe.of(hello);
    MemoryPipe answer = MemoryPipe.open();
    assertThatThrownBy(() -> AsocDialect.INSTANCE.accept(again, answer, bob, Limits.defaults()))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("replay");
    assertThat(answer.available()).isZero();
  }

  @Test
  void aRelayedHelloDoesNotMakeTheRelayANode() throws IOException {
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, AsocTalk.secure());
    toVictim.write(helloOf(alice));
    Credentials bob = AsocTalk.credentials(AsocTalk.BOB, impatient());

    assertThatThrownBy(() -> accept(bob))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("stock")
        .hasMessageContaining("compat");
  }

  @Test
  void aRelayedHandshakeTellsTheDiallerWhoReallyAnswered() {
    // Alice means to dial somebody else; the relay passes her bytes to Bob and back.
    AsocTalk relayed = AsocTalk.open();

    assertThat(relayed.dialler().introduction().id()).isEqualTo(AsocTalk.BOB.toString());
  }

  @Test
  void aRecordedAcceptPassesOnceAtMost() throws IOException {
    byte[] accept = AsocCodec.encode(AsocProofs.accept(token(1), AsocTalk.KEY));
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, impatient(MemoryTrust.Stock.ALLOWED));
    try (Session first = dial(alice, accept)) {
      assertThat(first.introduction().proof()).isEqualTo(Introduction.Proof.STOCK);
    }

    assertThatThrownBy(() -> dial(alice, accept))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("replay");
  }

  @Test
  void aRecordedAcceptAndOfferDoNotAnswerANewHello() {
    byte[] recorded = acceptorBytes();
    // Another dialler memory, so that only the binding to the HELLO can tell.
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, AsocTalk.secure());
    alice.random().nextInt();

    assertThatThrownBy(() -> dial(alice, Arrays.copyOf(recorded, ACCEPT_FRAME + OFFER_FRAME)))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("does not answer our HELLO");
  }

  @Test
  void ourOwnHelloReflectedIsRefused() throws IOException {
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, compat());
    toVictim.write(helloOf(alice));

    assertThatThrownBy(() -> accept(alice))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("own id");
    assertThat(fromVictim.available()).isZero();
  }

  @Test
  void ourOwnProofReflectedProvesNothing() throws IOException {
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, AsocTalk.secure());
    CompletableFuture<Session> dialling =
        AsocTalk.run(
            () -> AsocDialect.INSTANCE.dial(toVictim, fromVictim, alice, Limits.defaults()),
            fromVictim);
    // The attacker lets the real Bob answer up to OFFER, then sends Alice's own proof back.
    byte[] hello = read(HELLO_FRAME);
    MemoryPipe bobOut = MemoryPipe.open();
    MemoryPipe bobIn = MemoryPipe.of(hello);
    Credentials bob = AsocTalk.credentials(AsocTalk.BOB, AsocTalk.secure());
    assertThatThrownBy(() -> AsocDialect.INSTANCE.accept(bobIn, bobOut, bob, Limits.defaults()))
        .isInstanceOf(PeerException.Closed.class);
    toVictim.write(bobOut.drain());
    byte[] prove = read(PROVE_FRAME);
    AsocBytes proof = AsocBytes.of(Arrays.copyOfRange(prove, PROVE_FRAME - 32, PROVE_FRAME));
    toVictim.write(
        AsocCodec.control(0, AsocExtensionCodec.encode(new AsocExtension.Proved(proof))));

    AsocTalk.await(dialling);
    assertThatThrownBy(dialling::join)
        .cause()
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("proof does not hold");
  }

  @ParameterizedTest
  @CsvSource({"1, 4294967295", "4, 4294967295", "4, 35", "4, 37", "3, 0", "0, 36", "255, 36"})
  void aStrangersFirstHeaderIsJudgedBeforeAnythingBehindItIsRead(int type, long length)
      throws IOException {
    byte[] header = new byte[AsocHeader.SIZE];
    AsocHeader.put(MemorySegment.ofArray(header), type, 0, 0, (int) length);
    toVictim.write(header);
    toVictim.write(new byte[1000]);

    assertThatThrownBy(() -> accept(AsocTalk.credentials(AsocTalk.BOB, compat())))
        .isInstanceOf(PeerException.Malformed.class);
    assertThat(toVictim.available()).isEqualTo(AsocHeader.SIZE + 1000);
    assertThat(fromVictim.available()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 9})
  void aHelloWithAnotherVersionStreamOrSequenceIsMalformed(int offset) throws IOException {
    byte[] hello = helloOf(AsocTalk.credentials(AsocTalk.ALICE, compat()));
    hello[offset] = 99;
    toVictim.write(hello);

    assertThatThrownBy(() -> accept(AsocTalk.credentials(AsocTalk.BOB, compat())))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("99");
  }

  @Test
  void theFirstFrameFromAnAcceptorMustBeAccept() {
    byte[] control = AsocCodec.control(0, new byte[0]);

    assertThatThrownBy(() -> dial(AsocTalk.credentials(AsocTalk.ALICE, compat()), control))
        .isInstanceOf(PeerException.Malformed.class)
        .hasMessageContaining("type: 3 (expected: 5)");
  }

  @Test
  void anotherKeyGetsNoByteOfOurs() throws IOException {
    Credentials stranger =
        AsocTalk.credentials(AsocTalk.ALICE, compat(), ApiKey.of("guess"), AsocTalk.COMMUNITY);
    toVictim.write(helloOf(stranger));

    assertThatThrownBy(() -> accept(AsocTalk.credentials(AsocTalk.BOB, compat())))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("key");
    assertThat(fromVictim.available()).isZero();
  }

  @Test
  void aStrangerCannotFillTheMemoryOfGreetings() throws IOException {
    MemoryTrust memory = compat();
    byte[] hello = helloOf(AsocTalk.credentials(AsocTalk.ALICE, compat()));
    hello[40] ^= 1;
    toVictim.write(hello);

    assertThatThrownBy(() -> accept(AsocTalk.credentials(AsocTalk.BOB, memory)))
        .isInstanceOf(PeerException.Refused.class);
    assertThat(memory.remembered()).isZero();
  }

  @Test
  void anAcceptWithAnotherKeyIsRefused() {
    byte[] accept = AsocCodec.encode(AsocProofs.accept(token(1), ApiKey.of("guess")));

    assertThatThrownBy(() -> dial(AsocTalk.credentials(AsocTalk.ALICE, compat()), accept))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("key");
  }

  @Test
  void anotherCommunityIsNamedOnBothSides() {
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, AsocTalk.secure());
    Credentials bob =
        AsocTalk.credentials(AsocTalk.BOB, AsocTalk.secure(), AsocTalk.KEY, "another");
    CompletableFuture<Session> dialling =
        AsocTalk.run(
            () -> AsocDialect.INSTANCE.dial(toVictim, fromVictim, alice, Limits.defaults()),
            fromVictim);
    CompletableFuture<Session> accepting =
        AsocTalk.run(
            () -> AsocDialect.INSTANCE.accept(fromVictim, toVictim, bob, Limits.defaults()),
            toVictim);

    AsocTalk.await(dialling, accepting);
    assertThatThrownBy(dialling::join).cause().hasMessageContaining("not the community");
    assertThatThrownBy(accepting::join).cause().hasMessageContaining("not the community");
  }

  @ParameterizedTest
  // Lowest version, features, acceptor id, nonce, listen port, community hash.
  @ValueSource(ints = {19, 24, 30, 50, 74, 80})
  void aTouchedOfferIsNoticed(int offset) {
    assertThatThrownBy(() -> relay(ACCEPT_FRAME + offset, -1))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(PeerException.class);
  }

  @ParameterizedTest
  // Features, nonce, listen port, proof.
  @ValueSource(ints = {23, 40, 57, 70})
  void aTouchedProveIsNoticed(int offset) {
    assertThatThrownBy(() -> relay(-1, HELLO_FRAME + offset))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(PeerException.Refused.class);
  }

  @Test
  void anOfferCutAwayMakesNoStockPeerUnlessAllowed() {
    byte[] accept = Arrays.copyOf(acceptorBytes(), ACCEPT_FRAME);

    assertThatThrownBy(() -> dial(AsocTalk.credentials(AsocTalk.ALICE, impatient()), accept))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("policy compat");
  }

  @Test
  void aProofThatComesAfterOurPatienceEndsTheSession() throws IOException {
    Credentials bob = AsocTalk.credentials(AsocTalk.BOB, impatient(MemoryTrust.Stock.ALLOWED));
    toVictim.write(helloOf(AsocTalk.credentials(AsocTalk.ALICE, compat())));
    try (Session session = accept(bob)) {
      assertThat(session.introduction().proof()).isEqualTo(Introduction.Proof.STOCK);
      AsocBytes zeros = AsocBytes.of(new byte[32]);
      AsocExtension prove = new AsocExtension.Prove(1, 0, zeros, 9000, zeros);
      toVictim.write(AsocCodec.control(0, AsocExtensionCodec.encode(prove)));

      assertThatThrownBy(() -> session.receive(AsocTalk.NOWHERE))
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("PROVE");
    }
  }

  @Test
  void aPeerThatClosesInsteadOfAnsweringIsExplained() {
    toVictim.end();

    assertThatThrownBy(() -> dial(AsocTalk.credentials(AsocTalk.ALICE, compat()), new byte[0]))
        .isInstanceOf(PeerException.Refused.class)
        .hasMessageContaining("another key?");
  }

  private Session accept(Credentials mine) throws IOException {
    return AsocDialect.INSTANCE.accept(toVictim, fromVictim, mine, Limits.defaults());
  }

  private static Session dial(Credentials mine, byte[] answer) throws IOException {
    MemoryPipe in = MemoryPipe.open();
    in.write(answer);
    if (answer.length == 0) {
      in.end();
    }
    return AsocDialect.INSTANCE.dial(in, MemoryPipe.open(), mine, Limits.defaults());
  }

  private byte[] read(int length) throws IOException {
    byte[] bytes = new byte[length];
    fromVictim.readFully(MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static byte[] helloOf(Credentials dialler) {
    return AsocCodec.encode(
        AsocProofs.hello(dialler.node(), dialler.random().nextInt(), dialler.key()));
  }

  private static AsocBytes token(int first) {
    return AsocBytes.of(new byte[] {(byte) first, 2, 3, 4, 5, 6, 7, 8});
  }

  /// Returns what Bob writes in a handshake with Alice.
  private static byte[] acceptorBytes() {
    return transcript(-1, -1)[1];
  }

  private static void relay(int flipDown, int flipUp) {
    transcript(flipDown, flipUp);
  }

  /// Passes a handshake of Alice and Bob on, flipping one bit of one byte either way, and returns
  /// what each wrote.
  private static byte[][] transcript(int flipDown, int flipUp) {
    MemoryPipe[] pipes = {
      MemoryPipe.open(), MemoryPipe.open(), MemoryPipe.open(), MemoryPipe.open()
    };
    Credentials alice = AsocTalk.credentials(AsocTalk.ALICE, AsocTalk.secure());
    Credentials bob = AsocTalk.credentials(AsocTalk.BOB, AsocTalk.secure());
    CompletableFuture<Session> dialling =
        AsocTalk.run(
            () -> AsocDialect.INSTANCE.dial(pipes[0], pipes[1], alice, Limits.defaults()),
            pipes[1]);
    CompletableFuture<Session> accepting =
        AsocTalk.run(
            () -> AsocDialect.INSTANCE.accept(pipes[2], pipes[3], bob, Limits.defaults()),
            pipes[3]);
    CompletableFuture<byte[]> up =
        AsocTalk.run(() -> pass(pipes[1], pipes[2], HELLO_FRAME + PROVE_FRAME, flipUp), pipes[2]);
    CompletableFuture<byte[]> down =
        AsocTalk.run(
            () -> pass(pipes[3], pipes[0], ACCEPT_FRAME + OFFER_FRAME + 51, flipDown), pipes[0]);
    AsocTalk.await(dialling, accepting);
    for (MemoryPipe pipe : pipes) {
      pipe.end();
    }
    AsocTalk.await(up, down);
    accepting.join().close();
    dialling.join().close();
    return new byte[][] {up.join(), down.join()};
  }

  private static byte[] pass(MemoryPipe from, MemoryPipe to, int most, int flip)
      throws IOException {
    byte[] passed = new byte[most];
    byte[] one = new byte[1];
    int count = 0;
    while (count < most && from.readFully(MemorySegment.ofArray(one))) {
      if (count == flip) {
        one[0] ^= 1;
      }
      passed[count++] = one[0];
      to.write(one.clone());
    }
    if (count < most) {
      to.end();
    }
    return Arrays.copyOf(passed, count);
  }

  private static MemoryTrust compat() {
    return MemoryTrust.of(MemoryTrust.Stock.ALLOWED);
  }

  private static MemoryTrust impatient() {
    return impatient(MemoryTrust.Stock.REFUSED);
  }

  private static MemoryTrust impatient(MemoryTrust.Stock stock) {
    return MemoryTrust.impatient(stock);
  }
}
