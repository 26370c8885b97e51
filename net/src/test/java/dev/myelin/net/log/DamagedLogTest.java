package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is torn off a log or flipped in it: what was before it is intact, and it is noticed.
@Timeout(120)
@ExtendWith(LeakCheck.class)
class DamagedLogTest {
  private static final List<Parts> MESSAGES =
      List.of(
          Parts.of("a", "first"),
          Parts.of("b"),
          Parts.of("", ""),
          Parts.of("c", "x".repeat(90), "y"),
          Parts.of("d", "last"));

  @TempDir Path parent;

  private int roots;

  private Path fresh() {
    return parent.resolve("root" + roots++);
  }

  /// Makes a log of one segment, each message forced before the next was appended.
  private Path forced() throws IOException {
    Path root = fresh();
    try (TopicLog log = Scene.open(root, Scene.everyWrite())) {
      for (Parts message : MESSAGES) {
        log.append(message);
      }
    }
    return root;
  }

  /// Makes a log of full segments, with their indexes, and the same messages again and again.
  private Path segmented(int rounds) throws IOException {
    Path root = fresh();
    try (TopicLog log = Scene.open(root, Scene.never().withSegmentBytes(450))) {
      for (int i = 0; i < rounds; i++) {
        for (Parts message : MESSAGES) {
          log.append(message);
        }
      }
    }
    return root;
  }

  private static List<String> texts(int from, int upTo) {
    return IntStream.range(from, upTo)
        .mapToObj(i -> MESSAGES.get(i % MESSAGES.size()))
        .map(message -> Scene.text(new Reading.Kept(0, Instant.EPOCH, message)))
        .toList();
  }

  /// Returns where the records of the messages begin, and where the last one ends.
  private static long[] bounds() {
    long[] bounds = new long[MESSAGES.size() + 1];
    bounds[0] = SegmentHead.BYTES;
    for (int i = 0; i < MESSAGES.size(); i++) {
      bounds[i + 1] = bounds[i] + RecordHead.recordBytes(MESSAGES.get(i));
    }
    return bounds;
  }

  private static int recordAt(long position) {
    int found = Arrays.binarySearch(bounds(), position);
    return found >= 0 ? found : -found - 2;
  }

  @Test
  void endsBeforeTheRecordThatIsTornWhereverItIsTorn(TensorPool pool) throws Exception {
    Path root = forced();
    byte[] whole = Files.readAllBytes(Scene.segments(root).getFirst());
    long[] bounds = bounds();
    assertThat(whole).hasSize((int) bounds[MESSAGES.size()]);
    for (int size = 0; size <= whole.length; size++) {
      Path torn = fresh();
      Scene.copy(root, torn);
      Files.write(Scene.segments(torn).getFirst(), Arrays.copyOf(whole, size));
      int kept = size < bounds[0] ? 0 : recordAt(size);
      try (TopicLog log = Scene.open(torn, Scene.never())) {
        assertThat(Scene.texts(log, pool)).isEqualTo(texts(0, kept));
        assertThat(log.counts().cutBytes())
            .isEqualTo(size < bounds[0] ? size : size - bounds[kept]);
        assertThat(log.append(Parts.of("more"))).isEqualTo(kept);
      }
      try (TopicLog log = Scene.open(torn, Scene.never())) {
        assertThat(log.next()).isEqualTo(kept + 1);
        assertThat(log.counts().cutBytes()).isZero();
        assertThat(Scene.texts(log, pool)).endsWith("more").hasSize(kept + 1);
      }
      Scene.delete(torn);
    }
  }

  @Test
  void noticesEveryFlippedByteOfTheLastSegment(TensorPool pool) throws Exception {
    Path root = forced();
    byte[] whole = Files.readAllBytes(Scene.segments(root).getFirst());
    for (int at = 0; at < whole.length; at++) {
      Path flipped = fresh();
      Scene.copy(root, flipped);
      Files.write(Scene.segments(flipped).getFirst(), Scene.flipped(whole, at, 1 << at % 8));
      try (TopicLog log = Scene.open(flipped, Scene.never())) {
        assertThat(Scene.texts(log, pool)).isEqualTo(withoutTheRecordAt(at));
        boolean cut = at < SegmentHead.BYTES || recordAt(at) == MESSAGES.size() - 1;
        assertThat(log.counts().cutBytes() > 0).isEqualTo(cut);
      }
      assertThat(Scene.files(flipped, "*.damaged")).hasSize(at < SegmentHead.BYTES ? 1 : 0);
      Scene.delete(flipped);
    }
  }

