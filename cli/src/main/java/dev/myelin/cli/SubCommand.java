package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.log.LogView;
import dev.myelin.net.log.Reading;
import dev.myelin.net.log.TopicFilter;
import dev.myelin.net.log.TopicReader;
import dev.myelin.net.pattern.Subscriber;
import dev.myelin.net.pattern.TensorParts;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      "",
      "With --log it reads what 'pub --log' keeps instead of a socket: no message is missed or",
      "comes twice. The object then also has offset and time; --timeout 0 ends at the end.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin sub --connect tcp://127.0.0.1:5556",
      "  myelin sub --connect tcp://127.0.0.1:5556 --topic news --topic log --count 10 --json",
      "  myelin sub --connect tcp://127.0.0.1:5556 --topic grads --out in",
      "  myelin sub --log data/events --replay 10m --topic news"
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
  @Mixin private final ReplayArguments replay = new ReplayArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  SubCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Messaging messaging = Messaging.open()) {
      MessageReport report = arrivals.report(root, messaging.pool());
      Optional<LogFolder> log = replay.log();
      if (log.isPresent()) {
        socket.requireNone("--log");
        takeKept(log.get(), report, messaging.pool());
        return ExitCodes.OK;
      }
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
        tell(report, message, Map.of());
      }
    }
  }

  private void takeKept(LogFolder folder, MessageReport report, TensorPool pool)
      throws IOException, InterruptedException {
    TopicFilter filter = TopicFilter.prefixes(topics.toArray(String[]::new));
    try (LogView log = folder.view();
        TopicReader reader = log.read(replay.start(), filter, pool)) {
      Replay messages = new Replay(root, log, reader, socket.timeout());
      for (long taken = 0; !socket.isEnough(taken); taken++) {
        Reading.Kept kept = messages.next();
        try (Parts message = kept.parts()) {
          tell(report, message, Json.object("offset", kept.offset(), "time", kept.time()));
        }
      }
    }
  }

  private void tell(MessageReport report, Parts message, Map<String, Object> more)
      throws IOException {
    boolean bare = message.count() == 1 || isTensorAlone(message);
    report.tell(message, bare ? subscription(message) : message.text(0), bare ? 0 : 1, more);
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
