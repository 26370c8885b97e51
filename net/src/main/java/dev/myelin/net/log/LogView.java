package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/// A look at a [TopicLog] that another process may have open, and append to meanwhile.
///
/// Reads its files and writes none. It shows what is written, under [Flushing.EveryWrite] too: what
/// the device does not have yet may be gone after a power cut, and its offset be that of another
/// message. What is not whole at the end is not shown. All methods may be called from any thread.
public final class LogView implements Closeable {
  private final String name;
  private final Path folder;
  private final FoundSegments segments;
  private final WatchedTail tail;

  private LogView(String name, Path folder, FoundSegments segments) {
    this.name = name;
    this.folder = folder;
    this.segments = segments;
    this.tail = new WatchedTail(segments);
  }

  /// Opens a look at the log of that name in a folder of logs. Reads the newest segment whole.
  ///
  /// @throws NoSuchFileException if there is no such log
  public static LogView open(Path root, String name) throws IOException {
    Path folder = root.resolve(TopicLog.checked(name));
    if (!Files.exists(folder.resolve(LogLock.NAME))) {
      throw new NoSuchFileException(folder.toString(), null, "holds no log");
    }
    FoundSegments segments = new FoundSegments(folder, Storage.SYSTEM);
    segments.look();
    return new LogView(name, folder, segments);
  }

  /// Returns the name of the log.
  public String name() {
    return name;
  }

  /// Looks what was written meanwhile; a reader that waits does so by itself.
  public void look() throws IOException {
    tail.requireOpen();
    tail.look();
  }

  /// Returns a reader, which the caller closes. At the end it waits for what is appended.
  ///
  /// @param pool where parts too large for the heap are put
  /// @throws IllegalArgumentException if the start is an offset beyond the end
  public TopicReader read(Start start, TopicFilter filter, TensorPool pool) throws IOException {
    tail.requireOpen();
    return new LogReader(
        segments, tail, segments.first(start, next()), Objects.requireNonNull(filter), pool);
  }

  /// Returns the offset of the oldest message that is kept; of the next one if none is.
  public long oldest() {
    return segments.oldest();
  }

  /// Returns the offset behind the newest message.
  public long next() {
    return tail.visible();
  }

  /// Returns how many files hold messages.
  public int segments() {
    return segments.all().size();
  }

  /// Returns the bytes of those files, without a torn end.
  public long bytes() {
    return segments.all().stream().mapToLong(Segment::bytes).sum();
  }

  /// Returns how many bytes at the end are no message: of one that is being written, where somebody
  /// has the log open, else of one that a crash tore, and that opening cuts off.
  public long tornBytes() {
    return segments.tornBytes();
  }

  /// Returns whether somebody has the log open.
  public boolean isOpenElsewhere() throws IOException {
    return LogLock.isHeld(folder);
  }

  /// Returns when the oldest message that can be read was appended.
  public Optional<Instant> oldestTime() throws IOException {
    for (Segment segment : segments.all()) {
      try {
        long first = segment.index().firstTime(Long.MAX_VALUE);
        if (first < Long.MAX_VALUE) {
          return Optional.of(Times.instant(first));
        }
      } catch (LogException.Corrupt | NoSuchFileException e) {
        // what it holds cannot be read
      }
    }
    return Optional.empty();
  }

  /// Returns when the newest message that can be read was appended.
  public Optional<Instant> newestTime() throws IOException {
    for (Segment segment : segments.all().reversed()) {
      try {
        long last = segment.index().lastTime();
        if (last > Long.MIN_VALUE) {
          return Optional.of(Times.instant(last));
        }
      } catch (LogException.Corrupt | NoSuchFileException e) {
        // what it holds cannot be read
      }
    }
    return Optional.empty();
  }

  /// Ends it; readers end too. Twice is harmless.
  @Override
  public void close() {
    tail.close();
  }

  @Override
  public String toString() {
    return "view of log " + name + ": " + oldest() + " to " + next();
  }
}
