package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@ExtendWith(LeakCheck.class)
class TopicLogTest {
  @TempDir Path root;

  private final HandClock clock = HandClock.still();

  private TopicLog open(LogOptions options) throws IOException {
    return TopicLog.open(root, Scene.NAME, options, clock);
  }

  private static void append(TopicLog log, int from, int upTo) throws IOException {
    for (int i = from; i < upTo; i++) {
      assertThat(log.append(Parts.of("t", Integer.toString(i)))).isEqualTo(i);
    }
  }

  private static List<String> expected(int from, int upTo) {
    return IntStream.range(from, upTo).mapToObj(i -> "t|" + i).toList();
  }

  @Test
  void readsWhatWasAppendedInItsOrder(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never())) {
      append(log, 0, 100);
      assertThat(Scene.texts(log, pool)).isEqualTo(expected(0, 100));
      assertThat(log.next()).isEqualTo(100);
    }
  }

  @Test
  void goesOnWhereAnEarlierProcessEnded(TensorPool pool) throws Exception {
    for (int i = 0; i < 5; i++) {
      try (TopicLog log = open(Scene.everyWrite().withSegmentBytes(400))) {
        append(log, 10 * i, 10 * (i + 1));
        assertThat(log.counts().cutBytes()).isZero();
      }
    }
    try (TopicLog log = open(Scene.never())) {
      assertThat(Scene.texts(log, pool)).isEqualTo(expected(0, 50));
    }
    assertThat(Scene.segments(root)).hasSizeGreaterThan(5);
  }

  @Test
  void keepsPartsOfAnySizeAndPlace(TensorPool pool) throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    List<byte[]> bodies = new ArrayList<>();
    try (TopicLog log = open(Scene.never().withSegmentBytes(100_000))) {
      for (int size : new int[] {0, 1, 1023, 1024, 1025, 8192, 8193, 16_385, 70_000, 700_000}) {
        byte[] body = Scene.bytes(random, size);
        bodies.add(body);
        log.append(Parts.of(body));
        try (Parts message = Scene.native1(pool, "", body)) {
          log.append(message);
        }
      }
      try (LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
        for (byte[] body : bodies) {
          requirePart(reader, 0, body);
          requirePart(reader, 1, body);
        }
      }
    }
  }

  private static void requirePart(LogReader reader, int part, byte[] body) throws Exception {
    try (Parts parts = Scene.kept(reader, Scene.NOW).parts()) {
      assertThat(parts.onHeap(part)).isEqualTo(body.length <= Pieces.HEAP_BYTES);
      assertThat(Arrays.equals(parts.bytes(part), body)).isTrue();
    }
  }

  @Test
  void keepsManyParts(TensorPool pool) throws Exception {
    byte[][] parts = new byte[RecordHead.MOST_PARTS][];
    Arrays.setAll(parts, i -> new byte[] {(byte) i});
    byte[][] more = Arrays.copyOf(parts, parts.length + 1);
    more[parts.length] = new byte[0];
    try (TopicLog log = open(Scene.never())) {
      log.append(Parts.of(parts));
      assertThatThrownBy(() -> log.append(Parts.of(more)))
          .isInstanceOf(IllegalArgumentException.class);
      try (LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
        Reading.Kept kept = Scene.kept(reader, Scene.NOW);
        assertThat(kept.parts().count()).isEqualTo(parts.length);
        assertThat(kept.parts().bytes(300)).containsExactly(300 & 0xFF);
      }
    }
  }

  @Test
  void readsAPartAgainForWhichThePoolHadNoRoom(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never());
        TensorPool narrow = pool.child("narrow", 100_000)) {
      log.append(Parts.of(new byte[90_000]));
      try (LogReader reader = log.read(Start.oldest(), TopicFilter.all(), narrow)) {
        try (var _ = narrow.allocate(DType.U8, Shape.of(50_000))) {
          assertThatThrownBy(() -> reader.next(Scene.NOW))
              .isInstanceOf(PoolExhaustedException.class);
        }
        assertThat(Scene.texts(reader)).hasSize(1);
      }
    }
  }

  @Test
  void givesAMessageLargerThanASegmentOneOfItsOwn(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never().withSegmentBytes(1000))) {
      log.append(Parts.of("small"));
      log.append(Parts.of(new byte[5000]));
      log.append(Parts.of("small"));
      assertThat(Scene.segments(root)).hasSize(3);
      assertThat(Scene.texts(log, pool)).hasSize(3);
    }
  }

  @Test
  void appendsAGroupAtOnce(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.everyWrite().withSegmentBytes(256))) {
      log.append(Parts.of("t", "0"));
      List<Parts> group =
          IntStream.range(1, 50).mapToObj(i -> Parts.of("t", Integer.toString(i))).toList();
      assertThat(log.append(group)).isEqualTo(1);
      assertThat(Scene.texts(log, pool)).isEqualTo(expected(0, 50));
      assertThat(Scene.segments(root)).hasSize(2);
      assertThat(log.counts().largestGroup()).isEqualTo(49);
      assertThatThrownBy(() -> log.append(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void beginsAtAnOffset(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never().withSegmentBytes(300))) {
      append(log, 0, 40);
      for (int from = 0; from <= 40; from++) {
        try (LogReader reader = log.read(Start.at(from), TopicFilter.all(), pool)) {
          assertThat(Scene.texts(reader)).isEqualTo(expected(from, 40));
        }
      }
      assertThatThrownBy(() -> log.read(Start.at(41), TopicFilter.all(), pool))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0 to 40");
    }
  }

  @Test
  void beginsAtATime(TensorPool pool) throws Exception {
    Instant start = clock.instant();
    try (TopicLog log = open(Scene.never().withSegmentBytes(300))) {
      for (int i = 0; i < 40; i++) {
        append(log, i, i + 1);
        clock.advance(Duration.ofSeconds(i % 2 == 0 ? 0 : 1));
      }
      for (int second = -1; second <= 21; second++) {
        Start from = Start.since(start.plusSeconds(second));
        try (LogReader reader = log.read(from, TopicFilter.all(), pool)) {
          int first = Math.clamp(2L * second, 0, 40);
          assertThat(Scene.texts(reader)).isEqualTo(expected(first, 40));
        }
      }
    }
  }

  @Test
  void neverStampsATimeBeforeTheLast(TensorPool pool) throws Exception {
    Instant start = clock.instant();
    try (TopicLog log = open(Scene.never())) {
      append(log, 0, 1);
      clock.advance(Duration.ofHours(-1));
      append(log, 1, 2);
    }
    try (TopicLog log = open(Scene.never());
        LogReader reader = log.read(Start.at(1), TopicFilter.all(), pool)) {
      append(log, 2, 3);
      for (int i = 1; i <= 2; i++) {
        assertThat(reader.next(Scene.NOW))
            .isInstanceOfSatisfying(
                Reading.Kept.class, kept -> assertThat(kept.time()).isEqualTo(start));
      }
    }
  }

  @Test
  void filtersByPrefixOfTheTopic(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never())) {
      for (String topic : List.of("", "a", "ab", "abc", "b", "bc")) {
        log.append(Parts.of(topic, "x"));
      }
      assertThat(filtered(log, pool, "ab", "bc")).containsExactly("ab|x", "abc|x", "bc|x");
      assertThat(filtered(log, pool, "")).hasSize(6);
      assertThat(filtered(log, pool, "abcd")).isEmpty();
      assertThat(filtered(log, pool)).isEmpty();
      assertThatThrownBy(() -> TopicFilter.prefixes("x".repeat(1025)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static List<String> filtered(TopicLog log, TensorPool pool, String... prefixes)
      throws Exception {
    try (LogReader reader = log.read(Start.oldest(), TopicFilter.prefixes(prefixes), pool)) {
      return Scene.texts(reader);
    }
  }

  @Test
  void waitsForWhatIsAppendedNext(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never().withSegmentBytes(256));
        LogReader reader = log.read(Start.end(), TopicFilter.all(), pool)) {
      assertThat(reader.next(Duration.ofMillis(1))).isNull();
      Thread appender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      append(log, 0, 500);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      for (int i = 0; i < 500; i++) {
        assertThat(Scene.text(Scene.kept(reader, Scene.SOON))).isEqualTo("t|" + i);
      }
      appender.join();
    }
  }

  @Test
  void keepsNoMoreBytesThanItShall(TensorPool pool) throws Exception {
    LogOptions options = Scene.never().withSegmentBytes(300);
    try (TopicLog log = open(options.withRetention(new Retention(1000, Duration.ofDays(1))));
        LogReader late = log.read(Start.oldest(), TopicFilter.all(), pool)) {
      append(log, 0, 100);
      assertThat(log.bytes()).isLessThanOrEqualTo(1000 + 300);
      assertThat(log.oldest()).isPositive();
      long lost = log.oldest();
      assertThat(late.next(Scene.NOW))
          .isEqualTo(new Reading.Lost(0, lost, Reading.Cause.RETENTION));
      assertThat(Scene.texts(late)).isEqualTo(expected((int) lost, 100));
      long kept = Scene.segments(root).stream().mapToLong(TopicLogTest::size).sum();
      assertThat(kept).isEqualTo(log.bytes());
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void keepsNothingOlderThanItShall(TensorPool pool) throws Exception {
    LogOptions options =
        Scene.never()
            .withSegmentBytes(300)
            .withRetention(new Retention(Long.MAX_VALUE, Duration.ofMinutes(10)));
    try (TopicLog log = open(options)) {
      append(log, 0, 20);
      clock.advance(Duration.ofMinutes(11));
      append(log, 20, 21);
      assertThat(Scene.texts(log, pool)).isEqualTo(expected(20, 21));
      clock.advance(Duration.ofMinutes(11));
      log.retain();
      assertThat(log.oldest()).isEqualTo(20);
    }
  }

  @Test
  void keepsCursorsOfSubscribers(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.everyWrite())) {
      append(log, 0, 10);
      Cursor cursor = log.cursor("ann");
      assertThat(cursor.resume(Start.end())).isEqualTo(Start.end());
      cursor.commit(3);
      cursor.commit(7);
      log.cursor("bob").commit(10);
      assertThatThrownBy(() -> cursor.commit(11)).isInstanceOf(IllegalArgumentException.class);
    }
    try (TopicLog log = open(Scene.everyWrite())) {
      assertThat(log.cursors()).containsEntry("ann", 7L).containsEntry("bob", 10L);
      Start resumed = log.cursor("ann").resume(Start.end());
      try (LogReader reader = log.read(resumed, TopicFilter.all(), pool)) {
        assertThat(Scene.texts(reader)).isEqualTo(expected(7, 10));
      }
      log.forget("ann");
      assertThat(log.cursors()).containsOnlyKeys("bob");
      assertThatThrownBy(() -> log.cursor("../x")).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void takesACursorBackThatIsAheadOfALogThatLostItsEnd() throws Exception {
    try (TopicLog log = open(Scene.never())) {
      append(log, 0, 10);
      log.cursor("ann").commit(10);
    }
    Path segment = Scene.segments(root).getFirst();
    byte[] bytes = Files.readAllBytes(segment);
    Files.write(segment, Arrays.copyOf(bytes, bytes.length - 1));
    for (int i = 0; i < 2; i++) {
      try (TopicLog log = open(Scene.never())) {
        assertThat(log.cursor("ann").position()).isEqualTo(9);
      }
    }
  }

  @Test
  void isOpenOnce() throws Exception {
    try (TopicLog log = open(Scene.never())) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> open(Scene.never())).isInstanceOf(LogException.InUse.class);
      }
      append(log, 0, 1);
    }
    open(Scene.never()).close();
    assertThat(TopicLog.names(root)).containsExactly(Scene.NAME);
    assertThat(TopicLog.names(root.resolve("none"))).isEmpty();
    for (String name : List.of("", "..", "a/b", ".x", "x".repeat(129))) {
      assertThatThrownBy(() -> TopicLog.open(root, name, Scene.never(), clock))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void endsReadersWhenItEnds(TensorPool pool) throws Exception {
    TopicLog log = open(Scene.never());
    LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool);
    Thread closer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    log.close();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    assertThatThrownBy(() -> reader.next(Scene.SOON)).isInstanceOf(IllegalStateException.class);
    closer.join();
    reader.close();
    log.close();
    assertThatThrownBy(() -> log.append(Parts.of("x"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> reader.next(Scene.NOW)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void forcesAfterAnInterval(TensorPool pool) throws Exception {
    CountingStorage storage = new CountingStorage();
    LogOptions options = Scene.never().withFlushing(new Flushing.Interval(Duration.ofMillis(1)));
    try (TopicLog log = TopicLog.open(root, Scene.NAME, options, clock, storage)) {
      long before = storage.forces();
      append(log, 0, 1);
      storage.awaitForces(before + 1);
      append(log, 1, 2);
      storage.awaitForces(before + 2);
      assertThat(Scene.texts(log, pool)).isEqualTo(expected(0, 2));
    }
  }

  @Test
  void neverForcesWhenToldNeverTo() throws Exception {
    CountingStorage storage = new CountingStorage();
    LogOptions options = Scene.never().withSegmentBytes(300);
    try (TopicLog log = TopicLog.open(root, Scene.NAME, options, clock, storage)) {
      append(log, 0, 20);
    }
    assertThat(storage.forces()).isZero();
  }
}
