package dev.myelin.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/// The command `myelin`; the only place where the process is ended.
public final class Main {
  // Longer than a node drains, so that a goodbye is said before the process is gone.
  private static final long STOP_SECONDS = 8;

  private Main() {}

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] args) {
    StandardError.takeBack();
    // Before anybody hears of Ctrl-C: it asks the terminal how wide it is, and forgets an
    // interrupt.
    CommandLine line = CommandTree.of(Shell.system(), args);
    Thread command = Thread.currentThread();
    CountDownLatch done = new CountDownLatch(1);
    Thread stop = new Thread(() -> stop(command, done), "my-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    int code;
    try {
      code = line.execute(args);
    } finally {
      done.countDown();
    }
    System.exit(code);
  }

  /// Runs one command in this thread and returns its exit code.
  static int run(Shell shell, String... args) {
    return CommandTree.of(shell, args).execute(args);
  }

  private static void stop(Thread command, CountDownLatch done) {
    if (done.getCount() == 0) {
      return;
    }
    command.interrupt();
    try {
      if (!done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("myelin: did not stop within " + STOP_SECONDS + " s; ends now");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
