package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Puller;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Takes work from whoever pushes.
@Command(
    name = "pull",
    header = "Take messages of all pushers and print them (PULL).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type PUSH can send them. One line per message; with",
      "--json one object: parts (their sizes), text where it is UTF-8, tensor (name, dtype,",
      "shape, sha256 of the data), file.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin pull --connect tcp://127.0.0.1:5557",
      "  myelin pull --bind tcp://127.0.0.1:5557 --count 3 --timeout 10 --json",
      "  myelin pull --bind ipc:///tmp/files --out in"
    })
final class PullCommand implements Callable<Integer> {
  private final RootCommand root;

  @Mixin private final ArrivalArguments arrivals = new ArrivalArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  PullCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Messaging messaging = Messaging.open()) {
      MessageReport report = arrivals.report(root, messaging.pool());
      Puller puller = messaging.puller(socket.options());
      socket.use(puller, root, () -> pull(puller, report));
      return ExitCodes.OK;
    }
  }

  private void pull(Puller puller, MessageReport report) throws IOException, InterruptedException {
    for (long taken = 0; !socket.isEnough(taken); taken++) {
      try (Parts message = puller.pull()) {
        report.tell(message);
      }
    }
  }
}
