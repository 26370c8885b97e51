package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.log.LogOptions;
import dev.myelin.net.log.TopicLog;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Publishes to whoever subscribed.
@Command(
    name = "pub",
    header = "Publish messages to all who subscribed (PUB).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type SUB can take them. Begins once somebody has",
      "subscribed, since nothing is kept for those who come later. A subscriber without room",
      "misses messages; how many is told at the end. Without --data and --file each line of",
      "standard input is a message.",
      "",
      "With --log each message is kept before it is published, for a week or 16 GiB, so that",
      "'sub --log' can take those it missed; 'myelin topics' shows the log. It then waits for",
      "nobody unless --wait says so.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin pub --bind tcp://127.0.0.1:5556 --topic news --data hello",
      "  myelin pub --bind tcp://127.0.0.1:5556 --topic grads --file g.npy --interval 0.5",
      "  tail -f app.log | myelin pub --bind tcp://127.0.0.1:5556 --topic log --wait 0",
      "  myelin pub --bind tcp://127.0.0.1:5556 --topic news --log data/events"
    })
final class PubCommand implements Callable<Integer> {
  private final RootCommand root;

  @Option(
      names = "--topic",
      order = 0,
      paramLabel = "TEXT",
      description =
          "The topic, a part before the message. Without it, the message itself is looked at.")
  private @Nullable String topic;

  @Option(
      names = "--wait",
      order = 7,
      paramLabel = "N",
      description = "Begin once so many have subscribed (default: 1, or 0 with --log).")
  private @Nullable Integer subscribers;

  @Option(
      names = "--log",
      order = 8,
      paramLabel = "DIR",
      description =
          "Keep every message in this log, a folder, which is made if it is not there. The last"
              + " name is that of the log.")
  private @Nullable Path log;

  @Mixin private final MessageArguments messages = new MessageArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  PubCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SentReport report = new SentReport(root);
    SocketOptions options = socket.options();
    try (MessageSource source = messages.open(root, socket.count());
        TopicLog kept = log == null ? null : open(LogFolder.of(log));
        Messaging messaging = Messaging.open()) {
      Publisher publisher = messaging.publisher(options);
      socket.use(publisher, root, () -> publish(source, publisher, kept, report));
      report.tell(publisher.stats());
      return ExitCodes.OK;
    }
  }

  private static TopicLog open(LogFolder folder) throws IOException {
    return TopicLog.open(
        folder.root(), folder.name(), LogOptions.defaults(), InstantSource.system());
  }

  private void publish(
      MessageSource source, Publisher publisher, @Nullable TopicLog kept, SentReport report)
      throws IOException, InterruptedException {
    awaitSubscribers(publisher);
    for (Optional<Parts> next = source.next(); next.isPresent(); next = source.next()) {
      Parts message = next.get();
      Parts whole =
          topic == null ? message : message.behind(topic.getBytes(StandardCharsets.UTF_8));
      if (kept != null) {
        kept.append(whole);
      }
      publisher.publish(whole);
      report.sent();
    }
  }

  private void awaitSubscribers(Publisher publisher) throws IOException, InterruptedException {
    int least = log == null ? 1 : 0;
    int wanted = subscribers == null ? least : subscribers;
    if (!publisher.awaitSubscribers(wanted, socket.timeout())) {
      throw new PeerException.TimedOut(
          "subscribers: "
              + publisher.peers()
              + " peers (expected: "
              + wanted
              + " that subscribed within "
              + Words.time(socket.timeout())
              + ")");
    }
  }
}
