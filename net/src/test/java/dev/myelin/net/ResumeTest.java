package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.FaultProxy;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tensors of which a part had arrived before.
@Timeout(60)
class ResumeTest {
  private static final UUID RECEIVER = new UUID(7, 7);
  private static final int CHUNK = 10_000;
  private static final long BYTES = 1_000_003;

  private final List<Stored> stored = new CopyOnWriteArrayList<>();
  private final List<Long> resumed = new CopyOnWriteArrayList<>();
  private final TensorPool pool = TensorPool.open("test", 16 << 20);
  private final Tensor tensor = Lab.counted(pool, BYTES);

  /// In which the tensor travels.
  private Form form = Form.exact();

  @TempDir Path folder;

  @AfterEach
  void close() {
    tensor.close();
    pool.close();
  }

  @Test
  void goesOnWhereASenderEndedThatIsNoMore() throws Exception {
    try (Node receiver = receiver(Lab.LOOPBACK)) {
      giveUpAt(500_000, receiver.endpoint());
      deliver(receiver.endpoint(), TensorHeader.Digest.SHA256);
    }
    assertResumed(490_000);
  }

  @Test
  void goesOnWhereAReceiverEndedThatIsNoMore() throws Exception {
    try (Node receiver = receiver(Lab.LOOPBACK)) {
      giveUpAt(500_000, receiver.endpoint());
    }
    try (Node receiver = receiver(Lab.LOOPBACK)) {
      deliver(receiver.endpoint(), TensorHeader.Digest.SHA256);
    }
    assertResumed(490_000);
  }

  @ParameterizedTest
  @CsvSource({"OFF, ZSTD", "ZSTD, OFF", "LZ4, ZSTD"})
  void goesOnWhetherPackedOrNot(Compression before, Compression after) throws Exception {
    try (Node receiver = receiver(Lab.LOOPBACK)) {
      form = Form.exact().compression(before);
      giveUpAt(500_000, receiver.endpoint());
      form = Form.exact().compression(after);
      deliver(receiver.endpoint(), TensorHeader.Digest.SHA256);
    }
    assertResumed(480_000);
  }

  @Test
  void aRoundedTensorGoesOnWhereItEndedAndAnExactOneBeginsAnew() throws Exception {
    try (Tensor floats = thirds();
        Node receiver = receiver(Lab.LOOPBACK);
        Node sender = Node.start(frames(Lab.config()))) {
      sender.addListener(watcher());
      Peer peer = sender.connect(receiver.endpoint(), Lab.SOON);
      form = Form.exact().wire(DType.F16);
      for (Form next : List.of(form, Form.exact())) {
        SendOptions options = resuming(TensorHeader.Digest.SHA256);
        assertThatThrownBy(() -> peer.deliver("w", floats, options.progress(enough(500_000))))
            .hasMessage("enough");
        Lab.eventually(receiver, "streams-cancelled", stored.size() + 1L);
        assertThat(peer.deliver("w", floats, options.form(next)).confirmed()).isTrue();
      }
    }
    assertThat(stored).hasSize(2);
    assertThat(resumed).singleElement().satisfies(from -> assertThat(from).isGreaterThan(400_000));
    assertThat(first(stored.getFirst()))
        .isEqualTo(Float.float16ToFloat(Float.floatToFloat16(1 / 3f)));
    assertThat(first(stored.getLast())).isEqualTo(1 / 3f);
  }

