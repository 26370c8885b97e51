package dev.myelin.cli;

import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of every command that is one socket of a messaging pattern.
final class SocketArguments {
  @Option(
      names = "--bind",
      order = 10,
      paramLabel = "ENDPOINT",
      description =
          "Take peers at tcp://HOST:PORT, where a port of * lets the system choose, or ipc://PATH."
              + " Repeatable.")
  private List<String> binds = List.of();

  @Option(
      names = "--connect",
      order = 11,
      paramLabel = "ENDPOINT",
      description = "Keep a peer at this endpoint, dialling again whenever it is lost. Repeatable.")
  private List<String> connects = List.of();

  @Option(
      names = "--count",
      order = 3,
      paramLabel = "N",
      description = "End with 0 after so many messages.")
  private @Nullable Long count;

  @Option(
      names = "--timeout",
      order = 12,
      paramLabel = "SECONDS",
      converter = Converters.Seconds.class,
      description =
          "How long to wait for a message, a reply, or a peer with room; ends with 75 then. Without"
              + " it, for ever.")
  private @Nullable Duration timeout;

  @Option(
      names = "--hwm",
      order = 13,
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "How many messages may wait for each peer, and of each; 0 for any number (default:"
              + " ${DEFAULT-VALUE}).")
  private int highWater = 1000;

  @Option(
      names = "--linger",
      order = 14,
      paramLabel = "SECONDS",
      converter = Converters.Seconds.class,
      defaultValue = "10",
      description =
          "How long what was sent may take to leave, at the end (default: ${DEFAULT-VALUE}).")
  private Duration linger = Duration.ofSeconds(10);

  @Option(
      names = "--strangers",
      order = 15,
      description =
          "Let peers of other machines in without CURVE or PLAIN; without this, such an endpoint"
              + " must be of this machine.")
  private boolean strangers;

  @Mixin private final SecurityArguments security = new SecurityArguments();

  /// What a command does with its socket.
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /// Returns how many messages; null if nobody said.
  @Nullable Long count() {
    if (count != null && count < 1) {
      throw new CommandException(ExitCodes.USAGE, "--count: " + count + " (expected: >= 1)");
    }
    return count;
  }

  /// Returns whether so many messages are enough.
  boolean isEnough(long messages) {
    Long most = count();
    return most != null && messages >= most;
  }

  /// Returns the longest a call may wait.
  Duration timeout() {
    return timeout == null ? SocketOptions.Waits.FOREVER : timeout;
  }

  /// Complains if an endpoint was given beside something that needs none.
  void requireNone(String option) {
    count();
    if (!binds.isEmpty() || !connects.isEmpty()) {
      throw new CommandException(
          ExitCodes.USAGE, option + ": given beside --bind or --connect (expected: one of them)");
    }
  }

  /// Returns what the socket is opened with.
  SocketOptions options() throws IOException {
    if (binds.isEmpty() && connects.isEmpty()) {
      throw new CommandException(
          ExitCodes.USAGE,
          "--bind, --connect: none (expected: at least one endpoint, such as"
              + " tcp://127.0.0.1:5555)");
    }
    count(); // complains before anything is opened
    SocketOptions plain = SocketOptions.defaults();
    return plain
        .highWater(highWater, highWater)
        .waits(plain.waits().calls(timeout(), timeout()).linger(linger))
        .security(security.security(connects.isEmpty()))
        .strangers(strangers ? SocketOptions.Strangers.ALL : SocketOptions.Strangers.LOCAL);
  }

  /// Attaches a socket, does the work, and closes the socket once what was sent has left, or at
  /// once where the work was interrupted.
  void use(PatternSocket socket, RootCommand root, Work work)
      throws IOException, InterruptedException {
    try (socket) {
      attach(socket, root);
      workOrStop(work, socket, root);
    } catch (PeerException.TimedOut e) {
      long failures = socket.stats().failures();
      if (failures > 0) {
        root.note(
            Words.count(failures, "attempt")
                + " to reach a peer, or of one to come in, failed; the last: "
                + socket.lastFailure().map(Troubles::text).orElse("unknown"));
      }
      throw e;
    } finally {
      Thread.interrupted(); // said already, and no business of what comes after
    }
  }

  private static void workOrStop(Work work, PatternSocket socket, RootCommand root)
      throws IOException, InterruptedException {
    try (Troubles _ = Troubles.of(socket, root)) {
      work.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // so that closing waits for nothing
      throw e;
    }
  }

  /// Binds and connects, and tells where on standard error.
  private void attach(PatternSocket socket, RootCommand root) throws IOException {
    for (String endpoint : binds) {
      String real = bind(socket, endpoint);
      if (root.json()) {
        root.shell().err().println(Json.line(NodeEvents.event("listening", "endpoint", real)));
      } else {
        root.note("listening on " + real);
      }
    }
    connects.forEach(socket::connect);
  }

  private static String bind(PatternSocket socket, String endpoint) throws IOException {
    try {
      return socket.bind(endpoint);
    } catch (IllegalArgumentException e) {
      String text = String.valueOf(e.getMessage()).replace("strangers ALL", "--strangers");
      throw new CommandException(ExitCodes.USAGE, text, e);
    }
  }
}
