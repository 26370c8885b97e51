package dev.myelin.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.myelin.it.Cast.Role;
import dev.myelin.it.Stage.Opening;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every role among four nodes meets every harm, and what became of the others is measured.
///
/// `KillMatrix full|short [FILE]` prints a table, and writes it as JSON to the file. It needs root
/// on Linux for network namespaces and small disks. Exit code 1: a promise was broken.
///
/// Promised is, for each cell: whoever has to do with the one harmed is told by a typed error
/// within 3 s of its last sign of life, or served; those who have not are undisturbed; 5 s after
/// the harm ends all is as before; no thread, descriptor or byte of tensor memory is left. To these
/// times is added what the machine itself stood still.
final class KillMatrix {
  private static final long TOLD_MILLIS = 3000;

  private static final long BACK_MILLIS = 5000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration HARMED = Duration.ofMillis(1500);
  private static final Set<String> TYPED =
      Stream.of(PeerException.class.getPermittedSubclasses())
          .map(Class::getSimpleName)
          .collect(Collectors.toSet());

  /// One role and what is done to it.
  record Cell(Role victim, Harm harm) {
    boolean isShort() {
      return switch (harm) {
        case KILL -> victim == Role.SENDER || victim == Role.RECEIVER;
        case STOP, RESET, SLOW_READER, DISK_FULL -> victim == Role.RECEIVER;
        case LINK_DOWN -> victim == Role.IDLE;
        case MUTE, DEAF -> victim == Role.THIRD;
      };
    }
  }

  /// What became of it; times in milliseconds, -1 where there is none.
  ///
  /// @param toldMillis until the last of the others was told
  /// @param backMillis from the end of the harm until everybody reached the one harmed again
  /// @param pauseMillis the longest pause among those who have nothing to do with it
  /// @param stalledMillis how long the machine itself stood still
  /// @param kinds the typed errors seen
  /// @param failure the promise that was broken; empty if none
  record Outcome(
      long toldMillis,
      long backMillis,
      long pauseMillis,
      long stalledMillis,
      Set<String> kinds,
      String failure) {}

  /// A line of the table.
  record Row(String stage, Cell cell, Outcome outcome) {
    @Override
    public String toString() {
      return "| %s | %s | %s | %s | %s | %s | %s | %d | %s |"
          .formatted(
              stage,
              cell.victim().name().toLowerCase(Locale.ROOT),
              cell.harm(),
              millis(outcome.toldMillis()),
              String.join(", ", outcome.kinds()),
              millis(outcome.backMillis()),
              millis(outcome.pauseMillis()),
              outcome.stalledMillis(),
              outcome.failure().isEmpty() ? "kept" : outcome.failure());
    }

    private static String millis(long value) {
      return value < 0 ? "" : Long.toString(value);
    }
  }

  private final boolean full;
  private final List<Row> rows = new ArrayList<>();

  private KillMatrix(boolean full) {
    this.full = full;
  }

  public static void main(String[] args) throws Exception {
    List<Row> rows = run(args.length == 0 || args[0].equals("full"));
    if (args.length > 1) {
      write(rows, Path.of(args[1]));
    }
    System.exit(broken(rows).isEmpty() ? 0 : 1);
  }

  /// Plays all cells, or a handful of them, and prints each as it is done.
  static List<Row> run(boolean full) throws IOException, InterruptedException {
    KillMatrix matrix = new KillMatrix(full);
    System.out.println(
        "| stage | who | harm | told ms | errors | back ms | others' pause ms | stalled ms | |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (Opening opening : Stage.all().toList()) {
      matrix.play(opening);
    }
    return matrix.rows;
  }

  /// Returns the lines of which a promise was broken.
  static List<Row> broken(List<Row> rows) {
    return rows.stream().filter(row -> !row.outcome().failure().isEmpty()).toList();
  }