  private Tensor thirds() {
    Tensor floats = pool.allocate(DType.F32, Shape.of(250_016));
    for (int i = 0; i < 250_016; i++) {
      floats.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i + 1) / 3f);
    }
    return floats;
  }

  private static float first(Stored file) throws IOException {
    try (NpyFile npy = NpyFile.open(file.file())) {
      return npy.tensor().segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
    }
  }

  @Test
  void beginsAnewWhenTheContentChangedMeanwhile() throws Exception {
    try (Node receiver = receiver(Lab.LOOPBACK)) {
      giveUpAt(500_000, receiver.endpoint());
      tensor.segment().set(ValueLayout.JAVA_BYTE, 200_000, (byte) 77);
      deliver(receiver.endpoint(), TensorHeader.Digest.SHA256);
    }
    assertThat(resumed).isEmpty();
    assertStored(0);
  }

  @Test
  void looksForNothingUnderAnotherDigestOrName() throws Exception {
    try (Node receiver = receiver(Lab.LOOPBACK)) {
      giveUpAt(500_000, receiver.endpoint());
      deliver(receiver.endpoint(), TensorHeader.Digest.CRC32C);
    }
    assertThat(resumed).isEmpty();
    assertStored(0);
  }

  @Test
  void triesAgainOverANewConnectionAsLongAsAsked() throws Exception {
    AtomicBoolean cut = new AtomicBoolean();
    try (Node receiver = receiver(Lab.LOOPBACK);
        FaultProxy proxy = FaultProxy.open(Lab.address(receiver.endpoint()), 1);
        Node sender = Node.start(frames(Lab.config()))) {
      sender.addListener(watcher());
      Peer peer = sender.connect(Lab.at(proxy.port()), Lab.SOON);
      Progress cutting =
          (sent, _) -> {
            if (sent >= 500_000 && cut.compareAndSet(false, true)) {
              proxy.cutAll();
            }
          };
      Persistence untilThen = Persistence.resuming(0).retryFor(Duration.ofSeconds(30));
      SendOptions options = SendOptions.defaults().progress(cutting).persistence(untilThen);
      assertThat(peer.deliver("w", tensor, options).confirmed()).isTrue();
    }
    assertThat(stored).hasSize(1);
    assertContent(stored.getFirst());
    assertThat(cut).isTrue();
  }

  @Test
  void findsTheReceiverThatComesBack() throws Exception {
    Endpoint at;
    FutureTask<Receipt> delivery;
    try (Node sender = Node.start(frames(Lab.config()))) {
      sender.addListener(watcher());
      AtomicBoolean half = new AtomicBoolean();
      try (Node receiver = receiver(Lab.LOOPBACK)) {
        at = receiver.endpoint();
        Peer peer = sender.connect(at, Lab.SOON);
        Progress watch =
            (sent, _) -> {
              if (sent >= 500_000 && half.compareAndSet(false, true)) {
                throw new IOException("the sender's own mistake");
              }
            };
        Persistence untilThen = Persistence.resuming(0).retryFor(Duration.ofSeconds(30));
        SendOptions options = SendOptions.defaults().progress(watch).persistence(untilThen);
        assertThatThrownBy(() -> peer.deliver("w", tensor, options))
            .hasMessage("the sender's own mistake");
        Lab.eventually(receiver, "streams-cancelled", 1);
        delivery =
            Lab.aside(
                () -> {
                  Lab.eventually(
                      "the receiver is gone", () -> peer.state() != Peer.State.CONNECTED);
                  return peer.deliver("w", tensor, options);
                });
      }
      Lab.eventually("a delivery without a receiver", () -> !delivery.isDone());
      try (Node _ = receiver(at)) {
        assertThat(delivery.get().confirmed()).isTrue();
      }
    }
    assertThat(stored).hasSize(1);
    assertContent(stored.getFirst());
  }

  @Test
  void asksNobodyWhoCannotKnow() throws Exception {
    try (Node receiver = Node.start(Lab.config());
        Node sender = Node.start(Lab.config())) {
      Peer peer = sender.connect(receiver.endpoint(), Lab.SOON);
      SendOptions options = SendOptions.defaults().persistence(Persistence.resuming(0));
      assertThat(peer.deliver("w", tensor, options).confirmed()).isTrue();
      try (Delivery delivery = receiver.receive(Lab.SOON)) {
        Lab.assertSame(delivery.tensor(), tensor);
      }
    }
  }

  private Node receiver(Endpoint at) throws IOException {
    Limits.Partials all = Limits.Partials.defaults();
    Limits.Partials often = new Limits.Partials(all.files(), all.bytes(), all.age(), CHUNK);
    NodeConfig config = Lab.config(RECEIVER).limits(Lab.impatient().partials(often)).listen(at);
    return Node.start(config, Reception.folder(folder, stored::add));
  }

  private static NodeConfig frames(NodeConfig config) {
    Limits all = config.limits();
    return config.limits(
        new Limits(
            new Limits.Frames(16 << 20, 64 << 10, 7_000),
            all.streams(),
            all.strangers(),
            all.waits()));
  }

  private void giveUpAt(long bytes, Endpoint receiver) throws Exception {
    try (Node sender = Node.start(frames(Lab.config()))) {
      Peer peer = sender.connect(receiver, Lab.SOON);
      SendOptions options = resuming(TensorHeader.Digest.SHA256).progress(enough(bytes));
      assertThatThrownBy(() -> peer.deliver("w", tensor, options)).hasMessage("enough");
    }
  }

  private static Progress enough(long bytes) {
    return (sent, _) -> {
      if (sent >= bytes) {
        throw new IOException("enough");
      }
    };
  }

  private SendOptions resuming(TensorHeader.Digest digest) {
    return SendOptions.defaults().digest(digest).persistence(Persistence.resuming(0)).form(form);
  }

  private void deliver(Endpoint receiver, TensorHeader.Digest digest) throws Exception {
    try (Node sender = Node.start(frames(Lab.config()))) {
      sender.addListener(watcher());
      Peer peer = sender.connect(receiver, Lab.SOON);
      assertThat(peer.deliver("w", tensor, resuming(digest)).confirmed()).isTrue();
    }
  }

  private NodeListener watcher() {
    return new NodeListener() {
      @Override
      public void resuming(PeerId peer, String name, long fromBytes, long totalBytes) {
        resumed.add(fromBytes);
      }
    };
  }

  private void assertResumed(long least) throws IOException {
    assertThat(resumed)
        .singleElement()
        .satisfies(from -> assertThat(from).isGreaterThanOrEqualTo(least));
    assertStored(resumed.getFirst());
  }

  private void assertStored(long resumedBytes) throws IOException {
    assertThat(stored).hasSize(1);
    assertThat(stored.getFirst().resumedBytes()).isEqualTo(resumedBytes);
    assertContent(stored.getFirst());
  }

  private void assertContent(Stored file) throws IOException {
    try (NpyFile npy = NpyFile.open(file.file())) {
      Lab.assertSame(npy.tensor(), tensor);
    }
  }
}
