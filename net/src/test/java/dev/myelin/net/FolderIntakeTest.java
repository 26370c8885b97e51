package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderIntakeTest {
  private static final PeerId PEER = new PeerId("a1b2c3d4-e5f6-0718-2930-a1b2c3d4e5f6");
  private static final long MIB = 1L << 20;

  private final AtomicLong usable = new AtomicLong(1L << 40);
  private final List<Stored> stored = new ArrayList<>();
  private final Tasks tasks = new Tasks();
  private final TensorPool pool = TensorPool.open("test", 1 << 20);

  @TempDir Path folder;
  private Stowage stowage;
  private FolderIntake intake;

  @BeforeEach
  void open() throws Exception {
    stowage =
        new Stowage(
            new Reception.Folder(folder, stored::add),
            Limits.Partials.defaults(),
            new DiskRoom(usable::get));
    intake = new FolderIntake(stowage, pool, Limits.defaults(), tasks);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    intake.close();
    tasks.close();
    pool.close();
    try (var files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".part"))).isEmpty();
    }
  }

  @Test
  void tellsOfEachFileWhoSentItUnderWhichName() throws Exception {
    for (int i = 0; i < 3; i++) {
      land(i, "layer/0 w", 10);
      complete(i, "layer/0 w", 10);
    }
    assertThat(stored).extracting(Stored::name).containsOnly("layer/0 w");
    assertThat(stored).extracting(Stored::from).containsOnly(PEER);
    assertThat(stored).extracting(Stored::bytes).containsOnly(10L);
    assertThat(stored)
        .extracting(file -> file.file().getFileName().toString())
        .containsExactly("layer_0_w.npy", "layer_0_w-1.npy", "layer_0_w-2.npy");
  }

  @Test
  void keepsApartNamesThatLookNumbered() throws Exception {
    for (String name : List.of("w-1", "w", "w", "w", "w-1")) {
      land(1, name, 4);
      complete(1, name, 4);
    }
    assertThat(stored)
        .extracting(file -> file.file().getFileName().toString())
        .containsExactly("w-1.npy", "w.npy", "w-2.npy", "w-3.npy", "w-1-1.npy");
  }

  @Test
  void promisesTheSameFreeBytesToOneTensorOnly() throws Exception {
    usable.set(DiskRoom.SPARE_BYTES + 100);
    land(1, "one", 60);
    assertIsStorage(() -> land(2, "two", 60));
    land(3, "three", 40);
    intake.abandoned(1, header("one", 60), "the peer left");
    land(4, "four", 60);
  }

  @Test
  void countsWhatIsWrittenOnlyOnce() throws Exception {
    usable.set(DiskRoom.SPARE_BYTES + 100);
    land(1, "one", 60);
    intake.prepare(1, header("one", 60), 1);
    usable.set(DiskRoom.SPARE_BYTES + 40);
    land(2, "two", 40);
    assertIsStorage(() -> land(3, "three", 1));
  }

  @Test
  void doesNotOverwriteWhatLandedWhenItFillsAhead() throws Exception {
    Tensor tensor = land(1, "w", 40 * MIB);
    intake.prepare(1, header("w", 40 * MIB), MIB);
    tensor.segment().asSlice(0, 16 * MIB).fill((byte) 7);
    intake.prepare(1, header("w", 40 * MIB), 40 * MIB);
    assertThat(tensor.segment().get(ValueLayout.JAVA_BYTE, 16 * MIB - 1)).isEqualTo((byte) 7);
  }

  @Test
  void declinesAStreamNobodyDescribedWhenTheDiskIsFull() throws Exception {
    usable.set(DiskRoom.SPARE_BYTES + 20 * MIB);
    for (int i = 0; i < 16; i++) {
      chunk(9, i, (int) MIB - 1);
    }
    usable.set(DiskRoom.SPARE_BYTES + 4 * MIB);
    assertIsStorage(
        () -> {
          for (int i = 16; i < 40; i++) {
            chunk(9, i, (int) MIB - 1);
          }
        });
    intake.drop(9);
    assertThat(parts()).isEmpty();
    assertThat(stored).isEmpty();
  }

  @Test
  void storesAStreamNobodyDescribed() throws Exception {
    chunk(9, 0, 3);
    chunk(9, 1, 4);
    assertThat(intake.end(PEER, new Message.End(9))).isEqualTo(7);
    Stored file = stored.getFirst();
    assertThat(file.name()).isEqualTo(PEER.brief() + "-stream-9");
    assertThat(file.file()).hasSize(7);
  }

  @Test
  void tellsTheSenderWhenTheFinishedFileCannotBeNamed() throws Exception {
    land(1, "w", 4);
    Files.delete(parts().getFirst());
    assertIsStorage(() -> complete(1, "w", 4));
    land(2, "w", 4);
    complete(2, "w", 4);
    try (NpyFile file = NpyFile.open(stored.getFirst().file())) {
      assertThat(file.tensor().byteSize()).isEqualTo(4);
    }
  }

  private List<Path> parts() throws Exception {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".part")).toList();
    }
  }

  private static void assertIsStorage(ThrowingCallable call) {
    assertThatThrownBy(call)
        .asInstanceOf(InstanceOfAssertFactories.type(PeerException.Faulted.class))
        .extracting(PeerException.Faulted::code)
        .isEqualTo(FaultCode.STORAGE.code());
  }

  private static TensorHeader header(String name, long bytes) {
    return new TensorHeader(name, DType.U8, Shape.of(bytes), TensorHeader.Digest.CRC32C);
  }

  private Tensor land(int stream, String name, long bytes) throws Exception {
    return intake.land(stream, header(name, bytes));
  }

  private void complete(int stream, String name, long bytes) throws Exception {
    TensorHeader header = header(name, bytes);
    try (Tensor tensor = pool.allocate(DType.U8, Shape.of(1))) {
      intake.complete(PEER, new Message.Transfer(stream, header, tensor));
    }
  }

  private void chunk(int stream, long sequence, int bytes) throws Exception {
    Tensor chunk = intake.landChunk(stream, sequence, bytes);
    intake.chunk(PEER, new Message.TensorData(stream, sequence, chunk));
  }
}
