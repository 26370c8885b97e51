package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.PeerStats;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pattern.Puller;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Requester;
import dev.myelin.net.pattern.SocketStats;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.net.pipe.SocketOptions.Queues;
import dev.myelin.wire.parts.Parts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every harm to one of two peers of a pattern, and every message counted: what is promised comes,
/// nothing comes twice, and what may fall is counted.
@Timeout(120)
class PatternHarmChaosIT {
  private static final int ASKERS = 4;
  private static final int SOME = 5;
  private static final int MANY = 200;
  private static final byte[] PADDING = new byte[4000];
  private static final Duration PATIENT = Duration.ofSeconds(6);

  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private volatile boolean enough;
  private PatternGround ground;
  private Messaging messaging;

  /// A way to a socket, and what is done to whoever came by it.
  record Cell(PatternGround.Way way, Harm harm) {
    @Override
    public String toString() {
      return way + ": " + harm;
    }
  }

  static Stream<Cell> cells() {
    return Arrays.stream(PatternGround.Way.values())
        .flatMap(way -> way.harms().stream().map(harm -> new Cell(way, harm)));
  }

  @BeforeAll
  @Timeout(300)
  static void preparePython() throws Exception {
    Python.program();
  }

  private void open(Cell cell) throws Exception {
    ground = cell.way().open();
    messaging = ground.messaging();
  }

  @AfterEach
  void close() {
    ground.close();
  }

  /// Few in each queue, and little in the kernel, so that queues are full when the harm comes.
  private static SocketOptions few() {
    SocketOptions plain = SocketOptions.defaults();
    return plain
        .queues(new Queues(20, 20, 64 << 20, 64 << 10, 64 << 10))
        .waits(plain.waits().calls(Party.SOON, Party.SOON));
  }

