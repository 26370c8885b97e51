package dev.myelin.wire.asoc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Message;
import dev.myelin.wire.Parked;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.Progress;
import dev.myelin.wire.Session;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// What streams may send, and what becomes of those that have to wait.
@Timeout(20)
@ExtendWith(LeakCheck.class)
class AsocCreditTest {
  private static final int MIB = 1 << 20;
  private static final byte[] CRC_OF_FOUR_ZEROS = HexFormat.of().parseHex("48674bc7");

  /// Lets every stream wait until a test places it.
  private static class Waiting implements Landing {
    private final TensorPool pool;
    private final List<Parked> parked = new CopyOnWriteArrayList<>();
    private final List<String> abandoned = new ArrayList<>();

    private Waiting(TensorPool pool) {
      this.pool = pool;
    }

    @Override
    public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
      return null;
    }

    @Override
    public void parked(Parked stream) {
      parked.add(stream);
    }

    @Override
    public Tensor stash(int stream, long bytes) {
      return pool.allocate(DType.U8, Shape.of(bytes));
    }

    @Override
    public long window(int stream, TensorHeader header) {
      return MIB;
    }

    @Override
    public Tensor landChunk(int stream, long sequence, long bytes) {
      return pool.allocate(DType.U8, Shape.of(bytes));
    }

    @Override
    public void abandoned(int stream, TensorHeader header, String reason) {
      abandoned.add(stream + " " + reason);
    }

