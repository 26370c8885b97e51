package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.pattern.Puller;
import dev.myelin.net.shared.Host;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.tensor.Tensor;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Carrier;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import dev.myelin.wire.parts.PartsInlet;
import dev.myelin.wire.parts.PartsLimits;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import dev.myelin.wire.parts.RoutingId;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a holder of the key can try with the memory of a neighbour's pipe.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class NearPipeAttackTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long BYTES = (1 << 20) + 4096;
  private static final String NO_PROOF = "00".repeat(32);
  private static final String ID = "attacker";
  private static final String AT = "myelin://near";
  private static final long HEAD = 128;

  private Node node;
  private Puller puller;
  private SocketChannel channel;
  private PartsSession session;
  private SharedMemory memory;
  private final Heard heard = new Heard();

  /// What the node says of memory.
  private static final class Heard implements PartsInlet {
    final Deque<Message> words = new ArrayDeque<>();

    @Override
    public void message(Parts message) {
      message.close();
    }

    @Override
    public void near(Message word) {
      words.add(word);
    }

    @Override
    public Tensor room(long bytes) throws PeerException {
      throw new PeerException.Overloaded("no room", null);
    }
  }

  @BeforeEach
  void dial() throws IOException {
    node = Node.start(Lab.sharing());
    puller = node.messaging().puller();
    assertThat(puller.bind(AT)).isEqualTo(AT);
    memory = SharedMemory.make(BYTES);
    channel = RawPeer.socket(node.endpoint());
    session = shakeHands(Map.of("X-Service", "near", "X-Near", ID));
  }

  private PartsSession shakeHands(Map<String, String> properties) throws IOException {
    PartsSecurity member =
        new PartsSecurity.Member(ApiKey.of(Lab.KEY), Lab.COMMUNITY, Carrier.plain());
    return Dialects.patterns()
        .dial(
            new DuplexSource(new SocketDuplex(channel)),
            new DuplexSink(new SocketDuplex(channel)),
            new PartsTerms(
                Set.of(SocketRole.PUSH),
                RoutingId.NONE,
                properties,
                member,
                PartsLimits.defaults()));
  }

  @AfterEach
  void close() throws IOException {
    session.close();
    channel.close();
    puller.close();
    node.close();
    memory.close();
  }

  private void say(Message word) throws IOException {
    Outlet outlet = new Outlet();
    session.encodeNear(word, outlet);
    write(outlet.toBytes());
  }

  private void write(byte[] bytes) throws IOException {
    new SocketDuplex(channel).write(new ByteBuffer[] {ByteBuffer.wrap(bytes)});
  }

  private <T extends Message> T next(Class<T> type) throws IOException {
    while (heard.words.isEmpty()) {
      assertThat(session.receive(heard)).as("before " + type).isTrue();
    }
    return type.cast(heard.words.remove());
  }

  private Message.Place place() {
    SharedMemory.Place at = memory.place();
    return new Message.Place((int) at.pid(), at.descriptor(), at.inode(), at.bytes());
  }

  private SharedSecret secret(SharedMemory of) {
    return SharedSecret.of(of.segment(), ApiKey.of(Lab.KEY), SharedSecret.Words.ZMTP);
  }

  private Message.Meet proven(Message.Meet meet) {
    String proof = secret(memory).meet(meet, ID);
    return new Message.Meet(meet.boot(), meet.uid(), meet.bytesToo(), meet.at(), proof);
  }

  private Message.Meet honest() throws IOException {
    SharedSecret.put(memory.segment(), new SecureRandom());
    return proven(with(Host.boot(), (int) Host.uid(), place()));
  }

  private static Message.Meet with(long boot, int uid, Message.Place at) {
    return new Message.Meet(boot, uid, true, at, NO_PROOF);
  }

  /// Meets the node honestly; returns the memory into which it writes.
  private SharedMemory meet() throws IOException {
    say(honest());
    Message.Meet theirs = next(Message.Meet.class);
    assertThat(next(Message.Met.class).code()).isEqualTo(FaultCode.OK.code());
    SharedMemory found =
        SharedMemory.find(Meeting.place(theirs.at(), theirs.at().pid()), Host.uid());
    say(new Message.Met(0, secret(found).met(theirs, ID), ""));
    next(Message.Move.class);
    return found;
  }

  /// Waits until the node has hung up because of what broke the dialect: nothing else counts there.
  private void awaitRefused() {
    Lab.eventually("it is gone", () -> puller.peers() == 0);
    Lab.eventually("it is counted", () -> puller.stats().failures() == 1);
  }

  private void assertStillOnItsSocket() throws Exception {
    Outlet outlet = new Outlet();
    session.encode(Parts.of("still here"), outlet);
    write(outlet.toBytes());
    try (Parts message = puller.pull(SOON)) {
      assertThat(message.text(0)).isEqualTo("still here");
    }
    assertThat(puller.peerStats().getFirst().medium()).isEqualTo("plain");
  }

  private Message.Meet lying(NeighbourAttackTest.Lie lie) throws IOException {
    Message.Meet meet = honest();
    Message.Place at = meet.at();
    return switch (lie) {
      case BOOT -> proven(with(meet.boot() + 1, meet.uid(), at));
      case USER -> proven(with(meet.boot(), meet.uid() + 1, at));
      case PROCESS -> moved(meet, new Message.Place(1, at.descriptor(), at.inode(), at.bytes()));
      case DESCRIPTOR -> moved(meet, new Message.Place(at.pid(), 0, at.inode(), at.bytes()));
      case INODE ->
          moved(meet, new Message.Place(at.pid(), at.descriptor(), at.inode() + 1, at.bytes()));
      case SIZE -> moved(meet, new Message.Place(at.pid(), at.descriptor(), at.inode(), 1L << 40));
      case SECRET -> {
        memory
            .segment()
            .set(ValueLayout.JAVA_BYTE, 0, (byte) ~memory.segment().get(ValueLayout.JAVA_BYTE, 0));
        yield meet;
      }
      case PROOF -> new Message.Meet(meet.boot(), meet.uid(), true, at, NO_PROOF);
    };
  }

  private Message.Meet moved(Message.Meet meet, Message.Place at) {
    return proven(with(meet.boot(), meet.uid(), at));
  }

  @ParameterizedTest
  @EnumSource(NeighbourAttackTest.Lie.class)
  void whatIsNotAsPromisedLeavesThePipeOnItsSocket(NeighbourAttackTest.Lie lie) throws Exception {
    Message.Meet meet = lying(lie);
    byte[] before = memory.segment().toArray(ValueLayout.JAVA_BYTE);
    say(meet);
    Message.Met answer = next(Message.Met.class);
    assertThat(answer.code()).isEqualTo(FaultCode.REFUSED.code());
    assertThat(answer.proofHex()).isEqualTo(NO_PROOF);
    assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    assertStillOnItsSocket();
    assertThat(node.transport().neighbourhood().rings()).isZero();
  }

  @Test
  void aProofOfAnotherDialectIsWorthNothing() throws Exception {
    Message.Meet meet = honest();
    String proof =
        SharedSecret.of(memory.segment(), ApiKey.of(Lab.KEY), SharedSecret.Words.ASOC)
            .meet(meet, ID);
    say(new Message.Meet(meet.boot(), meet.uid(), true, meet.at(), proof));
    assertThat(next(Message.Met.class).text()).contains("secret");
    assertStillOnItsSocket();
  }

  @Test
  void aPeerThatDoesNotProveThatItReadTheSecretStaysOnItsSocket() throws Exception {
    say(honest());
    next(Message.Meet.class);
    next(Message.Met.class);
    say(new Message.Met(0, NO_PROOF, ""));
    assertStillOnItsSocket();
  }

  @Test
  void movingWithoutHavingMetEndsThePipe() throws IOException {
    say(new Message.Move());
    awaitRefused();
  }

  @Test
  void meetingTwiceEndsThePipe() throws IOException {
    say(honest());
    say(honest());
    awaitRefused();
  }

  @Test
  void anAnswerToNothingStaysOnItsSocket() throws Exception {
    say(new Message.Met(0, NO_PROOF, ""));
    assertStillOnItsSocket();
  }

  @Test
  void movingTwiceEndsThePipe() throws IOException {
    try (SharedMemory _ = meet()) {
      say(new Message.Move());
      Outlet outlet = new Outlet();
      session.encodeNear(new Message.Move(), outlet);
      byte[] again = outlet.toBytes();
      for (int i = 0; i < again.length; i++) {
        memory.segment().set(ValueLayout.JAVA_BYTE, 4096 + i, again[i]);
      }
      memory.segment().set(ValueLayout.JAVA_LONG, HEAD, again.length);
      awaitRefused();
    }
  }

  @Test
  void aLieAboutWhatWasWrittenEndsThePipe() throws IOException {
    try (SharedMemory _ = meet()) {
      say(new Message.Move());
      memory.segment().set(ValueLayout.JAVA_LONG, HEAD, Long.MAX_VALUE);
      awaitRefused();
    }
  }

  @Test
  void bytesBehindTheMoveEndThePipe() throws IOException {
    try (SharedMemory _ = meet()) {
      Outlet outlet = new Outlet();
      session.encodeNear(new Message.Move(), outlet);
      session.encode(Parts.of("stray"), outlet);
      write(outlet.toBytes());
      awaitRefused();
    }
  }

  @Test
  void zerosBehindTheMoveOnlyWake() throws Exception {
    try (SharedMemory _ = meet()) {
      Outlet outlet = new Outlet();
      session.encodeNear(new Message.Move(), outlet);
      outlet.put(0);
      outlet.put(0);
      write(outlet.toBytes());
      memory.segment().set(ValueLayout.JAVA_BYTE, 4096 + 1, (byte) 1);
      memory.segment().set(ValueLayout.JAVA_BYTE, 4096 + 2, (byte) 'x');
      memory.segment().set(ValueLayout.JAVA_LONG, HEAD, 3);
      write(new byte[1]);
      assertThat(puller.pull(SOON).text(0)).isEqualTo("x");
    }
  }

  @Test
  void aWordOfAnotherLengthEndsThePipe() throws IOException {
    write(new byte[] {4, 7, 4, 'M', 'E', 'E', 'T', 1, 2});
    awaitRefused();
  }

  @Test
  void aPeerThatNeverSaidItMayBeNearIsNotHeard() throws IOException {
    session.close();
    channel.close();
    Lab.eventually("it is gone", () -> puller.peers() == 0);
    channel = RawPeer.socket(node.endpoint());
    session = shakeHands(Map.of("X-Service", "near"));
    say(honest());
    awaitRefused();
  }
}
