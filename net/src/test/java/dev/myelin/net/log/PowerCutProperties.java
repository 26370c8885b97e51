package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.Property;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The power goes, and of what was not forced the device has some sectors and not others.
@Timeout(120)
@ExtendWith(LeakCheck.class)
class PowerCutProperties {
  @TempDir Path parent;

  private int roots;

  private static Parts message(RandomGenerator random, int number) {
    return Parts.of("t", number + "-" + "x".repeat(random.nextInt(200)));
  }

  @Test
  void nothingIsLostOrMadeUpOfWhatAnAppendReturnedFor(TensorPool pool) {
    Property.check(
        150,
        random -> {
          Path root = parent.resolve("root" + roots++);
          List<String> kept = new ArrayList<>();
          LogOptions options = Scene.everyWrite().withSegmentBytes(256 + random.nextInt(2000));
          for (int i = 1 + random.nextInt(4); i > 0; i--) {
            ForgetfulStorage storage = new ForgetfulStorage();
            List<Parts> lost = append(root, options, storage, random, kept);
            storage.cutPower(random);
            try (TopicLog log = Scene.open(root, Scene.never())) {
              List<String> found = Scene.texts(log, pool);
              assertThat(found).hasSizeBetween(kept.size(), kept.size() + lost.size());
              int more = found.size() - kept.size();
              lost.stream().limit(more).forEach(each -> kept.add("t|" + each.text(1)));
              assertThat(found).isEqualTo(kept);
            }
          }
          Scene.delete(root);
        });
  }

  /// Appends some messages that are forced, and then some that are not because the power goes.
  private static List<Parts> append(
      Path root,
      LogOptions options,
      ForgetfulStorage storage,
      RandomGenerator random,
      List<String> kept)
      throws IOException {
    TopicLog log = TopicLog.open(root, Scene.NAME, options, HandClock.still(), storage);
    for (int i = random.nextInt(12); i > 0; i--) {
      Parts message = message(random, i);
      log.append(message);
      kept.add("t|" + message.text(1));
    }
    storage.lastForceIsOver();
    List<Parts> lost = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      lost.add(message(random, i));
    }
    try {
      log.append(lost);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("power");
    }
    log.close();
    return lost;
  }

  @Test
  void whatIsLeftOfALogThatNeverForcesIsNeverMadeUp(TensorPool pool) {
    Property.check(
        100,
        random -> {
          Path root = parent.resolve("root" + roots++);
          LogOptions options = Scene.never().withSegmentBytes(256 + random.nextInt(2000));
          ForgetfulStorage storage = new ForgetfulStorage();
          List<String> appended = new ArrayList<>();
          try (TopicLog log =
              TopicLog.open(root, Scene.NAME, options, HandClock.still(), storage)) {
            for (int i = 0; i < 20; i++) {
              Parts message = message(random, i);
              log.append(message);
              appended.add("t|" + message.text(1));
            }
          }
          storage.cutPower(random);
          try (TopicLog log = Scene.open(root, options)) {
            for (String found : Scene.texts(log, pool)) {
              assertThat(found.startsWith("-") || appended.contains(found)).isTrue();
            }
          }
          Scene.delete(root);
        });
  }
}