    private List<Message> place(int index) {
      Parked stream = parked.get(index);
      return stream.place(pool.allocate(stream.header().dtype(), stream.header().shape()));
    }
  }

  private static Session over(MemoryPipe pipe) {
    return AsocWire.over(pipe, Limits.defaults(), Introduction.Proof.MUTUAL);
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aStreamThatIsWholeBeforeItHasMemoryComesOutWhenItIsPlaced(TensorPool pool)
      throws IOException {
    byte[] content = bytes(10_000, 1);
    MemoryPipe pipe =
        MemoryPipe.of(
            new AsocWire()
                .open(1, content.length, 0)
                .data(1, 0, slice(content, 0, 5_000))
                .data(1, 1, slice(content, 5_000, 10_000))
                .end(1, 2)
                .bytes());
    Waiting landing = new Waiting(pool);
    try (Session session = over(pipe)) {
      assertThat(session.receive(landing)).isNull();
    }
    assertThat(landing.abandoned).isEmpty();
    List<Message> due = landing.place(0);
    assertThat(due).hasSize(1);
    try (Tensor tensor = ((Message.Transfer) due.getFirst()).tensor()) {
      assertThat(tensor.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
          .isEqualTo(content);
    }
    assertThat(landing.place(0)).as("a second time").isEmpty();
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }

  @Test
  void aStreamPlacedInTheMiddleGetsCreditAndGoesOn(TensorPool pool) throws IOException {
    byte[] content = bytes(3 * MIB, 2);
    MemoryPipe pipe = MemoryPipe.open();
    Waiting landing = new Waiting(pool);
    try (Session session = over(pipe)) {
      pipe.write(
          new AsocWire()
              .open(1, content.length, 0)
              .data(1, 0, slice(content, 0, MIB))
              .control(0, new AsocExtension.Ping(1))
              .bytes());
      assertThat(session.receive(landing)).isEqualTo(new Message.Ping(1));
      assertThat(landing.place(0)).containsExactly(new Message.Credit(1, 2L * MIB));
      pipe.write(new AsocWire().data(1, 1, slice(content, MIB, 2 * MIB)).bytes());
      assertThat(session.receive(landing)).isEqualTo(new Message.Credit(1, 3L * MIB));
      pipe.write(new AsocWire().data(1, 2, slice(content, 2 * MIB, 3 * MIB)).end(1, 3).bytes());
      Message.Transfer transfer = AsocTalk.receive(session, landing, Message.Transfer.class);
      try (Tensor tensor = transfer.tensor()) {
        assertThat(tensor.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
            .isEqualTo(content);
      }
    }
  }

  /// What was settled is said once it is a quarter of the window.
  @Test
  void theConnectionGetsCreditForWhatFoundMemory(TensorPool pool) throws IOException {
    AsocWire wire = new AsocWire();
    for (int stream = 1; stream <= 4; stream++) {
      wire.open(stream, 2 * MIB, 0).data(stream, 0, new byte[MIB]);
    }
    MemoryPipe pipe = MemoryPipe.open();
    Waiting landing = new Waiting(pool);
    try (Session session = over(pipe)) {
      pipe.write(wire.control(0, new AsocExtension.Ping(1)).bytes());
      assertThat(session.receive(landing)).isEqualTo(new Message.Ping(1));
      for (int i = 0; i < 3; i++) {
        assertThat(landing.place(i)).containsExactly(new Message.Credit(i + 1, 2L * MIB));
      }
      assertThat(landing.place(3))
          .containsExactly(new Message.Credit(0, 20L * MIB), new Message.Credit(4, 2L * MIB));
    }
  }

  @Test
  void aStreamPlacedWhileItsFrameIsReadGetsItsCreditBehindThatFrame(TensorPool pool)
      throws Exception {
    MemoryPipe pipe = MemoryPipe.open();
    Waiting landing = new Waiting(pool);
    try (Session session = over(pipe)) {
      byte[] frame = new AsocWire().open(1, 3 * MIB, 0).data(1, 0, new byte[MIB]).bytes();
      pipe.write(slice(frame, 0, frame.length / 2));
      CompletableFuture<Message> received = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  received.complete(session.receive(landing));
                } catch (IOException e) {
                  received.completeExceptionally(e);
                }
              });
      // The stash has its memory once the reader is inside the frame.
      while (landing.parked.isEmpty() || landing.parked.getFirst().stashedBytes() == 0) {
        Thread.onSpinWait();
      }
      assertThat(landing.place(0)).isEmpty();
      pipe.write(slice(frame, frame.length / 2, frame.length));
      assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(new Message.Credit(1, 2L * MIB));
    }
  }

  @Test
  void aStreamThatIsGivenUpOrCutOffGivesItsStashBack(TensorPool pool) throws IOException {
    MemoryPipe pipe =
        MemoryPipe.of(
            new AsocWire()
                .open(1, 100, 0)
                .data(1, 0, new byte[50])
                .control(1, new AsocExtension.Abort(1, "no more"))
                .open(3, 100, 0)
                .data(3, 0, new byte[50])
                .bytes());
    Waiting landing = new Waiting(pool);
    try (Session session = over(pipe)) {
      assertThat(session.receive(landing)).isInstanceOf(Message.Abort.class);
      assertThat(session.receive(landing)).isNull();
    }
    assertThat(landing.abandoned).hasSize(2).first().asString().contains("no more");
    assertThat(landing.place(0)).isEmpty();
    assertThat(landing.place(1)).isEmpty();
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void whoeverSendsBeyondHisCreditBreaksTheDialect(TensorPool pool) throws IOException {
    byte[] tooMuch =
        new AsocWire().open(1, 2 * MIB, 0).data(1, 0, new byte[MIB]).data(1, 1, (byte) 1).bytes();
    assertMalformed(pool, tooMuch, "its credit");
    AsocWire many = new AsocWire();
    for (int stream = 1; stream <= 17; stream++) {
      many.open(stream, MIB, 0).data(stream, 0, new byte[MIB]).end(stream, 1);
    }
    assertMalformed(pool, many.bytes(), "unasked");
    AsocWire small = new AsocWire();
    for (int stream = 1; stream <= 1025; stream++) {
      small.open(stream, 0, 0).end(stream, 0);
    }
    assertMalformed(pool, small.bytes(), "unasked");
    AsocWire inOneFrame = new AsocWire();
    for (int stream = 1; stream <= 1025; stream++) {
      inOneFrame.control(stream, whole());
    }
    assertMalformed(pool, inOneFrame.bytes(), "unasked");
    AsocWire asked =
        ask(1, 2 * MIB).control(1, new AsocExtension.From(0)).data(1, 0, new byte[MIB]);
    assertMalformed(pool, asked.data(1, 1, (byte) 1).bytes(), "its credit");
  }

  private static AsocExtension whole() {
    return new AsocExtension.Whole(
        new AsocExtension.Open(12, 0, List.of(1L), 1, "t"),
        AsocBytes.of(new byte[0]),
        MemorySegment.ofArray(new byte[1]));
  }

  private static AsocWire ask(int stream, long length) {
    AsocExtension.Open open = new AsocExtension.Open(12, 1, List.of(length), length, "t");
    return new AsocWire().control(stream, new AsocExtension.Ask(AsocBytes.of(new byte[16]), open));
  }

  @Test
  void aDeclinedStreamIsHeldToItsCreditToo(TensorPool pool) throws IOException {
    AsocWire wire = new AsocWire().open(1, 2 * MIB, 0).data(1, 0, new byte[MIB]);
    Landing none =
        new Waiting(pool) {
          @Override
          public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
            throw new PeerException.Refused("none");
          }
        };
    try (Session session = over(MemoryPipe.of(wire.data(1, 1, (byte) 1).bytes()))) {
      assertThat(session.receive(none)).isInstanceOf(Message.Declined.class);
      assertThatThrownBy(
              () -> {
                while (session.receive(none) != null) {
                  // goes on
                }
              })
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining("its credit");
    }
  }

  @Test
  void aStreamThatAskedMayWaitForItsMemoryToo(TensorPool pool) throws IOException {
    MemoryPipe pipe =
        MemoryPipe.of(
            ask(1, 4)
                .control(1, new AsocExtension.From(0))
                .data(1, 0, new byte[4])
                .control(1, new AsocExtension.Digest(AsocBytes.of(CRC_OF_FOUR_ZEROS)))
                .end(1, 1)
                .bytes());
    Waiting landing = new Waiting(pool);
    try (Session session = over(pipe)) {
      assertThat(session.receive(landing)).isInstanceOf(Message.Ask.class);
      assertThat(session.receive(landing)).isNull();
    }
    List<Message> due = landing.place(0);
    assertThat(due).singleElement().isInstanceOf(Message.Transfer.class);
    ((Message.Transfer) due.getFirst()).tensor().close();
  }

  private static void assertMalformed(TensorPool pool, byte[] bytes, String text)
      throws IOException {
    Waiting landing = new Waiting(pool);
    try (Session session = over(MemoryPipe.of(bytes))) {
      assertThatThrownBy(
              () -> {
                while (session.receive(landing) != null) {
                  // goes on
                }
              })
          .isInstanceOf(PeerException.Malformed.class)
          .hasMessageContaining(text);
    }
    landing.parked.forEach(Parked::drop);
    assertThat(pool.outstanding()).isZero();
  }

  @Test
  void aStreamBeyondTheManyIsDeclinedAndTheConnectionLives(TensorPool pool) throws IOException {
    AsocWire wire = new AsocWire();
    for (int stream = 1; stream <= 4; stream++) {
      wire.open(stream, 4, 0);
    }
    wire.data(4, 0, new byte[4]).end(4, 1).control(0, new AsocExtension.Ping(7));
    try (Session session = wire.read(AsocWire.small())) {
      assertThat(session.receive(Landing.in(pool)))
          .isInstanceOfSatisfying(
              Message.Declined.class, d -> assertThat(d.text()).contains("open streams"));
      assertThat(session.receive(Landing.in(pool))).isEqualTo(new Message.Ping(7));
    }
  }

  @Test
  void aSenderWaitsForCreditAndMindsNoneThatShrinksOrIsForeign(TensorPool pool) throws Exception {
    MemoryPipe in = MemoryPipe.open();
    MemoryPipe out = MemoryPipe.open();
    try (Session session = sending(in, out);
        Tensor tensor = pool.allocate(DType.U8, Shape.of(3 * MIB))) {
      CompletableFuture<Boolean> sent = send(session, tensor);
      awaitBytes(out, MIB);
      credit(in, 1, 2 * MIB).credit(in, 1, MIB).credit(in, 99, 9 * MIB);
      readCredits(session, in);
      awaitBytes(out, 2 * MIB);
      assertThat(sent.isDone()).isFalse();
      credit(in, 1, Long.MAX_VALUE);
      readCredits(session, in);
      assertThat(sent.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aWaitForCreditEndsWithTheStreamOrTheSession(TensorPool pool) throws Exception {
    MemoryPipe in = MemoryPipe.open();
    MemoryPipe out = MemoryPipe.open();
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(3 * MIB));
        Session session = sending(in, out)) {
      CompletableFuture<Boolean> cancelled = send(session, tensor);
      awaitBytes(out, MIB);
      in.write(new AsocWire().control(1, new AsocExtension.Cancel(3, "no room")).bytes());
      readCredits(session, in);
      assertThatThrownBy(() -> cancelled.get(10, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(PeerException.Faulted.class)
          .hasMessageContaining("no room");
      CompletableFuture<Boolean> closed = send(session, tensor);
      awaitBytes(out, 2 * MIB);
      session.endSends();
      assertThatThrownBy(() -> closed.get(10, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(PeerException.Closed.class);
    }
  }

  private static Session sending(MemoryPipe in, MemoryPipe out) {
    java.util.Set<AsocFeature> features = java.util.EnumSet.allOf(AsocFeature.class);
    Introduction introduction =
        new Introduction("", Introduction.Proof.MUTUAL, 0, AsocFeature.names(features));
    return AsocSession.open(in, out, Limits.defaults(), introduction, features, 0);
  }

  private static CompletableFuture<Boolean> send(Session session, Tensor tensor) {
    TensorHeader header = new TensorHeader("w", DType.U8, tensor.shape(), TensorHeader.Digest.NONE);
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                session.send(new Message.Transfer(1, header, tensor), Progress.NONE);
                result.complete(true);
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private static void awaitBytes(MemoryPipe out, long least) {
    while (out.available() < least) {
      Thread.onSpinWait();
    }
  }

  private AsocCreditTest credit(MemoryPipe in, int stream, long bytes) {
    in.write(new AsocWire().control(stream, new AsocExtension.Credit(bytes)).bytes());
    return this;
  }

  /// Reads until a sign of life that stands behind everything.
  private static void readCredits(Session session, MemoryPipe in) throws IOException {
    in.write(new AsocWire().control(0, new AsocExtension.Ping(1)).bytes());
    Message message = session.receive(AsocTalk.NOWHERE);
    while (message != null && !(message instanceof Message.Ping)) {
      message = session.receive(AsocTalk.NOWHERE);
    }
  }
}
