package dev.myelin.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server of NATS with JetStream, on a port of loopback that the system chose first and that it
/// keeps when it is started again.
final class NatsServer {
  private static final Pattern LISTENING =
      Pattern.compile("Listening for client connections on 127\\.0\\.0\\.1:(\\d+)");
  private static final Pattern READY = Pattern.compile("Server is ready");
  private static final int ANY_PORT = -1;

  private final Path folder;
  private int port = ANY_PORT;
  private Process process;

  private NatsServer(Path folder) throws IOException {
    this.folder = folder;
    this.process = launch();
  }

  static NatsServer start(Path folder) throws IOException {
    return new NatsServer(folder);
  }

  /// Starts the program and returns when it says that it is ready.
  private Process launch() throws IOException {
    Path program = Path.of("/usr/sbin/nats-server"); // not on the path of every user
    Process started =
        new ProcessBuilder(
                Files.exists(program) ? program.toString() : "nats-server",
                "-js",
                "-sd",
                folder.toString(),
                "-a",
                "127.0.0.1",
                "-p",
                Integer.toString(port))
            .redirectErrorStream(true)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    String line = out.readLine();
    while (line != null && !READY.matcher(line).find()) {
      said.append(line).append('\n');
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        port = Integer.parseInt(listening.group(1));
      }
      line = out.readLine();
    }
    if (line == null) {
      throw new IOException("nats-server ended:\n" + said);
    }
    Thread.ofVirtual().start(() -> swallow(out));
    return started;
  }

  private static void swallow(BufferedReader out) {
    try (out) {
      while (out.readLine() != null) {
        // what it says is not needed
      }
    } catch (IOException e) {
      // it has ended
    }
  }

  String address() {
    return "nats://127.0.0.1:" + port;
  }

  /// Ends it at once, and starts it again over what it has on disk.
  void killAndRestart() throws IOException, InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
    process = launch();
  }

  /// Ends it.
  void stop() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }
}
