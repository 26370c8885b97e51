package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Pair;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Talks with exactly one peer.
@Command(
    name = "pair",
    header = "Send to one peer and print what it sends (PAIR).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type PAIR can be the other side. Sends what --data",
      "and --file give, once unless paced, and goes on printing until --count messages have",
      "come. Messages are printed as pull prints them.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin pair --bind tcp://127.0.0.1:5558",
      "  myelin pair --connect tcp://127.0.0.1:5558 --data hello --count 1 --timeout 5"
    })
final class PairCommand implements Callable<Integer> {
  private final RootCommand root;

  @Mixin private final MessageArguments messages = new MessageArguments();
  @Mixin private final ArrivalArguments arrivals = new ArrivalArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  PairCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (MessageSource source = source();
        Messaging messaging = Messaging.open()) {
      MessageReport report = arrivals.report(root, messaging.pool());
      Pair pair = messaging.pair(socket.options());
      socket.use(pair, root, () -> talk(source, pair, report));
      return ExitCodes.OK;
    }
  }

  private MessageSource source() throws IOException {
    return messages.given()
        ? messages.open(root, null)
        : MessageSource.of(java.util.List.of(), java.util.List.of(), 0L, 0);
  }

  private void talk(MessageSource source, Pair pair, MessageReport report)
      throws IOException, InterruptedException {
    Thread speaker = null;
    if (messages.paced()) {
      speaker = Thread.ofPlatform().daemon().name("my-pair").start(() -> speak(source, pair));
    } else {
      say(source, pair);
    }
    try {
      listen(pair, report);
    } finally {
      if (speaker != null) {
        speaker.interrupt();
        speaker.join();
      }
    }
  }

  private void listen(Pair pair, MessageReport report) throws IOException, InterruptedException {
    for (long taken = 0; !socket.isEnough(taken); taken++) {
      try (Parts message = pair.receive()) {
        report.tell(message);
      }
    }
  }

  private void speak(MessageSource source, Pair pair) {
    try {
      say(source, pair);
    } catch (IOException e) {
      root.note("no longer sending: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void say(MessageSource source, Pair pair)
      throws IOException, InterruptedException {
    for (Optional<Parts> next = source.next(); next.isPresent(); next = source.next()) {
      pair.send(next.get());
    }
  }
}
