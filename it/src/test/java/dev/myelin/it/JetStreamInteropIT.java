package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.log.JetStreamOptions;
import dev.myelin.net.log.JetStreamTopics;
import dev.myelin.net.log.LogException;
import dev.myelin.net.log.LogOptions;
import dev.myelin.net.log.Reading;
import dev.myelin.net.log.Retention;
import dev.myelin.net.log.Start;
import dev.myelin.net.log.TopicFilter;
import dev.myelin.net.log.TopicLog;
import dev.myelin.net.log.TopicReader;
import dev.myelin.net.log.TopicStore;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Topics on a server of NATS, and the same on a log of our own.
@Timeout(120)
@ExtendWith(LeakCheck.class)
class JetStreamInteropIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration BRIEFLY = Duration.ofMillis(50);

  @TempDir Path folder;

  private NatsServer server;

  /// Who keeps the topics.
  enum Keeper {
    LOG,
    JETSTREAM
  }

  @BeforeEach
  void startServer() throws Exception {
    server = NatsServer.start(folder.resolve("nats"));
  }

  @AfterEach
  void endServer() throws Exception {
    server.stop();
  }

  private JetStreamOptions options() {
    return JetStreamOptions.of(server.address(), "events").withRetention(Retention.unlimited());
  }

  private TopicStore open(Keeper keeper) throws Exception {
    return switch (keeper) {
      case LOG ->
          TopicLog.open(
              folder.resolve("logs"), "events", LogOptions.defaults(), InstantSource.system());
      case JETSTREAM -> JetStreamTopics.open(options());
    };
  }

  private static void append(TopicStore store, int from, int upTo) throws Exception {
    for (int i = from; i < upTo; i++) {
      assertThat(store.append(Parts.of("t" + i % 2, Integer.toString(i)))).isEqualTo(i);
    }
  }

  private static List<String> expected(int from, int upTo) {
    return IntStream.range(from, upTo).mapToObj(i -> "t" + i % 2 + "|" + i).toList();
  }

  private static List<String> read(TopicReader reader, int count) throws Exception {
    List<String> texts = new ArrayList<>();
    while (texts.size() < count) {
      if (!(reader.next(SOON) instanceof Reading.Kept kept)) {
        throw new AssertionError("no message at " + reader.position());
      }
      try (Parts parts = kept.parts()) {
        texts.add(parts.text(0) + "|" + parts.text(1));
      }
    }
    assertThat(reader.next(BRIEFLY)).isNull();
    return texts;
  }

  @ParameterizedTest
  @EnumSource(Keeper.class)
  void readsFromEveryStart(Keeper keeper, TensorPool pool) throws Exception {
    try (TopicStore store = open(keeper);
        TopicReader before = store.read(Start.end(), TopicFilter.all(), pool)) {
      assertThat(store.oldest()).isZero();
      append(store, 0, 20);
      assertThat(store.next()).isEqualTo(20);
      assertThat(read(before, 20)).isEqualTo(expected(0, 20));
      try (TopicReader all = store.read(Start.oldest(), TopicFilter.all(), pool);
          TopicReader some = store.read(Start.at(13), TopicFilter.all(), pool)) {
        Reading tenth = null;
        for (int i = 0; i <= 10; i++) {
          tenth = all.next(SOON);
        }
        Instant time = ((Reading.Kept) tenth).time();
        assertThat(read(some, 7)).isEqualTo(expected(13, 20));
        try (TopicReader late = store.read(Start.since(time), TopicFilter.all(), pool)) {
          assertThat(((Reading.Kept) late.next(SOON)).offset()).isBetween(0L, 10L);
        }
      }
      assertThatThrownBy(() -> store.read(Start.at(21), TopicFilter.all(), pool))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Keeper.class)
  void keepsMessagesWhenItIsClosedAndOpenedAgain(Keeper keeper, TensorPool pool) throws Exception {
    for (int i = 0; i < 3; i++) {
      try (TopicStore store = open(keeper)) {
        append(store, 10 * i, 10 * i + 10);
      }
    }
    try (TopicStore store = open(keeper);
        TopicReader odd = store.read(Start.oldest(), TopicFilter.prefixes("t1"), pool)) {
      assertThat(read(odd, 15))
          .containsExactlyElementsOf(
              expected(0, 30).stream().filter(text -> text.startsWith("t1")).toList());
    }
  }

  @ParameterizedTest
  @EnumSource(Keeper.class)
  void keepsGroupsAndPartsOfAnySize(Keeper keeper, TensorPool pool) throws Exception {
    try (TopicStore store = open(keeper);
        Tensor large = pool.allocate(DType.U8, Shape.of(500_000))) {
      large.segment().fill((byte) 7);
      Parts message = Parts.of("a", "").plus(large);
      assertThat(store.append(List.of(Parts.of("first"), message))).isZero();
      try (TopicReader reader = store.read(Start.at(1), TopicFilter.all(), pool);
          Parts found = ((Reading.Kept) reader.next(SOON)).parts()) {
        assertThat(found.count()).isEqualTo(3);
        assertThat(found.text(0)).isEqualTo("a");
        assertThat(found.size(1)).isZero();
        assertThat(found.segment(2).mismatch(large.segment())).isEqualTo(-1);
      }
    }
  }

  @Test
  void refusesAMessageLargerThanTheServerTakes() throws Exception {
    try (TopicStore store = open(Keeper.JETSTREAM)) {
      assertThatThrownBy(() -> store.append(Parts.of(new byte[2 << 20])))
          .isInstanceOf(LogException.TooLarge.class)
          .hasMessageContaining("2097164 bytes (expected: <= 1048576)");
      append(store, 0, 1);
    }
  }

  @Test
  void tellsHowManyMessagesRetentionTook(TensorPool pool) throws Exception {
    JetStreamOptions few = options().withRetention(new Retention(10_000, Duration.ofHours(1)));
    try (TopicStore store = JetStreamTopics.open(few)) {
      assertThat(store.retention()).isEqualTo(few.retention());
      for (int i = 0; i < 100; i++) {
        store.append(Parts.of("t", "x".repeat(1000)));
      }
      long oldest = store.oldest();
      assertThat(oldest).isPositive();
      try (TopicReader reader = store.read(Start.at(0), TopicFilter.all(), pool)) {
        assertThat(reader.next(SOON))
            .isEqualTo(new Reading.Lost(0, oldest, Reading.Cause.RETENTION));
        assertThat(read(reader, (int) (100 - oldest))).hasSize((int) (100 - oldest));
      }
    }
  }

  @Test
  void losesAndDoublesNothingWhenTheServerIsKilled(TensorPool pool) throws Exception {
    try (TopicStore store = open(Keeper.JETSTREAM);
        TopicReader reader = store.read(Start.oldest(), TopicFilter.all(), pool)) {
      append(store, 0, 50);
      server.killAndRestart();
      append(store, 50, 100);
      assertThat(read(reader, 100)).isEqualTo(expected(0, 100));
    }
  }

  @Test
  void tellsOfAMessageThatIsNotOne(TensorPool pool) throws Exception {
    try (TopicStore store = open(Keeper.JETSTREAM);
        TopicReader reader = store.read(Start.oldest(), TopicFilter.all(), pool)) {
      Connection stranger = Nats.connect(server.address());
      try {
        stranger.jetStream().publish("myelin.events", "hello".getBytes(StandardCharsets.UTF_8));
      } finally {
        stranger.close();
      }
      assertThat(store.append(Parts.of("t1", "1"))).isEqualTo(1);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> reader.next(SOON))
            .isInstanceOf(LogException.Corrupt.class)
            .hasMessageContaining("stream events");
      }
      assertThat(reader.passDamage()).isEqualTo(new Reading.Lost(0, 1, Reading.Cause.DAMAGE));
      assertThat(read(reader, 1)).containsExactly("t1|1");
      assertThat(reader.passDamage()).isNull();
    }
  }
}