  /// The last record counts as torn; for each other one the next vouches that it was forced.
  private static List<String> withoutTheRecordAt(int position) {
    if (position < SegmentHead.BYTES) {
      return List.of();
    }
    int record = recordAt(position);
    List<String> texts = new ArrayList<>(texts(0, record));
    if (record < MESSAGES.size() - 1) {
      texts.add("-" + record + "+1");
    }
    texts.addAll(texts(Math.min(record + 1, MESSAGES.size()), MESSAGES.size()));
    return texts;
  }

  @Test
  void cutsAtTheFirstBadRecordWhereNothingWasEverForced(TensorPool pool) throws Exception {
    Path root = fresh();
    try (TopicLog log = Scene.open(root, Scene.never())) {
      log.append(MESSAGES);
    }
    byte[] whole = Files.readAllBytes(Scene.segments(root).getFirst());
    for (int at = SegmentHead.BYTES; at < whole.length; at += 7) {
      Files.write(Scene.segments(root).getFirst(), Scene.flipped(whole, at, 0x10));
      try (TopicLog log = Scene.open(root, Scene.never())) {
        assertThat(Scene.texts(log, pool)).isEqualTo(texts(0, recordAt(at)));
        assertThat(log.counts().cutBytes()).isEqualTo(whole.length - bounds()[recordAt(at)]);
      }
    }
  }

  @Test
  void cutsWhatTheSystemLeftBehindTheLastRecord(TensorPool pool) throws Exception {
    Path root = forced();
    Path segment = Scene.segments(root).getFirst();
    byte[] whole = Files.readAllBytes(segment);
    Files.write(segment, Arrays.copyOf(whole, whole.length + 100_000));
    try (TopicLog log = Scene.open(root, Scene.never())) {
      assertThat(Scene.texts(log, pool)).isEqualTo(texts(0, MESSAGES.size()));
      assertThat(log.counts().cutBytes()).isEqualTo(100_000);
    }
    assertThat(Files.size(segment)).isEqualTo(whole.length);
  }

  @Test
  void noticesEveryFlippedByteOfAnOlderSegment(TensorPool pool) throws Exception {
    Path root = segmented(4);
    Path first = Scene.segments(root).getFirst();
    Path second = Scene.segments(root).get(1);
    int inFirst = (int) Segment.base(second);
    byte[] whole = Files.readAllBytes(first);
    for (int at = 0; at < whole.length; at++) {
      Path flipped = fresh();
      Scene.copy(root, flipped);
      if (at % 2 == 0) {
        Files.delete(Scene.files(flipped, "*.index").getFirst());
      }
      Path file = Scene.segments(flipped).getFirst();
      Files.write(file, Scene.flipped(whole, at, 1 << at % 8));
      int record = at < SegmentHead.BYTES ? 0 : recordAt(at);
      int lost = at < SegmentHead.BYTES ? inFirst : 1;
      List<String> expected = new ArrayList<>(texts(0, record));
      expected.add("-" + record + "+" + lost);
      expected.addAll(texts(record + lost, 20));
      try (TopicLog log = Scene.open(flipped, Scene.never())) {
        assertThat(Scene.texts(log, pool)).isEqualTo(expected);
        requireTold(log, pool, record, at < SegmentHead.BYTES ? 0 : bounds()[record]);
      }
      Scene.delete(flipped);
    }
  }

