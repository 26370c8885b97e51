package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.testkit.Property;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is done to a log in whatever order: it is a list.
@Timeout(120)
@ExtendWith(LeakCheck.class)
class TopicLogProperties {
  @TempDir Path parent;

  private int roots;

  /// What a log should hold.
  private static final class Model {
    final HandClock clock = HandClock.still();
    final List<String> texts = new ArrayList<>();
    final List<Instant> times = new ArrayList<>();

    Parts message(RandomGenerator random) {
      String topic = "ab".substring(random.nextInt(2)).repeat(random.nextInt(3));
      int size = random.nextInt(10) == 0 ? random.nextInt(20_000) : random.nextInt(100);
      Parts message = Parts.of(topic, Integer.toString(texts.size()), "x".repeat(size));
      texts.add(topic + "|" + message.text(1) + "|" + message.text(2));
      times.add(clock.instant());
      return message;
    }
  }

  @Test
  void itIsAList(TensorPool pool) {
    Property.check(
        60,
        random -> {
          Path root = parent.resolve("root" + roots++);
          Model model = new Model();
          LogOptions options = Scene.never().withSegmentBytes(256 + random.nextInt(20_000));
          for (int i = 0; i < 6; i++) {
            try (TopicLog log = TopicLog.open(root, Scene.NAME, options, model.clock)) {
              work(log, model, pool, random);
            }
            if (random.nextBoolean()) {
              forgetIndexes(root);
            }
          }
          Scene.delete(root);
        });
  }

  private static void forgetIndexes(Path root) throws IOException {
    for (Path index : Scene.files(root, "*.index")) {
      Files.delete(index);
    }
  }

  private static void work(TopicLog log, Model model, TensorPool pool, RandomGenerator random)
      throws Exception {
    for (int i = random.nextInt(30); i > 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> append(log, model, 1 + random.nextInt(5), random);
        case 1 -> readFrom(log, model, random.nextInt(model.texts.size() + 1), pool);
        case 2 -> readSince(log, model, pool, random);
        default -> readTopic(log, model, pool);
      }
      model.clock.advance(Duration.ofMillis(random.nextInt(3)));
    }
  }

  private static void append(TopicLog log, Model model, int count, RandomGenerator random)
      throws IOException {
    int first = model.texts.size();
    List<Parts> group = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      group.add(model.message(random));
    }
    assertThat(log.append(group)).isEqualTo(first);
  }

  private static void readFrom(TopicLog log, Model model, int from, TensorPool pool)
      throws Exception {
    try (LogReader reader = log.read(Start.at(from), TopicFilter.all(), pool)) {
      assertThat(Scene.texts(reader)).isEqualTo(model.texts.subList(from, model.texts.size()));
      assertThat(reader.position()).isEqualTo(model.texts.size());
    }
  }

  private static void readSince(TopicLog log, Model model, TensorPool pool, RandomGenerator random)
      throws Exception {
    if (model.times.isEmpty()) {
      return;
    }
    Instant since = model.times.get(random.nextInt(model.times.size()));
    int from = model.times.indexOf(since);
    try (LogReader reader = log.read(Start.since(since), TopicFilter.all(), pool)) {
      assertThat(Scene.texts(reader)).isEqualTo(model.texts.subList(from, model.texts.size()));
    }
  }

  private static void readTopic(TopicLog log, Model model, TensorPool pool) throws Exception {
    try (LogReader reader = log.read(Start.oldest(), TopicFilter.prefixes("ab"), pool)) {
      assertThat(Scene.texts(reader))
          .isEqualTo(model.texts.stream().filter(text -> text.startsWith("ab")).toList());
    }
  }
}