  private static Parts message(int number) {
    return Parts.of(Integer.toString(number)).plus(PADDING);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void answersEveryQuestionOnceThoughOneReplierIsHarmed(Cell cell) throws Exception {
    open(cell);
    Requester.Patience again = Requester.Patience.numbered(20, Duration.ofMinutes(1));
    try (Requester requester = messaging.requester(few(), again);
        Replier good = messaging.replier(few())) {
      String at = requester.bind(ground.endpoint());
      try (HarmedPeer harmed = ground.harmed("REP", at, cell.harm())) {
        good.onRequest(request -> request.reply(request.take()));
        good.connect(at);
        harmed.echo();
        assertThat(requester.awaitPeers(2, Party.SOON)).isTrue();
        List<Thread> askers = IntStream.range(0, ASKERS).mapToObj(_ -> ask(requester)).toList();
        HarmedPeer.awaitUntil("it never answers", () -> harmed.echoed() > SOME);
        harmed.suffer();
        harmed.awaitSuffered();
        awaitGone(requester, harmed);
        awaitMore(answered, MANY);
        int before = harmed.echoed();
        if (harmed.heal()) {
          HarmedPeer.awaitUntil("it does not return", () -> harmed.echoed() > before + SOME);
        }
        end(askers);
      }
    }
    assertThat(answered).hasValue(number.get());
  }

  private Thread ask(Requester requester) {
    return begin(
        () -> {
          while (!enough) {
            int mine = number.incrementAndGet();
            try (Parts reply = requester.request(message(mine))) {
              assertThat(reply.text(0)).isEqualTo(Integer.toString(mine));
              assertThat(reply.size(1)).isEqualTo(PADDING.length);
              answered.incrementAndGet();
            }
          }
        });
  }

  /// Lost is at most what had begun to leave to the one harmed: all that came first into its queue.
  @ParameterizedTest
  @MethodSource("cells")
  void losesNoWorkButWhatHadLeftToAHarmedPuller(Cell cell) throws Exception {
    open(cell);
    List<Integer> good = new CopyOnWriteArrayList<>();
    try (Pusher pusher = messaging.pusher(few());
        Puller puller = messaging.puller(few())) {
      String at = pusher.bind(ground.endpoint());
      try (HarmedPeer harmed = ground.harmed("PULL", at, cell.harm())) {
        harmed.receive();
        puller.connect(at);
        assertThat(pusher.awaitPeers(2, Party.SOON)).isTrue();
        Thread taker = begin(() -> takeAll(puller, good));
        Thread giver = begin(() -> pushAll(pusher));
        HarmedPeer.awaitUntil("it never takes", () -> harmed.taken().size() > SOME);
        harmed.suffer();
        harmed.awaitSuffered();
        awaitGone(pusher, harmed);
        int safe = number.get() + 2; // one may be about to be pushed
        awaitMore(number, MANY);
        if (harmed.heal()) {
          int healed = number.get();
          HarmedPeer.awaitUntil(
              "it does not return", () -> harmed.taken().stream().anyMatch(each -> each > healed));
        }
        end(List.of(giver));
        Set<Integer> promised = numbers(harmed.isLost() ? safe : 1);
        HarmedPeer.awaitUntil(
            "work is missing", () -> union(good, harmed.taken()).containsAll(promised));
        assertCounted(pusher.stats(), number.get());
        interrupt(taker);
        assertOnlyTheFirstAreLost(good, harmed.taken());
      }
    }
  }

  private void pushAll(Pusher pusher) throws Exception {
    while (!enough) {
      pusher.push(message(number.incrementAndGet()));
    }
  }

  private static void takeAll(Puller puller, List<Integer> got) throws Exception {
    while (!Thread.currentThread().isInterrupted()) {
      try (Parts message = puller.pull()) {
        got.add(Integer.parseInt(message.text(0)));
      }
    }
  }

  private Set<Integer> numbers(int from) {
    Set<Integer> all = new HashSet<>();
    IntStream.rangeClosed(from, number.get()).forEach(all::add);
    return all;
  }

  private static Set<Integer> union(List<Integer> some, List<Integer> others) {
    Set<Integer> all = new HashSet<>(some);
    all.addAll(others);
    return all;
  }

  private static void assertCounted(SocketStats stats, int pushed) {
    assertThat(stats.sentMessages()).isEqualTo(pushed);
    assertThat(stats.dropped()).isZero();
  }

  /// What the good puller got late was given to it after the other was lost.
  private void assertOnlyTheFirstAreLost(List<Integer> good, List<Integer> harmed) {
    List<Integer> all = new ArrayList<>(good);
    all.addAll(harmed);
    assertThat(all).doesNotHaveDuplicates();
    Set<Integer> lost = numbers(1);
    lost.removeAll(new HashSet<>(all));
    int most = lost.stream().max(Integer::compare).orElse(0);
    int newest = 0;
    for (int each : good) {
      if (each < newest) {
        assertThat(each)
            .as("given to another, though earlier ones had not left")
            .isGreaterThan(most);
      }
      newest = Math.max(newest, each);
    }
  }

  /// Each publication to each subscriber is sent or dropped, and counted as that, whatever happens.
  @ParameterizedTest
  @MethodSource("cells")
  void countsWhatItPublishesToAHarmedSubscriber(Cell cell) throws Exception {
    open(cell);
    SocketOptions few = few().waits(few().waits().heartbeat(Duration.ofMillis(500), PATIENT));
    List<Integer> got = new CopyOnWriteArrayList<>();
    try (Publisher publisher = messaging.publisher(few);
        Subscriber good = messaging.subscriber(few)) {
      String at = publisher.bind(ground.endpoint());
      good.subscribe("t.");
      good.connect(at);
      assertThat(publisher.awaitSubscribers(1, Party.SOON)).isTrue();
      String remote = publisher.peerStats().getFirst().remote();
      try (HarmedPeer harmed = ground.harmed("SUB", at, cell.harm())) {
        assertThat(publisher.awaitSubscribers(2, Party.SOON)).isTrue();
        Thread taker = begin(() -> takeAll(good, got));
        int first = publishUntilDropped(publisher, remote);
        assertThat(sentOrDropped(publisher)).isEqualTo(2L * first);
        harmed.suffer();
        harmed.receive();
        harmed.awaitSuffered();
        awaitGone(publisher, harmed);
        HarmedPeer.awaitUntil(
            "what had not left counts nowhere", () -> sentOrDropped(publisher) == 2L * first);
        publish(publisher, MANY);
        int peers = harmed.isLost() ? 1 : 2;
        assertThat(sentOrDropped(publisher)).isEqualTo(2L * first + (long) peers * MANY);
        if (harmed.heal()) {
          comesBack(publisher, harmed);
        }
        long forIt = number.get() - droppedTo(publisher, remote);
        HarmedPeer.awaitUntil("sent, but not there", () -> got.size() == forIt);
        interrupt(taker);
        assertRising(got);
        assertRising(harmed.taken());
      }
    }
    assertThat(failures).isEmpty();
  }

  /// Publishes more than the one that does not read has room for; returns how many.
  private int publishUntilDropped(Publisher publisher, String good) {
    HarmedPeer.awaitUntil(
        "nothing is dropped",
        () -> {
          publish(publisher, SOME);
          return publisher.peerStats().stream()
              .anyMatch(each -> !each.remote().equals(good) && each.dropped() > SOME);
        });
    return number.get();
  }

  private void publish(Publisher publisher, int count) {
    for (int i = 0; i < count; i++) {
      publisher.publish(Parts.of("t.", "" + number.incrementAndGet()).plus(PADDING));
    }
  }

  private void comesBack(Publisher publisher, HarmedPeer harmed) throws Exception {
    assertThat(publisher.awaitSubscribers(2, Party.SOON)).isTrue();
    int healed = number.get();
    HarmedPeer.awaitUntil(
        "it does not return",
        () -> {
          publish(publisher, 1);
          return harmed.taken().stream().anyMatch(each -> each > healed);
        });
  }

  private static long sentOrDropped(PatternSocket socket) {
    SocketStats stats = socket.stats();
    return stats.sentMessages() + stats.dropped();
  }

  private static long droppedTo(Publisher publisher, String remote) {
    return publisher.peerStats().stream()
        .filter(each -> each.remote().equals(remote))
        .mapToLong(PeerStats::dropped)
        .sum();
  }

  private static void takeAll(Subscriber subscriber, List<Integer> got) throws Exception {
    while (!Thread.currentThread().isInterrupted()) {
      try (Parts message = subscriber.receive()) {
        got.add(Integer.parseInt(message.text(1)));
      }
    }
  }

  private static void assertRising(List<Integer> numbers) {
    assertThat(numbers).isSorted().doesNotHaveDuplicates();
  }

  // What all of them need.

  private interface Work {
    void run() throws Exception;
  }

  private Thread begin(Work work) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (Exception | AssertionError e) {
                failures.add(e);
              }
            });
  }

  private void end(List<Thread> threads) throws Exception {
    enough = true;
    for (Thread each : threads) {
      assertThat(each.join(Party.SOON)).isTrue();
    }
    assertThat(failures).isEmpty();
  }

  private static void interrupt(Thread thread) throws InterruptedException {
    thread.interrupt();
    assertThat(thread.join(Party.SOON)).isTrue();
  }

  private static void awaitGone(PatternSocket socket, HarmedPeer harmed) {
    if (harmed.isLost()) {
      HarmedPeer.awaitUntil("nobody notices", () -> socket.peers() == 1);
    }
  }

  private static void awaitMore(AtomicInteger counter, int more) {
    int before = counter.get();
    HarmedPeer.awaitUntil("it does not go on", () -> counter.get() >= before + more);
  }
}
