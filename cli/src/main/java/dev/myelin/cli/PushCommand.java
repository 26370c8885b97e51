package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Pusher;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Hands out work to whoever pulls.
@Command(
    name = "push",
    header = "Hand out messages, each to one puller in turn (PUSH).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type PULL can take them. Waits while no puller",
      "has room. What a lost puller had not been sent goes to others; if in the end some of it",
      "could not leave, it is counted and the command ends with 75. Without --data and --file",
      "each line of standard input is a message.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin push --bind tcp://127.0.0.1:5557 --data work",
      "  myelin push --connect tcp://127.0.0.1:5557 --file model.safetensors",
      "  myelin push --bind tcp://127.0.0.1:5557 --data tick --rate 10 --count 100",
      "  ls | myelin push --connect ipc:///tmp/files"
    })
final class PushCommand implements Callable<Integer> {
  private final RootCommand root;

  @Mixin private final MessageArguments messages = new MessageArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  PushCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SentReport report = new SentReport(root);
    try (MessageSource source = messages.open(root, socket.count());
        Messaging messaging = Messaging.open()) {
      Pusher pusher = messaging.pusher(socket.options());
      socket.use(pusher, root, () -> push(source, pusher, report));
      report.tell(pusher.stats());
      return pusher.stats().dropped() == 0 ? ExitCodes.OK : ExitCodes.TRY_AGAIN;
    }
  }

  private static void push(MessageSource source, Pusher pusher, SentReport report)
      throws IOException, InterruptedException {
    for (Optional<Parts> next = source.next(); next.isPresent(); next = source.next()) {
      pusher.push(next.get());
      report.sent();
    }
  }
}
