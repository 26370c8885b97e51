package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Requester;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Asks whoever replies.
@Command(
    name = "req",
    header = "Ask, and print the replies (REQ).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type REP or ROUTER can reply. Sends each request",
      "once the one before it was replied to. Without --data and --file each line of standard",
      "input is a request. Replies are printed as pull prints messages.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin req --connect tcp://127.0.0.1:5555 --data hello --timeout 5",
      "  myelin req --connect tcp://127.0.0.1:5555 --file x.npy --out replies",
      "  myelin req --connect tcp://10.0.1.10:5555 --data hi --curve-server-key KEY"
    })
final class ReqCommand implements Callable<Integer> {
  private final RootCommand root;

  @Mixin private final MessageArguments messages = new MessageArguments();
  @Mixin private final ArrivalArguments arrivals = new ArrivalArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  ReqCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (MessageSource source = messages.open(root, socket.count());
        Messaging messaging = Messaging.open()) {
      MessageReport report = arrivals.report(root, messaging.pool());
      Requester requester = messaging.requester(socket.options());
      socket.use(requester, root, () -> ask(source, requester, report));
      return ExitCodes.OK;
    }
  }

  private static void ask(MessageSource source, Requester requester, MessageReport report)
      throws IOException, InterruptedException {
    for (Optional<Parts> next = source.next(); next.isPresent(); next = source.next()) {
      try (Parts reply = requester.request(next.get())) {
        report.tell(reply);
      }
    }
  }
}
