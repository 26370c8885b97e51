package dev.myelin.cli;

import java.time.Duration;
import java.util.Locale;

/// Shows how far a transfer is: a bar that is redrawn on a terminal, nothing elsewhere.
final class ProgressLine implements AutoCloseable {
  private static final long REDRAW_NANOS = 100_000_000;
  private static final int BAR = 24;

  /// The most bytes a frame carries: a first call that tells of more goes on where an earlier
  /// attempt ended.
  private static final long FRAME_BYTES = 16L << 20;

  private final Shell shell;
  private final String label;
  private final long totalBytes;
  private final long start = System.nanoTime();
  private long drawnAt;
  private boolean drawn;
  private long startBytes = -1;

  ProgressLine(Shell shell, String label, long totalBytes) {
    this.shell = shell;
    this.label = Words.plain(label);
    this.totalBytes = totalBytes;
    this.drawnAt = start;
  }

  /// Tells how many bytes have gone; redraws at most ten times a second.
  synchronized void at(long bytes) {
    if (startBytes < 0) {
      startBytes = bytes > FRAME_BYTES ? bytes : 0;
    }
    long now = System.nanoTime();
    if (!shell.errIsTerminal() || (now - drawnAt < REDRAW_NANOS && bytes < totalBytes)) {
      return;
    }
    drawnAt = now;
    drawn = true;
    String line = line(bytes, Duration.ofNanos(now - start));
    int width = shell.columns() - 1;
    shell.err().print("\r" + (line.length() > width ? line.substring(0, width) : line) + "\033[K");
    shell.err().flush();
  }

  /// Tells likewise, and ends work that hears no interrupt if there was one.
  ///
  /// @throws CommandException if this thread was interrupted
  void atUnlessStopped(long bytes) {
    requireGoingOn();
    at(bytes);
  }

  /// Ends work that hears no interrupt if there was one.
  ///
  /// @throws CommandException if this thread was interrupted
  static void requireGoingOn() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CommandException(ExitCodes.INTERRUPTED, "stopped");
    }
  }

  /// Takes the bar off the terminal.
  @Override
  public synchronized void close() {
    if (drawn) {
      shell.err().print("\r\033[K");
      shell.err().flush();
      drawn = false;
    }
  }

  private String line(long bytes, Duration elapsed) {
    double part = totalBytes == 0 ? 1 : Math.min(1, (double) bytes / totalBytes);
    int full = (int) Math.round(part * BAR);
    long moved = Math.max(0, bytes - startBytes);
    double leftPart = (double) (totalBytes - bytes) / Math.max(1, moved);
    Duration left =
        moved == 0 ? Duration.ZERO : Duration.ofNanos((long) (elapsed.toNanos() * leftPart));
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %3.0f %%  %s of %s  %s  %s left",
        label,
        "#".repeat(full),
        ".".repeat(BAR - full),
        part * 100,
        Words.bytes(bytes),
        Words.bytes(totalBytes),
        Words.rate(moved, elapsed),
        Words.time(left));
  }
}