  static void write(List<Row> rows, Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), rows);
  }

  private void play(Opening opening) throws IOException, InterruptedException {
    try (Stage stage = opening.open()) {
      List<Cell> cells = new ArrayList<>(cells(stage));
      while (!cells.isEmpty()) {
        try (Cast cast = Cast.start(stage)) {
          playUntilBroken(stage, cast, cells);
        }
        stage.heal();
      }
    }
  }

  /// Plays cells and takes them off; what a broken promise leaves behind is no place for the next.
  private void playUntilBroken(Stage stage, Cast cast, List<Cell> cells)
      throws IOException, InterruptedException {
    boolean unbroken = true;
    while (unbroken && !cells.isEmpty()) {
      Cell cell = cells.removeFirst();
      Outcome outcome = new Scene(stage, cast, cell).play();
      Row row = new Row(stage.title(), cell, outcome);
      rows.add(row);
      System.out.println(row);
      unbroken = outcome.failure().isEmpty();
    }
  }

  private List<Cell> cells(Stage stage) {
    return Stream.of(Harm.values())
        .flatMap(harm -> Stream.of(Role.values()).map(role -> new Cell(role, harm)))
        .filter(cell -> stage.knows(cell.victim(), cell.harm()))
        .filter(cell -> full || cell.isShort())
        .toList();
  }

  /// One cell being played.
  private static final class Scene {
    private final Stage stage;
    private final Cast cast;
    private final Role victim;
    private final Harm harm;
    private final Set<String> kinds = new TreeSet<>();
    private long told = -1;
    private long back = -1;
    private long pause = -1;

    Scene(Stage stage, Cast cast, Cell cell) {
      this.stage = stage;
      this.cast = cast;
      this.victim = cell.victim();
      this.harm = cell.harm();
    }

    Outcome play() throws IOException, InterruptedException {
      try (Stalls stalls = Stalls.watching()) {
        String failure = "";
        try {
          play(stalls);
        } catch (AssertionError e) {
          failure = String.valueOf(e.getMessage()).lines().findFirst().orElse("broken");
          System.out.println(e.getMessage());
        }
        return new Outcome(told, back, pause, stalls.millis(), kinds, failure);
      }
    }

    private void play(Stalls stalls) throws IOException, InterruptedException {
      cast.flow();
      long begin = System.currentTimeMillis();
      long harmed = harm();
      awaitTold(begin, harmed);
      long healed = heal();
      awaitBack(healed);
      long end = System.currentTimeMillis();
      requireOthersUndisturbed(begin, end);
      cast.still();
      requireTyped(begin, stalls);
      require("told", told, TOLD_MILLIS + stalls.millis());
      require("back", back, BACK_MILLIS + stalls.millis());
      require("pause of the others", pause, TOLD_MILLIS + stalls.millis());
      for (Role role : Role.values()) {
        cast.requireNothingLeft(role);
      }
    }

    /// Does the harm; returns when it was done.
    private long harm() throws IOException, InterruptedException {
      switch (harm) {
        case KILL -> cast.process(victim).signal("KILL");
        case STOP -> cast.process(victim).signal("STOP");
        case DISK_FULL -> cast.ask(victim, "fill", "filled");
        case SLOW_READER -> {
          cast.tell(victim, "hold");
          stage.harm(victim, harm);
        }
        case LINK_DOWN, MUTE, DEAF, RESET -> stage.harm(victim, harm);
      }
      long done = System.currentTimeMillis();
      stage.awaitHarm(harm);
      return done;
    }

    /// Waits until all that must know do; lets other harm last for a while.
    private void awaitTold(long begin, long harmed) throws InterruptedException {
      boolean declines = harm == Harm.DISK_FULL && victim == Role.RECEIVER && stage.stores();
      if (harm.silences() || declines) {
        for (Role other : declines ? List.of(Role.SENDER, Role.THIRD) : victim.others()) {
          JsonNode report = cast.awaitTold(other, victim, begin, PATIENCE);
          told = Math.max(told, Math.max(0, report.path("at").asLong() - harmed));
        }
      } else if (harm != Harm.RESET) {
        cast.process(victim).expectNone(cast.process(victim).heardSoFar(), "down", HARMED);
      }
    }

    /// Ends the harm; returns when it ended.
    private long heal() throws IOException, InterruptedException {
      long now = System.currentTimeMillis();
      switch (harm) {
        case KILL -> {
          return cast.restart(victim);
        }
        case STOP -> cast.process(victim).signal("CONT");
        case DISK_FULL -> cast.tell(victim, "empty");
        case SLOW_READER -> {
          cast.tell(victim, "go");
          stage.heal();
        }
        case LINK_DOWN, MUTE, DEAF, RESET -> stage.heal();
      }
      return now;
    }

    private void awaitBack(long healed) throws IOException, InterruptedException {
      if (victim == Role.IDLE) {
        for (Role from : List.of(Role.SENDER, Role.THIRD)) {
          cast.flow(from, victim);
          awaitBack(from, victim, healed);
        }
      }
      for (Role from : Role.values()) {
        for (Role to : from.audience()) {
          if (from == victim || to == victim) {
            awaitBack(from, to, healed);
          }
        }
      }
      // Nobody is told of the loss of one whom it has not found again: the next scene waits for
      // all.
      for (Role other : victim.others()) {
        cast.awaitLinked(other, victim);
        cast.awaitLinked(victim, other);
      }
    }

    private void awaitBack(Role from, Role to, long healed) throws InterruptedException {
      back = Math.max(back, cast.awaitFlow(from, to, healed, PATIENCE) - healed);
    }

    private void requireOthersUndisturbed(long begin, long end) throws InterruptedException {
      for (Role from : victim.others()) {
        for (Role to : from.audience()) {
          if (to != victim) {
            cast.awaitFlow(from, to, end, PATIENCE);
            pause = Math.max(pause, longestPause(from, to, begin, end));
            requireNone(cast.ended("fail", from, to, begin));
          }
        }
      }
    }

    private long longestPause(Role from, Role to, long begin, long end) {
      long last = begin;
      long longest = 0;
      for (JsonNode each : cast.ended("ok", from, to, begin)) {
        longest = Math.max(longest, each.path("at").asLong() - last);
        last = each.path("at").asLong();
      }
      return Math.max(longest, end - last);
    }

    private void requireTyped(long begin, Stalls stalls) {
      for (Role role : Role.values()) {
        requireNone(cast.process(role).heard("wrong"));
        requireNone(cast.process(role).heard("confused"));
        for (Role other : role.others()) {
          requireTyped(cast.ended("fail", role, other, begin), role, stalls);
        }
      }
      boolean harmless = harm == Harm.SLOW_READER || harm == Harm.DISK_FULL;
      for (Role other : victim.others()) {
        List<JsonNode> losses = cast.told(other, victim, begin);
        if (harmless) {
          requireNone(losses.stream().filter(Scene::isDown).toList());
        }
      }
    }

    private void requireTyped(List<JsonNode> failures, Role from, Stalls stalls) {
      for (JsonNode each : failures) {
        kinds.add(each.path("kind").asText());
        if (!TYPED.contains(each.path("kind").asText())) {
          throw new AssertionError("not typed: " + each);
        }
        if (from != victim && harm != Harm.SLOW_READER) {
          require("a call", each.path("ms").asLong(), TOLD_MILLIS + stalls.millis());
        }
      }
    }

    private static boolean isDown(JsonNode event) {
      return event.path("event").asText().equals("down");
    }

    private static void requireNone(List<JsonNode> events) {
      if (!events.isEmpty()) {
        throw new AssertionError("should not have been: " + events.getFirst());
      }
    }

    private static void require(String what, long millis, long most) {
      if (millis > most) {
        throw new AssertionError(what + ": " + millis + " ms (expected: <= " + most + " ms)");
      }
    }
  }
}
