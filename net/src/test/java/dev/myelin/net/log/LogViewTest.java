package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A log looked at while another process, or nobody, has it open.
@Timeout(120)
@ExtendWith(LeakCheck.class)
class LogViewTest {
  @TempDir Path root;

  private final HandClock clock = HandClock.still();

  private LogView view() throws IOException {
    return LogView.open(root, Scene.NAME);
  }

  private TopicLog open(LogOptions options) throws IOException {
    return TopicLog.open(root, Scene.NAME, options, clock);
  }

  private static void append(TopicLog log, int from, int upTo) throws IOException {
    for (int i = from; i < upTo; i++) {
      assertThat(log.append(Parts.of("t", Integer.toString(i)))).isEqualTo(i);
    }
  }

  private static List<String> texts(LogView view, Start start, TensorPool pool) throws Exception {
    try (TopicReader reader = view.read(start, TopicFilter.all(), pool)) {
      return Scene.texts(reader);
    }
  }

  private static List<String> expected(int from, int upTo) {
    return IntStream.range(from, upTo).mapToObj(i -> "t|" + i).toList();
  }

  @Test
  void showsALogThatIsOpenAndThatGrows(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never().withSegmentBytes(400));
        LogView view = view()) {
      assertThat(view.next()).isZero();
      append(log, 0, 50);
      view.look();
      assertThat(view.isOpenElsewhere()).isTrue();
      assertThat(view.segments()).isEqualTo(Scene.segments(root).size()).isGreaterThan(5);
      assertThat(view.bytes()).isEqualTo(log.bytes());
      assertThat(view.tornBytes()).isZero();
      assertThat(texts(view, Start.oldest(), pool)).isEqualTo(expected(0, 50));
      append(log, 50, 120);
      assertThat(texts(view, Start.at(40), pool)).isEqualTo(expected(40, 120));
      assertThat(view.next()).isEqualTo(120);
      assertThat(view.bytes()).isEqualTo(log.bytes());
    }
  }

  @Test
  void tellsWhenItsMessagesCameAndBeginsAtATime(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never().withSegmentBytes(400));
        LogView view = view()) {
      assertThat(view.oldestTime()).isEmpty();
      for (int i = 0; i < 60; i++) {
        append(log, i, i + 1);
        clock.advance(Duration.ofSeconds(1));
      }
      view.look();
      assertThat(view.oldestTime()).contains(clock.instant().minusSeconds(60));
      assertThat(view.newestTime()).contains(clock.instant().minusSeconds(1));
      Start halfAMinute = Start.since(clock.instant().minusSeconds(30));
      assertThat(texts(view, halfAMinute, pool)).isEqualTo(expected(30, 60));
      assertThat(texts(view, Start.end(), pool)).isEmpty();
    }
  }

  @Test
  void countsATornEndAndShowsWhatIsBeforeIt(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never())) {
      append(log, 0, 10);
    }
    Path segment = Scene.segments(root).getLast();
    byte[] before = Files.readAllBytes(segment);
    Files.write(segment, new byte[37], StandardOpenOption.APPEND);
    try (LogView view = view()) {
      assertThat(view.isOpenElsewhere()).isFalse();
      assertThat(view.tornBytes()).isEqualTo(37);
      assertThat(view.bytes()).isEqualTo(before.length);
      assertThat(texts(view, Start.oldest(), pool)).isEqualTo(expected(0, 10));
      assertThat(Files.size(segment)).isEqualTo(before.length + 37L); // nothing was cut off
      try (TopicLog log = open(Scene.never())) {
        append(log, 10, 20);
        assertThat(texts(view, Start.at(5), pool)).isEqualTo(expected(5, 20));
        assertThat(view.tornBytes()).isZero();
      }
    }
  }

  @Test
  void waitsForARecordOfWhichOnlyAPartIsThere(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never())) {
      append(log, 0, 3);
    }
    Path segment = Scene.segments(root).getLast();
    byte[] whole = Files.readAllBytes(segment);
    for (int torn = 1; torn < whole.length / 4; torn += 7) {
      byte[] part = new byte[whole.length - torn];
      System.arraycopy(whole, 0, part, 0, part.length);
      Files.write(segment, part);
      try (LogView view = view();
          TopicReader reader = view.read(Start.at(2), TopicFilter.all(), pool)) {
        assertThat(view.next()).as("%s bytes torn", torn).isEqualTo(2);
        assertThat(reader.next(Scene.NOW)).isNull();
        Files.write(segment, whole);
        assertThat(Scene.texts(reader)).isEqualTo(expected(2, 3));
      }
    }
  }

  @Test
  void saysWhatRetentionTookMeanwhile(TensorPool pool) throws Exception {
    LogOptions few = Scene.never().withSegmentBytes(400);
    try (TopicLog log = open(few.withRetention(new Retention(1000, Duration.ofDays(1))));
        LogView view = view()) {
      append(log, 0, 5);
      try (TopicReader reader = view.read(Start.oldest(), TopicFilter.all(), pool)) {
        append(log, 5, 100);
        assertThat(reader.next(Scene.SOON))
            .isEqualTo(new Reading.Lost(0, log.oldest(), Reading.Cause.RETENTION));
        assertThat(Scene.texts(reader)).isEqualTo(expected((int) log.oldest(), 100));
      }
      assertThat(view.oldest()).isEqualTo(log.oldest());
    }
  }

  @Test
  void leavesNoFileBehind(TensorPool pool) throws Exception {
    try (TopicLog log = open(Scene.never().withSegmentBytes(400))) {
      append(log, 0, 50);
    }
    for (Path index : Scene.files(root, "*.index")) {
      Files.delete(index);
    }
    List<Path> before = Scene.files(root, "*");
    try (LogView view = view()) {
      assertThat(texts(view, Start.at(7), pool)).isEqualTo(expected(7, 50));
      assertThat(view.oldestTime()).isPresent();
    }
    assertThat(Scene.files(root, "*")).isEqualTo(before);
  }

  @Test
  void keepsNobodyFromOpeningTheLog() throws Exception {
    open(Scene.never()).close();
    try (LogView view = view()) {
      for (int i = 0; i < 20; i++) {
        FutureTask<Boolean> looks = new FutureTask<>(view::isOpenElsewhere);
        Thread.ofPlatform().start(looks);
        open(Scene.never()).close();
        looks.get();
      }
      assertThat(view.isOpenElsewhere()).isFalse();
    }
  }

  @Test
  void refusesAFolderWithoutALog() {
    assertThatThrownBy(this::view).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void followsAProcessThatAppendsUntilItIsKilled(TensorPool pool) throws Exception {
    open(Scene.never()).close();
    Process process = KilledProcessTest.start(root);
    try (LogView view = view();
        TopicReader reader = view.read(Start.oldest(), TopicFilter.all(), pool)) {
      for (int i = 0; i < 300; i++) {
        KilledProcessTest.require(Scene.kept(reader, Scene.SOON), i);
        if (i == 100) {
          assertThatThrownBy(() -> open(Scene.never())).isInstanceOf(LogException.InUse.class);
        }
      }
      process.destroyForcibly().waitFor();
      view.look();
      assertThat(view.isOpenElsewhere()).isFalse();
      long seen = view.next();
      try (TopicLog log = open(Scene.everyWrite())) {
        assertThat(log.next()).isEqualTo(seen);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
