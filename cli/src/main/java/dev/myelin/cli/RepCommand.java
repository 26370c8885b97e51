package dev.myelin.cli;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Replies to whoever asks.
@Command(
    name = "rep",
    header = "Print requests, and reply to each (REP).",
    description = {
      "",
      "Speaks ZMTP, so any ZeroMQ socket of type REQ or DEALER can ask. Requests are printed as",
      "pull prints messages.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  myelin rep --bind tcp://127.0.0.1:5555 --echo",
      "  myelin rep --bind tcp://127.0.0.1:5555 --reply world --count 1 --json",
      "  myelin rep --bind 'tcp://*:5555' --file weights.npy --curve-secret-key-file curve.txt"
    })
final class RepCommand implements Callable<Integer> {
  private final RootCommand root;

  @Option(names = "--echo", order = 1, description = "Reply with the request itself.")
  private boolean echo;

  @Option(names = "--reply", order = 1, paramLabel = "TEXT", description = "Reply with this text.")
  private @Nullable String reply;

  @Option(
      names = "--file",
      order = 2,
      paramLabel = "FILE",
      description =
          "Reply with this file: the tensors of .npy and .safetensors in turn, any other as its"
              + " bytes.")
  private @Nullable String file;

  @Mixin private final ArrivalArguments arrivals = new ArrivalArguments();
  @Mixin private final SocketArguments socket = new SocketArguments();

  RepCommand(RootCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    int ways = (echo ? 1 : 0) + (reply == null ? 0 : 1) + (file == null ? 0 : 1);
    if (ways != 1) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--echo, --reply, --file: "
              + ways
              + " of them (expected: one, which says what to reply)");
    }
    try (MessageSource source = replies();
        Messaging messaging = Messaging.open()) {
      MessageReport report = arrivals.report(root, messaging.pool());
      Replier replier = messaging.replier(socket.options());
      socket.use(replier, root, () -> reply(replier, source, report));
      return ExitCodes.OK;
    }
  }

  private MessageSource replies() throws IOException {
    List<String> texts = reply == null ? List.of() : List.of(reply);
    List<String> files = file == null ? List.of() : List.of(file);
    return MessageSource.of(texts, files, Long.MAX_VALUE, 0);
  }

  private void reply(Replier replier, MessageSource source, MessageReport report)
      throws IOException, InterruptedException {
    for (long replied = 0; !socket.isEnough(replied); replied++) {
      try (Request request = replier.receive()) {
        report.tell(request.message());
        Parts answer = echo ? request.take() : source.next().orElseThrow();
        request.reply(answer);
      }
    }
  }
}
