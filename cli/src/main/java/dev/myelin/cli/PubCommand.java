package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Publisher;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin pub --bind tcp://127.0.0.1:5556 --topic news --data hello",
      "  myelin pub --bind tcp://127.0.0.1:5556 --topic grads --file g.npy --interval 0.5",
      "  tail -f app.log | myelin pub --bind tcp://127.0.0.1:5556 --topic log --wait 0"
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
      defaultValue = "1",
      description = "Begin once so many have subscribed (default: ${DEFAULT-VALUE}).")
  private int subscribers = 1;

  @Mixin private final MessageArguments messages = new MessageArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  PubCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SentReport report = new SentReport(root);
    try (MessageSource source = messages.open(root, socket.count());
        Messaging messaging = Messaging.open()) {
      Publisher publisher = messaging.publisher(socket.options());
      socket.use(publisher, root, () -> publish(source, publisher, report));
      report.tell(publisher.stats());
      return ExitCodes.OK;
    }
  }

  private void publish(MessageSource source, Publisher publisher, SentReport report)
      throws IOException, InterruptedException {
    if (!publisher.awaitSubscribers(subscribers, socket.timeout())) {
      throw new PeerException.TimedOut(
          "subscribers: "
              + publisher.peers()
              + " peers (expected: "
              + subscribers
              + " that subscribed within "
              + Words.time(socket.timeout())
              + ")");
    }
    for (Optional<Parts> next = source.next(); next.isPresent(); next = source.next()) {
      Parts message = next.get();
      publisher.publish(
          topic == null ? message : message.behind(topic.getBytes(StandardCharsets.UTF_8)));
      report.sent();
    }
  }
}
