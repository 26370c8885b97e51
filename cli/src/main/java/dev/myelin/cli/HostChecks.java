package dev.myelin.cli;

import dev.myelin.net.Node;
import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the doctor looks at on the machine itself: key, clock, descriptors, memory, state folder.
final class HostChecks {
  private static final int STRONG_KEY_BYTES = 32;
  private static final int WEAK_KEY_BYTES = 16;
  private static final long FEW_DESCRIPTORS = 4_096;
  private static final Instant TOO_EARLY = Instant.parse("2025-09-01T00:00:00Z");
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

  private final Settings settings;
  private final Shell shell;

  HostChecks(Settings settings, Shell shell) {
    this.settings = settings;
    this.shell = shell;
  }

  List<Finding> findings() throws IOException {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            "java",
            Runtime.version()
                + ", "
                + Words.count(Runtime.getRuntime().availableProcessors(), "processor")));
    findings.add(key());
    findings.add(clock());
    descriptors().ifPresent(findings::add);
    memory().ifPresent(findings::add);
    findings.add(neighbours());
    findings.add(state());
    return findings;
  }

  private Finding key() throws IOException {
    Optional<String> key;
    try {
      key = NodeOptions.key(settings);
    } catch (CommandException e) {
      return Finding.fail(
          "key", String.valueOf(e.getMessage()), "point --key-file at the file of the key");
    }
    if (key.isEmpty()) {
      return Finding.warn(
          "key",
          "none given",
          "make one with 'myelin keygen --out key.txt' and give it to every node");
    }
    int bytes = ApiKey.of(key.get()).length();
    long distinct = key.get().chars().distinct().count();
    if (bytes < WEAK_KEY_BYTES || distinct < 6) {
      return Finding.warn(
          "key",
          Words.count(bytes, "byte")
              + ", "
              + distinct
              + " different: can be guessed from one recorded greeting",
          "make a strong one with 'myelin keygen'");
    }
    return Finding.ok(
        "key", bytes >= STRONG_KEY_BYTES ? bytes + " bytes, strong" : bytes + " bytes, fair");
  }

  // Announcements carry a time, and peers ignore those too old.
  private Finding clock() throws IOException {
    Path probe = Files.createTempFile("myelin-clock-", "");
    try {
      Instant now = Instant.now();
      Duration skew = Duration.between(Files.getLastModifiedTime(probe).toInstant(), now).abs();
      if (now.isBefore(TOO_EARLY)) {
        return Finding.fail(
            "clock",
            "it says " + now + ", which is past",
            "set the clock; peers ignore old announcements");
      }
      if (skew.compareTo(CLOCK_TOLERANCE) > 0) {
        return Finding.warn(
            "clock",
            "differs by " + Words.time(skew) + " from the file system's",
            "let both follow one time server");
      }
      return Finding.ok(
          "clock",
          now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
              + ", in step with the file system");
    } finally {
      Files.delete(probe);
    }
  }

  private Optional<Finding> descriptors() throws IOException {
    Path limits = Path.of("/proc/self/limits");
    if (!Files.isReadable(limits)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(limits)) {
      return lines
          .filter(line -> line.startsWith("Max open files"))
          .findFirst()
          .map(HostChecks::descriptors);
    }
  }

  private static Finding descriptors(String line) {
    String soft = line.replace("Max open files", "").strip().replaceAll("\\s.*", "");
    if (soft.equals("unlimited")) {
      return Finding.ok("descriptors", "as many as the system has");
    }
    long open = Long.parseLong(soft);
    int wanted = Limits.defaults().strangers().connections();
    if (open < FEW_DESCRIPTORS) {
      return Finding.warn(
          "descriptors",
          open
              + " may be open at once (expected: some thousands; a node admits "
              + wanted
              + " connections)",
          "raise the limit with 'ulimit -n " + wanted + "'");
    }
    return Finding.ok("descriptors", open + " may be open at once");
  }

  private static Optional<Finding> memory() {
    long available = Memory.of().free();
    return available == Long.MAX_VALUE ? Optional.empty() : Optional.of(memory(available));
  }

  private static Finding memory(long available) {
    long inFlight = Limits.defaults().streams().memoryBytes();
    if (available < inFlight) {
      return Finding.warn(
          "memory",
          Words.bytes(available)
              + " available (expected: "
              + Words.bytes(inFlight)
              + " for tensors on their way in)",
          "receive into files with 'myelin receive', or free memory");
    }
    return Finding.ok(
        "memory",
        Words.bytes(available)
            + " available, tensors in flight take "
            + Words.bytes(inFlight)
            + " at most");
  }

  private Finding neighbours() {
    if (settings.text(Setting.NEIGHBOURS).equals("socket")) {
      return Finding.ok("neighbours", "peers on this machine are reached through sockets, as told");
    }
    return Node.whyNothingIsShared()
        .map(
            why ->
                Finding.warn(
                    "neighbours",
                    "no memory is shared with peers on this machine: " + why,
                    "see docs/howto/share-memory.md, or give --no-shared-memory"))
        .orElseGet(() -> Finding.ok("neighbours", "can share memory with peers on this machine"));
  }

  private Finding state() {
    try {
      int port = settings.number(Setting.PORT, 0, 65_535);
      Optional<Path> folder = StateFolder.of(settings, shell, port);
      if (folder.isEmpty()) {
        return Finding.warn(
            "state",
            "no folder: the node forgets which greetings it has seen when it stops",
            "give --state-dir, or a fixed --port");
      }
      if (!Files.isWritable(folder.get())) {
        return Finding.fail(
            "state", folder.get() + " cannot be written", "give another --state-dir");
      }
      return Finding.ok("state", folder.get() + " can be written");
    } catch (IOException | CommandException e) {
      return Finding.fail(
          "state",
          "the state folder cannot be made: " + e.getMessage(),
          "give another --state-dir");
    }
  }
}
