package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A device that fails costs the append that meets it, and no message that was kept before.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class FullDiskTest {
  @TempDir Path parent;

  private final FaultyStorage storage = new FaultyStorage();

  private TopicLog open(Path root, LogOptions options) throws IOException {
    return TopicLog.open(root, Scene.NAME, options, HandClock.still(), storage);
  }

  @Test
  void takesBackWhateverPartOfAMessageTheDiskStillTook(TensorPool pool) throws Exception {
    for (int room = 0; room < 700; room += 3) {
      Path root = parent.resolve("room" + room);
      List<String> kept = new ArrayList<>();
      try (TopicLog log = open(root, Scene.never().withSegmentBytes(256));
          Parts large = Scene.native1(pool, "large", new byte[20_000])) {
        log.append(Parts.of("before"));
        kept.add("before");
        storage.giveRoom(room);
        for (int i = 0; i < 10; i++) {
          appendIfPossible(log, Parts.of("m" + i), kept);
        }
        assertThatThrownBy(() -> log.append(large)).hasMessageContaining("No space left");
        storage.giveRoom(Long.MAX_VALUE);
        log.append(Parts.of("after"));
        kept.add("after");
        assertThat(Scene.texts(log, pool)).isEqualTo(kept);
        assertThat(log.next()).isEqualTo(kept.size());
      }
      try (TopicLog log = open(root, Scene.never())) {
        assertThat(Scene.texts(log, pool)).isEqualTo(kept);
        assertThat(log.counts().cutBytes()).isZero();
      }
      Scene.delete(root);
    }
  }

  private static void appendIfPossible(TopicLog log, Parts message, List<String> kept) {
    try {
      log.append(message);
      kept.add(message.text(0));
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  @Test
  void takesNoMoreOnceItCannotTakeBack(TensorPool pool) throws Exception {
    try (TopicLog log = open(parent, Scene.never())) {
      log.append(Parts.of("a"));
      storage.giveRoom(20);
      storage.failCutting(true);
      assertThatThrownBy(() -> log.append(Parts.of("b"))).hasMessageContaining("No space left");
      storage.giveRoom(Long.MAX_VALUE);
      storage.failCutting(false);
      assertThatThrownBy(() -> log.append(Parts.of("c"))).isInstanceOf(LogException.Failed.class);
      assertThat(Scene.texts(log, pool)).containsExactly("a");
    }
    try (TopicLog log = open(parent, Scene.never())) {
      assertThat(log.counts().cutBytes()).isEqualTo(20);
      assertThat(log.append(Parts.of("d"))).isEqualTo(1);
      assertThat(Scene.texts(log, pool)).containsExactly("a", "d");
    }
  }

  @Test
  void takesNoMoreOnceTheDeviceFailedToForce(TensorPool pool) throws Exception {
    try (TopicLog log = open(parent, Scene.everyWrite())) {
      log.append(Parts.of("a"));
      storage.failForcing(true);
      assertThatThrownBy(() -> log.append(Parts.of("b"))).hasMessageContaining("cannot force");
      storage.failForcing(false);
      assertThatThrownBy(() -> log.append(Parts.of("c"))).isInstanceOf(LogException.Failed.class);
      assertThatThrownBy(log::flush).isInstanceOf(LogException.Failed.class);
      assertThat(Scene.texts(log, pool)).containsExactly("a");
    }
    try (TopicLog log = open(parent, Scene.everyWrite())) {
      assertThat(Scene.texts(log, pool)).startsWith("a").doesNotContain("c");
    }
  }

  @Test
  void opensNothingHalfWhereTheDiskIsFull() throws Exception {
    for (int room = 0; room < SegmentHead.BYTES; room++) {
      storage.giveRoom(room);
      Path root = parent.resolve("new" + room);
      assertThatThrownBy(() -> open(root, Scene.never())).hasMessageContaining("No space left");
      storage.giveRoom(Long.MAX_VALUE);
      try (TopicLog log = open(root, Scene.never())) {
        assertThat(log.append(Parts.of("a"))).isZero();
      }
    }
  }
}
