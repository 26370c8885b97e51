package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PartialsTest {
  private static final int CHUNK = 100;
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final TensorHeader HEADER =
      new TensorHeader("w", DType.U8, Shape.of(10 * CHUNK), TensorHeader.Digest.CRC32C);

  private final AtomicLong usable = new AtomicLong(1L << 40);

  @TempDir Path folder;
  private Partials partials;

  @BeforeEach
  void open() {
    partials = partials(64, 1 << 20);
  }

  @AfterEach
  void close() {
    partials.close();
  }

  @Test
  void forgetsWhatWasKeptTooLong() throws Exception {
    interrupt("a");
    interrupt("b");
    age("a", Duration.ofHours(25));
    age("b", Duration.ofHours(23));
    interrupt("c");
    assertThat(kept()).containsExactly("b", "c");
  }

  @Test
  void keepsNoMoreFilesThanAllowed() throws Exception {
    begin(partials(3, 1 << 20));
    for (String identity : List.of("a", "b", "c", "d", "e")) {
      interrupt(identity);
      age(identity, Duration.ofMinutes(10 - identity.charAt(0) % 10));
    }
    assertThat(kept()).hasSize(3).contains("e");
  }

  @Test
  void keepsNoMoreBytesThanAllowed() throws Exception {
    begin(partials(64, 3000));
    interrupt("a");
    age("a", Duration.ofHours(2));
    interrupt("b");
    age("b", Duration.ofHours(1));
    interrupt("c");
    age("c", Duration.ofMinutes(1));
    interrupt("d");
    assertThat(kept()).doesNotContain("a").contains("c", "d");
  }

  @Test
  void keepsNothingWhereNoneMayBeKept() throws Exception {
    begin(partials(0, 1 << 20));
    assertThat(open("a", Duration.ZERO)).isNull();
    assertThat(kept()).isEmpty();
  }

  @Test
  void leavesAFolderToWhoHasIt() throws Exception {
    interrupt("a");
    try (Partials other = partials(64, 1 << 20)) {
      assertThat(other.open(HEADER, "a", Duration.ZERO, () -> true)).isNull();
      partials.close();
      Partial found = other.open(HEADER, "a", Duration.ZERO, () -> true);
      assertThat(Objects.requireNonNull(found).resumedBytes()).isEqualTo(5 * CHUNK);
      found.discard();
    }
    assertThat(kept()).isEmpty();
  }

  @Test
  void givesATensorToOneStreamAtATime() throws Exception {
    Partial first = Objects.requireNonNull(open("a", Duration.ZERO));
    assertThat(open("a", Duration.ofMillis(60))).isNull();
    assertThat(partials.open(HEADER, "a", Duration.ofDays(1), () -> false)).isNull();
    land(first, 3 * CHUNK);
    Thread leaving = Thread.ofVirtual().start(first::leave);
    Partial second = Objects.requireNonNull(open("a", Duration.ofSeconds(20)));
    assertThat(second.resumedBytes()).isEqualTo(3 * CHUNK);
    leaving.join();
    second.discard();
  }

  @Test
  void keepsNothingOfATensorThatWasWholeAndWrong() throws Exception {
    Partial whole = Objects.requireNonNull(open("a", Duration.ZERO));
    land(whole, 10 * CHUNK);
    whole.leave();
    assertThat(kept()).isEmpty();
  }

  @Test
  void asksTheDiskForTheRestOnly() throws Exception {
    interrupt("a");
    usable.set(DiskRoom.SPARE_BYTES + 5 * CHUNK);
    Objects.requireNonNull(open("a", Duration.ZERO)).leave();
    usable.set(DiskRoom.SPARE_BYTES + 5 * CHUNK - 1);
    assertThatThrownBy(() -> open("a", Duration.ZERO)).isInstanceOf(PeerException.Faulted.class);
    usable.set(1L << 40);
    Partial found = Objects.requireNonNull(open("a", Duration.ZERO));
    assertThat(found.resumedBytes()).isEqualTo(5 * CHUNK);
    found.discard();
  }

  private void begin(Partials other) {
    partials.close();
    partials = other;
  }

  private Partials partials(int files, long bytes) {
    Limits.Partials limits = new Limits.Partials(files, bytes, Duration.ofDays(1), CHUNK);
    return new Partials(folder, limits, new DiskRoom(usable::get), () -> NOW);
  }

  private @Nullable Partial open(String identity, Duration patience) throws Exception {
    return partials.open(HEADER, identity, patience, () -> true);
  }

  private void interrupt(String identity) throws Exception {
    Partial partial = Objects.requireNonNull(open(identity, Duration.ZERO));
    land(partial, 5 * CHUNK + 50);
    partial.leave();
    age(identity, Duration.ZERO);
  }

  private static void land(Partial partial, long bytes) throws Exception {
    partial.file().prepare(bytes);
    partial.tensor().segment().asSlice(0, bytes).fill((byte) 3);
    partial.landed(bytes);
  }

  private void age(String identity, Duration age) throws Exception {
    Path journal = folder.resolve(".resume-" + identity + ".journal");
    Files.setLastModifiedTime(journal, FileTime.from(NOW.minus(age)));
  }

  private List<String> kept() throws Exception {
    try (var files = Files.list(folder)) {
      return files
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> name.endsWith(".part"))
          .map(name -> name.substring(".resume-".length(), name.length() - ".part".length()))
          .sorted()
          .toList();
    }
  }
}
