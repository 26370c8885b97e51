package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/// Four actors on one stage, each with a part, a process and a small disk of its own.
final class Cast implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final long LARGE_BYTES = 256 << 10;
  private static final long SMALL_BYTES = 4 << 10;

  // Room for what is received beside what a node leaves to others on its disk.
  private static final String MOUNT = "mount -t tmpfs -o size=40m tmpfs \"$0\" && exec \"$@\"";

  /// The part of an actor. They are started in this order, and later ones dial earlier ones.
  enum Role {
    /// Is connected and says nothing; where the stage has gossip, the others know only this one.
    IDLE(0),
    /// Takes large tensors from [#SENDER] and small ones from [#THIRD].
    RECEIVER(1),
    /// Sends large tensors to [#RECEIVER] and takes small ones from [#THIRD].
    SENDER(2),
    /// Sends small tensors to both.
    THIRD(3);

    private final int number;

    Role(int number) {
      this.number = number;
    }

    static Role of(int number) {
      return Stream.of(values()).filter(each -> each.number == number).findFirst().orElseThrow();
    }

    /// Returns the number of its host.
    int number() {
      return number;
    }

    /// Returns to whom this one sends.
    List<Role> audience() {
      return switch (this) {
        case IDLE, RECEIVER -> List.of();
        case SENDER -> List.of(RECEIVER);
        case THIRD -> List.of(RECEIVER, SENDER);
      };
    }

    /// Returns all others.
    List<Role> others() {
      return Stream.of(values()).filter(each -> each != this).toList();
    }
  }

  /// What a process holds.
  ///
  /// @param connections to all three others; two nodes that dial each other at once keep both
  /// @param threads that belong to no connection
  record Holdings(long connections, long threads, long descriptors, long poolBytes) {
    private static final long MOST_CONNECTIONS = 6;

    // What the virtual machine opens for itself when something happens the first time.
    private static final int SPARE_DESCRIPTORS = 4;
    private static final int DESCRIPTORS_EACH = 4;

    static Holdings of(JsonNode event) {
      List<String> threads = event.path("threads").valueStream().map(JsonNode::asText).toList();
      long readers = threads.stream().filter(name -> name.contains("-reader-")).count();
      long couriers = threads.stream().filter(name -> name.contains("-courier-")).count();
      return new Holdings(
          Math.max(readers, couriers),
          threads.size() - readers - couriers,
          event.path("descriptors").asLong(),
          event.path("outstanding").asLong()
              + event.path("flowing").asLong()
              + event.path("given").asLong());
    }

    boolean within(Holdings before) {
      long more = Math.max(0, connections - before.connections);
      return connections <= MOST_CONNECTIONS
          && threads <= before.threads
          && descriptors <= before.descriptors + SPARE_DESCRIPTORS + more * DESCRIPTORS_EACH
          && poolBytes == 0;
    }
  }

  private final Stage stage;
  private final Path disks;
  private final Map<Role, LineProcess> processes = new EnumMap<>(Role.class);
  private final Map<Role, UUID> ids = new EnumMap<>(Role.class);
  private final Map<Role, Integer> ports = new EnumMap<>(Role.class);
  private final Map<Role, Holdings> before = new EnumMap<>(Role.class);

  private Cast(Stage stage, Path disks) {
    this.stage = stage;
    this.disks = disks;
  }

  /// Starts the four, waits until all flows flow, and notes what each process holds.
  static Cast start(Stage stage) throws IOException, InterruptedException {
    Cast cast = new Cast(stage, Files.createTempDirectory("my-cast"));
    try {
      for (Role role : Role.values()) {
        cast.ids.put(role, UUID.randomUUID());
        cast.launch(role);
      }
      for (Role role : Role.values()) {
        for (Role other : role.others()) {
          cast.awaitUp(role, other);
        }
      }
      cast.flow();
      if (stage.shares()) {
        cast.awaitNeighbours();
      }
      cast.still();
      for (Role role : Role.values()) {
        cast.before.put(role, cast.holdings(role));
      }
      return cast;
    } catch (IOException | InterruptedException | AssertionError e) {
      cast.close();
      throw e;
    }
  }

  LineProcess process(Role role) {
    LineProcess process = processes.get(role);
    if (process == null) {
      throw new IllegalStateException(role + " was never started");
    }
    return process;
  }

  String id(Role role) {
    return String.valueOf(ids.get(role));
  }

  /// Begins all flows and waits until each has delivered.
  void flow() throws IOException, InterruptedException {
    long begin = System.currentTimeMillis();
    for (Role from : Role.values()) {
      flow(from);
    }
    for (Role from : Role.values()) {
      for (Role to : from.audience()) {
        awaitFlow(from, to, begin, PATIENCE);
      }
    }
  }

  void flow(Role from) throws IOException {
    for (Role to : from.audience()) {
      flow(from, to);
    }
  }

  void flow(Role from, Role to) throws IOException {
    long bytes = from == Role.SENDER && to == Role.RECEIVER ? LARGE_BYTES : SMALL_BYTES;
    process(from).command(Map.of("cmd", "flow", "to", id(to), "bytes", bytes));
  }

  /// Ends all flows and waits for the last deliveries.
  void still() throws IOException, InterruptedException {
    for (Role role : Role.values()) {
      ask(role, "still", "still");
    }
  }

  /// Waits until one has a connection to the other, by what it has said of them.
  void awaitLinked(Role one, Role other) throws InterruptedException {
    LineProcess process = process(one);
    int heard = process.heardSoFar();
    while (heardOf(process, "up", other) <= heardOf(process, "down", other)) {
      process.await(heard, "up", each -> isOf(each, other), PATIENCE);
      heard = process.heardSoFar();
    }
  }

  private long heardOf(LineProcess process, String event, Role other) {
    return process.heard(event).stream().filter(each -> isOf(each, other)).count();
  }

  private boolean isOf(JsonNode event, Role other) {
    return event.path("peer").asText().equals(id(other));
  }

  /// Gives a command and waits for its answer.
  JsonNode ask(Role role, String command, String answer) throws IOException, InterruptedException {
    int heard = process(role).heardSoFar();
    process(role).command(Map.of("cmd", command));
    return process(role).await(heard, answer, _ -> true, PATIENCE);
  }

  void tell(Role role, String command) throws IOException {
    process(role).command(Map.of("cmd", command));
  }

  Holdings holdings(Role role) throws IOException, InterruptedException {
    return Holdings.of(ask(role, "holdings", "holdings"));
  }

  /// Waits until a process holds no more than in the beginning; fails with what it holds.
  void requireNothingLeft(Role role) throws IOException, InterruptedException {
    Holdings least = before.get(role);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    JsonNode now = ask(role, "holdings", "holdings");
    while (!Holdings.of(now).within(least)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(role + " holds " + now + " (expected: within " + least + ")");
      }
      now = ask(role, "holdings", "holdings");
    }
  }

  /// Starts the one that was killed again, as who it was and where it was; returns when it was
  /// ready.
  long restart(Role role) throws IOException, InterruptedException {
    process(role).close();
    long ready = launch(role);
    flow(role);
    return ready;
  }

  /// Waits for a delivery that began no earlier than `since`; returns when it ended.
  long awaitFlow(Role from, Role to, long since, Duration limit) throws InterruptedException {
    return process(from)
        .await(
            "ok",
            each -> isTo(each, to) && each.path("at").asLong() - each.path("ms").asLong() >= since,
            limit)
        .path("at")
        .asLong();
  }

  /// Returns the deliveries, or with `fail` those that failed, that ended after that moment.
  List<JsonNode> ended(String event, Role from, Role to, long since) {
    return process(from).heard(event).stream()
        .filter(each -> isTo(each, to) && each.path("at").asLong() >= since)
        .toList();
  }

  /// Waits until one is told that the other is gone: by a failed delivery or the end of the
  /// connection; returns the report.
  JsonNode awaitTold(Role one, Role of, long since, Duration limit) throws InterruptedException {
    return process(one).awaitAny(each -> isLoss(each, of, since), limit);
  }

  /// Returns the reports of one that the other is gone.
  List<JsonNode> told(Role one, Role of, long since) {
    return Stream.of("fail", "down")
        .flatMap(name -> process(one).heard(name).stream())
        .filter(each -> isLoss(each, of, since))
        .toList();
  }

  private boolean isLoss(JsonNode event, Role of, long since) {
    boolean failed = event.path("event").asText().equals("fail") && isTo(event, of);
    boolean down =
        event.path("event").asText().equals("down") && event.path("peer").asText().equals(id(of));
    return (failed || down) && event.path("at").asLong() >= since;
  }

  /// Waits until all share memory with all.
  private void awaitNeighbours() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    for (Role role : Role.values()) {
      long near = 0;
      while (near < role.others().size()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError(role + " shares memory with " + near + " (expected: all)");
        }
        near = ask(role, "holdings", "holdings").path("neighbours").asLong();
      }
    }
  }

  private void awaitUp(Role one, Role other) throws InterruptedException {
    process(one).await("up", each -> each.path("peer").asText().equals(id(other)), START);
  }

  private boolean isTo(JsonNode event, Role to) {
    return event.path("to").asText().equals(id(to));
  }

  private long launch(Role role) throws IOException, InterruptedException {
    LineProcess process = LineProcess.start(command(role));
    processes.put(role, process);
    JsonNode ready = process.await("ready", START);
    ports.put(role, ready.path("port").asInt());
    return ready.path("at").asLong();
  }

  private List<String> command(Role role) throws IOException {
    Path disk = Files.createDirectories(disks.resolve(role.name()));
    Map<String, Object> part = new LinkedHashMap<>(stage.part(role));
    part.put("id", id(role));
    part.put("host", stage.host(role.number()));
    part.put("port", ports.getOrDefault(role, 0));
    part.put("peers", peers(role));
    part.put("disk", disk.toString());
    List<String> command = new ArrayList<>(stage.prefix(role.number()));
    command.addAll(List.of("unshare", "-m", "sh", "-c", MOUNT, disk.toString()));
    command.addAll(Actor.command(part));
    return command;
  }

  private List<String> peers(Role role) throws IOException {
    List<String> peers = new ArrayList<>();
    for (Role earlier : Role.values()) {
      boolean known = stage.gossips() ? earlier == Role.IDLE : true;
      if (earlier.number() < role.number() && known) {
        peers.add(stage.route(role.number(), earlier.number(), ports.getOrDefault(earlier, 0)));
      }
    }
    return peers;
  }

  @Override
  public void close() throws IOException {
    processes.values().forEach(LineProcess::close);
    for (Role role : Role.values()) {
      Files.deleteIfExists(disks.resolve(role.name()));
    }
    Files.deleteIfExists(disks);
  }
}
