package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.Property;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.RunningDigest;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whatever happens to a transfer, to its file and to its journal: what is taken up again is what
/// was sent, and never more than that.
@Timeout(60)
class PartialProperties {
  private static final PeerId PEER = new PeerId("a1b2c3d4-e5f6-0718-2930-a1b2c3d4e5f6");
  private static final int CHUNK = 1000;
  private static final String IDENTITY = "00112233445566778899aabbccddeeff";
  private static final Duration SOON = Duration.ofSeconds(20);

  private final List<Stored> stored = new ArrayList<>();
  private int folders;

  @TempDir Path parent;

  @Test
  void takesUpAtTheLastChunkThatIsWhole() {
    for (int cut = 0; cut <= 5 * CHUNK; cut += CHUNK / 2) {
      int at = cut;
      Property.check(
          1,
          random -> {
            byte[] content = bytes(random, 5 * CHUNK + 1);
            Path folder = folder();
            interrupt(folder, header(DType.U8, content), content, at);
            assertThat(finish(folder, header(DType.U8, content), content))
                .isEqualTo(at - at % CHUNK);
          });
    }
  }

  @Test
  void takesUpWhateverWasCutWhereverAndHoweverOften() {
    Property.check(
        40,
        random -> {
          byte[] content = bytes(random, 1 + random.nextInt(20 * CHUNK));
          Path folder = folder();
          TensorHeader header = header(DType.U8, content);
          long held = 0;
          for (int i = random.nextInt(4); i > 0; i--) {
            int cut = (int) held + random.nextInt(content.length - (int) held);
            assertThat(interrupt(folder, header, content, cut)).isEqualTo(held);
            held = cut / CHUNK * (long) CHUNK;
          }
          assertThat(finish(folder, header, content)).isEqualTo(held);
        });
  }

  @Test
  void takesUpBeforeTheFirstByteThatIsNotAsItWasSent() {
    Property.check(
        40,
        random -> {
          byte[] content = bytes(random, 10 * CHUNK);
          Path folder = folder();
          TensorHeader header = header(DType.U8, content);
          interrupt(folder, header, content, 9 * CHUNK);
          int broken = random.nextInt(content.length);
          Path part = folder.resolve(".resume-" + IDENTITY + ".part");
          flip(part, Files.size(part) - content.length + broken);
          assertThat(finish(folder, header, content))
              .isEqualTo(Math.min(9 * CHUNK, broken - broken % CHUNK));
        });
  }

  @Test
  void trustsNothingThatAJournalSays() {
    Property.check(
        60,
        random -> {
          byte[] content = bytes(random, 10 * CHUNK);
          Path folder = folder();
          TensorHeader header = header(DType.U8, content);
          interrupt(folder, header, content, 9 * CHUNK);
          Path journal = folder.resolve(".resume-" + IDENTITY + ".journal");
          byte[] bytes = Files.readAllBytes(journal);
          if (random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(journal, bytes);
          } else {
            Files.write(journal, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
          }
          assertThat(finish(folder, header, content)).isBetween(0L, 9L * CHUNK);
        });
  }

  @Test
  void beginsAnewWhereTheFileIsGoneOrOfAnotherSize() {
    Property.check(
        10,
        random -> {
          byte[] content = bytes(random, 10 * CHUNK);
          Path folder = folder();
          TensorHeader header = header(DType.U8, content);
          interrupt(folder, header, content, 9 * CHUNK);
          Path part = folder.resolve(".resume-" + IDENTITY + ".part");
          if (random.nextBoolean()) {
            Files.delete(part);
          } else {
            try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
              file.setLength(file.length() - 1 - random.nextInt(CHUNK));
            }
          }
          assertThat(finish(folder, header, content)).isZero();
        });
  }

  @Test
  void neverMixesTensorsOfOneIdentity() {
    List<DType> types = List.of(DType.I8, DType.BF16, DType.F32, DType.Q8_0);
    Property.check(
        10,
        random -> {
          byte[] content = bytes(random, 34 * CHUNK);
          Path folder = folder();
          interrupt(folder, header(DType.U8, content), content, 9 * CHUNK);
          DType other = types.get(random.nextInt(types.size()));
          TensorHeader header =
              new TensorHeader(
                  "w",
                  other,
                  Shape.of(
                      (long) content.length / other.bytesPerBlock() * other.elementsPerBlock()),
                  TensorHeader.Digest.SHA256);
          assertThat(finish(folder, header, content)).isZero();
        });
  }

