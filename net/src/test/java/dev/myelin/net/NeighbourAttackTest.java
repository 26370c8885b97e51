package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.shared.Host;
import dev.myelin.net.shared.SharedMemory;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a holder of the key can try with the memory of its neighbours.
@Timeout(30)
@ExtendWith(LeakCheck.class)
class NeighbourAttackTest {
  private static final long BYTES = (1 << 20) + 4096;
  private static final String NO_PROOF = "00".repeat(32);
  private static final UUID ID = UUID.randomUUID();
  private static final long HEAD = 128;

  private Node node;
  private RawPeer peer;
  private SharedMemory memory;
  private Landing landing;

  @BeforeEach
  void dial(TensorPool pool) throws IOException {
    node = Node.start(Lab.sharing());
    peer = RawPeer.dial(node.endpoint(), ID, "127.0.0.1");
    memory = SharedMemory.make(BYTES);
    landing = Landing.in(pool);
  }

  @AfterEach
  void close() throws IOException {
    peer.close();
    node.close();
    memory.close();
  }

  private <T extends Message> T next(Class<T> type) throws IOException {
    Message message = peer.session.receive(landing);
    while (!type.isInstance(message)) {
      assertThat(message).as("before " + type).isNotNull();
      message = peer.session.receive(landing);
    }
    return type.cast(message);
  }

  private Message.Place place() {
    SharedMemory.Place at = memory.place();
    return new Message.Place((int) at.pid(), at.descriptor(), at.inode(), at.bytes());
  }

  private Message.Meet proven(Message.Meet meet) {
    String proof =
        SharedSecret.of(memory.segment(), ApiKey.of(Lab.KEY), SharedSecret.Words.ASOC)
            .meet(meet, ID.toString());
    return new Message.Meet(meet.boot(), meet.uid(), meet.bytesToo(), meet.at(), proof);
  }

  private Message.Meet honest() throws IOException {
    return honest(true);
  }

  private Message.Meet honest(boolean bytesToo) throws IOException {
    SharedSecret.put(memory.segment(), new SecureRandom());
    return proven(new Message.Meet(Host.boot(), (int) Host.uid(), bytesToo, place(), NO_PROOF));
  }

  /// Meets the node honestly; returns the memory into which it writes if it moves there.
  private SharedMemory meet(boolean bytesToo) throws IOException {
    peer.session.send(honest(bytesToo));
    Message.Meet theirs = next(Message.Meet.class);
    assertThat(next(Message.Met.class).code()).isEqualTo(FaultCode.OK.code());
    SharedMemory.Place at =
        new SharedMemory.Place(
            theirs.at().pid(), theirs.at().descriptor(), theirs.at().inode(), theirs.at().bytes());
    SharedMemory found = SharedMemory.find(at, Host.uid());
    String proof =
        SharedSecret.of(found.segment(), ApiKey.of(Lab.KEY), SharedSecret.Words.ASOC)
            .met(theirs, ID.toString());
    peer.session.send(new Message.Met(0, proof, ""));
    return found;
  }

  /// One promise that is not kept.
  enum Lie {
    BOOT,
    USER,
    PROCESS,
    DESCRIPTOR,
    INODE,
    SIZE,
    SECRET,
    PROOF
  }

