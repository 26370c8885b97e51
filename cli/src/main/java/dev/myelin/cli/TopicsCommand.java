package dev.myelin.cli;

import dev.myelin.net.log.LogView;
import dev.myelin.net.log.TopicLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Shows what logs hold.
@Command(
    name = "topics",
    header = "Show the logs of a folder: what 'pub --log' keeps.",
    description = {
      "",
      "Reads only, so a log may be shown while another process adds to it. One line per log;",
      "with --json one object: log, segments (files), first and last offset, bytes, oldest and",
      "newest time, torn (bytes at the end that are no whole message), open (whether a process",
      "has it open). A torn end of a log that nobody has open is what a crash left; opening the",
      "log cuts it off.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin topics data",
      "  myelin topics data/events --json",
      "  myelin sub --log data/events --replay first --timeout 0"
    })
final class TopicsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final RootCommand root;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      defaultValue = ".",
      description = "A folder of logs, or a log (default: the current folder).")
  private Path folder = Path.of(".");

  TopicsCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("LOG", "FILES", "FIRST", "LAST", "BYTES", "OLDEST", "NEWEST", "STATE"));
    for (LogFolder each : logs()) {
      try (LogView log = each.view()) {
        if (root.json()) {
          root.print(described(log));
        } else {
          rows.add(row(log));
        }
      }
    }
    if (!root.json()) {
      root.print(Words.table(rows));
    }
    return ExitCodes.OK;
  }

  private List<LogFolder> logs() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new CommandException(
          ExitCodes.NO_INPUT, folder + ": no such folder (expected: a folder of logs, or a log)");
    }
    LogFolder itself = LogFolder.of(folder);
    if (TopicLog.names(itself.root()).contains(itself.name())) {
      return List.of(itself);
    }
    List<LogFolder> logs =
        TopicLog.names(folder).stream().map(name -> LogFolder.of(folder.resolve(name))).toList();
    if (logs.isEmpty()) {
      throw new CommandException(
          ExitCodes.NO_INPUT,
          folder + ": holds no log (expected: a folder in which 'pub --log' made one)");
    }
    return logs;
  }

  private static Map<String, Object> described(LogView log) throws IOException {
    boolean empty = log.next() == log.oldest();
    return Json.object(
        "log",
        log.name(),
        "segments",
        log.segments(),
        "first",
        empty ? null : log.oldest(),
        "last",
        empty ? null : log.next() - 1,
        "bytes",
        log.bytes(),
        "oldest",
        log.oldestTime().map(Instant::toString).orElse(null),
        "newest",
        log.newestTime().map(Instant::toString).orElse(null),
        "torn",
        log.tornBytes(),
        "open",
        log.isOpenElsewhere());
  }

  private static List<String> row(LogView log) throws IOException {
    boolean empty = log.next() == log.oldest();
    return List.of(
        log.name(),
        Integer.toString(log.segments()),
        empty ? "-" : Long.toString(log.oldest()),
        empty ? "-" : Long.toString(log.next() - 1),
        Words.bytes(log.bytes()),
        time(log.oldestTime()),
        time(log.newestTime()),
        state(log));
  }

  private static String time(Optional<Instant> time) {
    return time.map(each -> TIME.format(each.truncatedTo(ChronoUnit.SECONDS))).orElse("-");
  }

  private static String state(LogView log) throws IOException {
    if (log.isOpenElsewhere()) {
      return "open";
    }
    return log.tornBytes() > 0 ? "torn end of " + Words.bytes(log.tornBytes()) : "whole";
  }
}
