package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pattern.TensorParts;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Receives what it subscribed to.
@Command(
    name = "sub",
    header = "Subscribe to topics and print what is published (SUB).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type PUB can publish. One line per message; with",
      "--json one object: topic, parts (their sizes), text where it is UTF-8, tensor (name,",
      "dtype, shape, sha256 of the data), file. The topic is the first of several parts, else",
      "the subscription that the message begins with.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin sub --connect tcp://127.0.0.1:5556",
      "  myelin sub --connect tcp://127.0.0.1:5556 --topic news --topic log --count 10 --json",
      "  myelin sub --connect tcp://127.0.0.1:5556 --topic grads --out in"
    })
final class SubCommand implements Callable<Integer> {
  private final RootCommand root;

  @Option(
      names = "--topic",
      order = 0,
      paramLabel = "PREFIX",
      description = "Take what begins so. Repeatable; without it, everything.")
  private List<String> topics = List.of("");

  @Mixin private final ArrivalArguments arrivals = new ArrivalArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  SubCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Messaging messaging = Messaging.open()) {
      MessageReport report = arrivals.report(root, messaging.pool());
      Subscriber subscriber = messaging.subscriber(socket.options());
      topics.forEach(subscriber::subscribe);
      socket.use(subscriber, root, () -> take(subscriber, report));
      return ExitCodes.OK;
    }
  }

  private void take(Subscriber subscriber, MessageReport report)
      throws IOException, InterruptedException {
    for (long taken = 0; !socket.isEnough(taken); taken++) {
      try (Parts message = subscriber.receive()) {
        boolean bare = message.count() == 1 || isTensorAlone(message);
        report.tell(message, bare ? subscription(message) : message.text(0), bare ? 0 : 1);
      }
    }
  }

  private static boolean isTensorAlone(Parts message) {
    return message.count() == 2 && TensorParts.isAt(message, 0);
  }

  private @Nullable String subscription(Parts message) {
    if (message.size(0) > Integer.MAX_VALUE - 8) {
      return null;
    }
    String text = message.text(0);
    return topics.stream()
        .filter(topic -> !topic.isEmpty() && text.startsWith(topic))
        .max(Comparator.comparingInt(String::length))
        .orElse(null);
  }
}