  private Message.Meet lying(Lie lie) throws IOException {
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

  private static Message.Meet with(long boot, int uid, Message.Place at) {
    return new Message.Meet(boot, uid, true, at, NO_PROOF);
  }

  @ParameterizedTest
  @EnumSource(Lie.class)
  void whatIsNotAsPromisedLeavesTheConnectionOnItsSocket(Lie lie) throws IOException {
    Message.Meet meet = lying(lie);
    byte[] before = memory.segment().toArray(ValueLayout.JAVA_BYTE);
    peer.session.send(meet);

    Message.Met answer = next(Message.Met.class);
    assertThat(answer.code()).isEqualTo(FaultCode.REFUSED.code());
    assertThat(answer.proofHex()).isEqualTo(NO_PROOF);
    assertThat(memory.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    peer.session.send(new Message.Ping(5));
    assertThat(next(Message.Pong.class).token()).isEqualTo(5);
  }

  @Test
  void aPeerBeyondTheNumberOfRingsIsToldSo() throws IOException {
    try (Node full =
            Node.start(
                Lab.sharing()
                    .limits(Limits.defaults().sharing(Limits.Sharing.defaults().rings(0))));
        RawPeer other = RawPeer.dial(full.endpoint(), UUID.randomUUID(), "127.0.0.1")) {
      other.session.send(honest());
      Message heard = other.session.receive(landing);
      while (!(heard instanceof Message.Met)) {
        assertThat(heard).isNotNull().isNotInstanceOf(Message.Meet.class);
        heard = other.session.receive(landing);
      }
      assertThat(heard)
          .isEqualTo(
              new Message.Met(
                  FaultCode.OVERLOADED.code(), NO_PROOF, "rings: 0 in use (expected: < 0)"));
    }
  }

  @Test
  void aPeerThatDoesNotProveThatItReadTheSecretStaysOnTheSocket() throws IOException {
    peer.session.send(honest());
    next(Message.Meet.class);
    peer.session.send(new Message.Met(0, NO_PROOF, ""));
    peer.session.send(new Message.Ping(6));
    assertThat(next(Message.Pong.class).token()).isEqualTo(6);
  }

  @Test
  void movingWithoutHavingMetEndsTheConnection() throws IOException {
    peer.session.send(new Message.Move());
    Lab.eventually(node, "malformed", 1);
  }

  @Test
  void aTensorOfAStrangerIsDeclined() throws IOException {
    peer.session.send(reference(place(), 0, 100));
    assertThat(next(Message.Cancel.class).code()).isEqualTo(FaultCode.REFUSED.code());
  }

  @Test
  void aTensorInMemoryThatIsNotAsPromisedIsDeclined() throws IOException {
    try (SharedMemory _ = meet(false)) {
      Message.Place at = place();
      peer.session.send(
          reference(new Message.Place(0, at.descriptor(), at.inode(), at.bytes() + 4096), 0, 100));
      assertThat(next(Message.Cancel.class).code()).isEqualTo(FaultCode.REFUSED.code());
    }
  }

  @Test
  void aTensorBeyondItsMemoryEndsTheConnection() throws IOException {
    try (SharedMemory _ = meet(true)) {
      peer.session.send(reference(place(), BYTES - 50, 100));
      Lab.eventually(node, "malformed", 1);
    }
  }

  @Test
  void freeingWhatOneNeverHadIsPassedOver() throws IOException {
    try (SharedMemory _ = meet(true)) {
      peer.session.send(new Message.Free(List.of(1L, -1L, Long.MAX_VALUE)));
      next(Message.Move.class); // it moved, and so heard everything before
    }
  }

  @Test
  void aLieAboutWhatWasWrittenEndsTheConnection() throws IOException {
    try (SharedMemory _ = meet(true)) {
      peer.session.send(new Message.Move());
      memory.segment().set(ValueLayout.JAVA_LONG, HEAD, Long.MAX_VALUE);
      Lab.eventually(node, "malformed", 1);
    }
  }

  @Test
  void aWordBehindMoveThatIsNoKnockEndsTheConnection() throws IOException {
    try (SharedMemory _ = meet(true)) {
      peer.session.send(new Message.Move());
      peer.session.send(new Message.Ping(1));
      Lab.eventually("it is gone", () -> node.peers().getFirst().connections() == 0);
    }
  }

  private static Message.Reference reference(Message.Place at, long offset, long bytes) {
    TensorHeader header =
        new TensorHeader("t", DType.U8, Shape.of(bytes), TensorHeader.Digest.NONE);
    return new Message.Reference(1, 1, header, at, offset);
  }
}
