package dev.myelin.cli;

import dev.myelin.net.pattern.PatternSocket;
import dev.myelin.net.pattern.PeerFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/// Tells people why a socket has no peer yet, while a command goes on waiting for one.
///
/// Each reason is told once, and no more than [#MOST] of them.
final class Troubles implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(500);
  private static final int MOST = 20;

  private final PatternSocket socket;
  private final RootCommand root;
  private final Set<String> told = new HashSet<>();
  private final Thread watch;

  private Troubles(PatternSocket socket, RootCommand root) {
    this.socket = socket;
    this.root = root;
    this.watch = Thread.ofVirtual().name("my-troubles").unstarted(this::look);
  }

  /// Starts to watch a socket until it is closed.
  static Troubles of(PatternSocket socket, RootCommand root) {
    Troubles troubles = new Troubles(socket, root);
    troubles.watch.start();
    return troubles;
  }

  private void look() {
    try {
      while (told.size() < MOST) {
        Thread.sleep(EVERY); // nobody is told of a peer that comes a moment later
        if (socket.peers() == 0) {
          socket.lastFailure().filter(this::isNew).ifPresent(this::tell);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the command ends
    }
  }

  /// A peer that comes again does so from another port.
  private boolean isNew(PeerFailure failure) {
    return told.add(text(failure).replaceAll(":\\d+", ""));
  }

  private void tell(PeerFailure failure) {
    root.note("no peer yet, waiting: " + text(failure));
  }

  /// Returns a failure in words.
  static String text(PeerFailure failure) {
    String reason = failure.reason();
    return reason.contains(failure.endpoint()) ? reason : failure.endpoint() + ": " + reason;
  }

  @Override
  public void close() {
    watch.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      watch.join(Duration.ofSeconds(1)); // so that it prints nothing after the command's last word
    } catch (InterruptedException _) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