  @Test
  void beginsAnewWhereTheSenderHasOtherContent() {
    Property.check(
        10,
        random -> {
          byte[] content = bytes(random, 10 * CHUNK);
          byte[] changed = content.clone();
          changed[random.nextInt(changed.length)] ^= 1;
          Path folder = folder();
          TensorHeader header = header(DType.U8, content);
          interrupt(folder, header, content, 9 * CHUNK);
          try (Receiver receiver = new Receiver(folder)) {
            receiver.ask(header);
            Landing.Resumed resumed = receiver.intake.resume(1, header, 0);
            receiver.land(header, resumed, changed, 0, changed.length);
            receiver.complete(header, resumed, changed);
          }
        });
  }

  /// Sends a part, then loses the connection and the process; returns what was held before.
  private long interrupt(Path folder, TensorHeader header, byte[] content, int cut)
      throws Exception {
    try (Receiver receiver = new Receiver(folder)) {
      Message.Held held = receiver.ask(header);
      Landing.Resumed resumed = receiver.intake.resume(1, header, held.bytes());
      assertSameDigest(header, resumed, content, (int) held.bytes());
      receiver.land(header, resumed, content, (int) held.bytes(), cut);
      return held.bytes();
    }
  }

  /// Sends the rest and checks what is stored; returns what was held before.
  private long finish(Path folder, TensorHeader header, byte[] content) throws Exception {
    try (Receiver receiver = new Receiver(folder)) {
      Message.Held held = receiver.ask(header);
      Landing.Resumed resumed = receiver.intake.resume(1, header, held.bytes());
      assertSameDigest(header, resumed, content, (int) held.bytes());
      receiver.land(header, resumed, content, (int) held.bytes(), content.length);
      receiver.complete(header, resumed, content);
      return held.bytes();
    }
  }

  private static void assertSameDigest(
      TensorHeader header, Landing.Resumed resumed, byte[] content, int bytes) {
    RunningDigest expected =
        Objects.requireNonNull(RunningDigest.of(header.digest(), MemorySegment.ofArray(content)));
    expected.update(0, bytes);
    assertThat(Objects.requireNonNull(resumed.digest()).hex()).isEqualTo(expected.hex());
    assertThat(resumed.digest().bytes()).isEqualTo(bytes);
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 0x10);
    }
  }

  private Path folder() throws IOException {
    return Files.createDirectory(parent.resolve("folder-" + folders++));
  }

  private static byte[] bytes(RandomGenerator random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static TensorHeader header(DType dtype, byte[] content) {
    return new TensorHeader("w", dtype, Shape.of(content.length), TensorHeader.Digest.CRC32C);
  }

  /// A process that receives over one connection.
  private final class Receiver implements AutoCloseable {
    private final TensorPool pool = TensorPool.open("test", 1 << 20);
    private final Tasks tasks = new Tasks();
    private final Stowage stowage;
    private final FolderIntake intake;

    Receiver(Path folder) throws IOException {
      Limits.Partials all = Limits.Partials.defaults();
      Limits limits =
          Limits.defaults()
              .partials(new Limits.Partials(all.files(), all.bytes(), all.age(), CHUNK));
      stowage =
          new Stowage(
              new Reception.Folder(folder, stored::add),
              limits.partials(),
              new DiskRoom(() -> 1L << 40));
      intake = new FolderIntake(stowage, pool, limits, tasks);
    }

    Message.Held ask(TensorHeader header) throws InterruptedException {
      LinkedBlockingQueue<Message> answers = new LinkedBlockingQueue<>();
      intake.ask(new Message.Ask(1, header, IDENTITY), answers::add);
      Message answer = answers.poll(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(answer).isInstanceOf(Message.Held.class);
      return (Message.Held) Objects.requireNonNull(answer);
    }

    void land(TensorHeader header, Landing.Resumed resumed, byte[] content, int from, int to)
        throws Exception {
      int frame = 377;
      for (int at = from; at < to; at += frame) {
        int end = Math.min(at + frame, to);
        intake.prepare(1, header, end);
        MemorySegment.copy(
            content, at, resumed.tensor().segment(), ValueLayout.JAVA_BYTE, at, end - at);
        intake.landed(1, header, end);
      }
    }

    void complete(TensorHeader header, Landing.Resumed resumed, byte[] content) throws Exception {
      intake.complete(PEER, new Message.Transfer(1, header, resumed.tensor()));
      Stored file = stored.removeLast();
      byte[] bytes = Files.readAllBytes(file.file());
      assertThat(bytes).endsWith(content);
      try (var files = Files.list(file.file().getParent())) {
        assertThat(files.map(path -> String.valueOf(path.getFileName())))
            .containsExactlyInAnyOrder(String.valueOf(file.file().getFileName()), ".resume-lock");
      }
    }

    @Override
    public void close() {
      intake.close();
      tasks.close();
      stowage.partials().close();
      pool.close();
    }
  }
}