  private static void requireTold(TopicLog log, TensorPool pool, int record, long position)
      throws IOException {
    try (LogReader reader = log.read(Start.at(record), TopicFilter.all(), pool)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> reader.next(Scene.NOW))
            .isInstanceOfSatisfying(
                LogException.Corrupt.class,
                e -> {
                  assertThat(e.file()).endsWith(Segment.SUFFIX);
                  assertThat(e.position()).isEqualTo(position);
                });
      }
      assertThat(reader.position()).isEqualTo(record);
    }
  }

  @Test
  void noticesWhatMissesFromAnOlderSegmentWhereverItEnds(TensorPool pool) throws Exception {
    Path root = segmented(4);
    int inFirst = (int) Segment.base(Scene.segments(root).get(1));
    byte[] whole = Files.readAllBytes(Scene.segments(root).getFirst());
    for (int size = 0; size < whole.length; size++) {
      Path torn = fresh();
      Scene.copy(root, torn);
      Files.write(Scene.segments(torn).getFirst(), Arrays.copyOf(whole, size));
      int kept = size < SegmentHead.BYTES ? 0 : recordAt(size);
      List<String> expected = new ArrayList<>(texts(0, kept));
      expected.add("-" + kept + "+" + (inFirst - kept));
      expected.addAll(texts(inFirst, 20));
      try (TopicLog log = Scene.open(torn, Scene.never())) {
        assertThat(Scene.texts(log, pool)).isEqualTo(expected);
      }
      Scene.delete(torn);
    }
  }

  @Test
  void noticesASegmentThatIsGone(TensorPool pool) throws Exception {
    Path root = segmented(6);
    List<Path> segments = Scene.segments(root);
    int from = (int) Segment.base(segments.get(1));
    int upTo = (int) Segment.base(segments.get(2));
    Files.delete(segments.get(1));
    List<String> expected = new ArrayList<>(texts(0, from));
    expected.add("-" + from + "+" + (upTo - from));
    expected.addAll(texts(upTo, 30));
    try (TopicLog log = Scene.open(root, Scene.never())) {
      assertThat(Scene.texts(log, pool)).isEqualTo(expected);
    }
  }

  @Test
  void doesWithoutIndexesAndBelievesNoBadOne(TensorPool pool) throws Exception {
    Path root = segmented(4);
    Path index = Scene.files(root, "*.index").getFirst();
    byte[] whole = Files.readAllBytes(index);
    for (int at = 0; at < whole.length; at++) {
      Files.write(index, Scene.flipped(whole, at, 0x40));
      requireAll(root, pool);
      Files.write(index, Arrays.copyOf(whole, at));
      requireAll(root, pool);
    }
    Files.delete(index);
    requireAll(root, pool);
    assertThat(index).hasBinaryContent(whole);
  }

  private static void requireAll(Path root, TensorPool pool) throws Exception {
    try (TopicLog log = Scene.open(root, Scene.never())) {
      assertThat(Scene.texts(log, pool)).isEqualTo(texts(0, 20));
    }
  }

  @Test
  void fallsBackToTheOlderPlaceOfADamagedCursor() throws Exception {
    Path root = forced();
    try (TopicLog log = Scene.open(root, Scene.everyWrite())) {
      log.cursor("ann").commit(2);
      log.cursor("ann").commit(4);
    }
    Path file = Scene.files(root, "*.cursor").getFirst();
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      Files.write(file, Scene.flipped(whole, at, 0x04));
      try (TopicLog log = Scene.open(root, Scene.never())) {
        assertThat(log.cursor("ann").position()).isIn(2L, 4L);
      }
      Files.write(file, Arrays.copyOf(whole, at));
      try (TopicLog log = Scene.open(root, Scene.never())) {
        assertThat(log.cursor("ann").position()).isIn(-1L, 2L, 4L);
      }
    }
  }

  @Test
  void takesNothingInsideAMessageForARecord(TensorPool pool) throws Exception {
    Path root = forced();
    byte[] segment = Files.readAllBytes(Scene.segments(root).getFirst());
    Path other = fresh();
    try (TopicLog log = Scene.open(other, Scene.never())) {
      log.append(Parts.of("t".getBytes(StandardCharsets.UTF_8), segment));
      log.append(Parts.of("end"));
    }
    try (TopicLog log = Scene.open(other, Scene.never().withSegmentBytes(256))) {
      log.append(Parts.of("next"));
    }
    Path damaged = Scene.segments(other).getFirst();
    byte[] whole = Files.readAllBytes(damaged);
    Files.write(damaged, Scene.flipped(whole, SegmentHead.BYTES, 0xFF));
    try (TopicLog log = Scene.open(other, Scene.never())) {
      assertThat(Scene.texts(log, pool)).containsExactly("-0+1", "end", "next");
    }
  }
}
