package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A log of messages in the files of a folder, which survives the end of its process at any point.
///
/// Messages are appended to segments; whole segments go when more is kept than [Retention] allows.
/// What an append has returned for is safe as [Flushing] says, and readers never see what a crash
/// could still take back under [Flushing.EveryWrite]. When a log is opened, a torn end is cut off;
/// damage elsewhere is told to the reader that meets it, and ends nothing. One log at a time has a
/// folder. All methods may be called from any thread.
public final class TopicLog implements TopicStore {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private final String name;
  private final Path folder;
  private final LogOptions options;
  private final InstantSource clock;
  private final Storage storage;
  private final LogLock lock;
  private final SecureRandom random = new SecureRandom();
  private final Segments segments;
  private final Tail tail;
  private final GroupCommit commit;
  private final Cursors cursors;
  private final @Nullable IntervalFlush interval;
  private final boolean forcesEveryWrite;
  private final long cutBytes;

  /// Held while bytes are put in order and written. Before it, nothing; under it, the locks of
  /// [GroupCommit] and [Tail].
  private final ReentrantLock writeLock = new ReentrantLock();

  private final RecordWriter writer; // guarded by writeLock
  private long lastTime; // guarded by writeLock
  private long messages; // guarded by writeLock
  private long bytes; // guarded by writeLock
  private @Nullable IOException broken; // guarded by writeLock
  private boolean closed; // guarded by writeLock
  private volatile Active active; // written under writeLock
  private volatile long written; // written under writeLock

  private TopicLog(
      String name, Path folder, LogOptions options, InstantSource clock, Storage storage)
      throws IOException {
    this.name = name;
    this.folder = folder;
    this.options = options;
    this.clock = clock;
    this.storage = storage;
    this.forcesEveryWrite = options.flushing() instanceof Flushing.EveryWrite;
    this.lock = LogLock.take(folder);
    try {
      Recovery found = Recovery.of(folder, storage);
      this.cutBytes = found.cutBytes();
      this.lastTime = found.lastTime();
      this.written = found.next();
      this.active = activate(found);
      List<Segment> all = new ArrayList<>(found.segments());
      if (all.isEmpty()) {
        all.add(active.segment());
      }
      this.segments = new Segments(all);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
    this.writer = new RecordWriter(active.data(), active.salt(), active.segment().bytes());
    this.tail = new Tail(written);
    this.commit = new GroupCommit(name, device(), written);
    this.cursors = openCursors();
    this.interval =
        options.flushing() instanceof Flushing.Interval(var limit)
            ? IntervalFlush.start(name, limit, this::flush)
            : null;
  }

  /// Opens the log of that name in a folder of logs, and makes both if they are not there.
  ///
  /// Reads the newest segment whole. What it cuts off a torn end is told by [LogCounts#cutBytes].
  ///
  /// @param name letters, digits, `.`, `_`, `-`; at most 128, the first a letter or digit
  /// @throws LogException.InUse if it is open elsewhere
  public static TopicLog open(Path root, String name, LogOptions options, InstantSource clock)
      throws IOException {
    return open(root, name, options, clock, Storage.SYSTEM);
  }

  static TopicLog open(
      Path root, String name, LogOptions options, InstantSource clock, Storage storage)
      throws IOException {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(clock, "clock");
    Path folder = Files.createDirectories(root.resolve(checked(name)));
    TopicLog log = new TopicLog(name, folder, options, clock, storage);
    log.retain();
    return log;
  }

  /// Returns the names of the logs in a folder of logs, in order; none if there is no such folder.
  public static List<String> names(Path root) throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(root)) {
      try (DirectoryStream<Path> folders =
          Files.newDirectoryStream(root, each -> Files.exists(each.resolve(LogLock.NAME)))) {
        folders.forEach(each -> names.add(String.valueOf(each.getFileName())));
      }
    }
    return names.stream().sorted().toList();
  }

  static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("name: " + name + " (expected: " + NAME + ")");
    }
    return name;
  }

  private Active activate(Recovery found) throws IOException {
    if (found.segments().isEmpty()) {
      return Active.create(storage, folder, head(found.next()), forces());
    }
    Segment last = found.segments().getLast();
    Active opened = Active.open(storage, last, last.index(), found.salt());
    try {
      if (forces()) {
        opened.force();
      }
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private SegmentHead head(long base) {
    return new SegmentHead(base, random.nextInt());
  }

  private boolean forces() {
    return !(options.flushing() instanceof Flushing.Never);
  }

  private GroupCommit.Device device() {
    return new GroupCommit.Device() {
      @Override
      public long force() throws IOException {
        long upTo = written; // before the segment: what is in an older one was forced at its end
        active.force();
        return upTo;
      }

      @Override
      public void forcedUpTo(long offset) {
        tail.show(offset);
      }
    };
  }

  private Cursors openCursors() throws IOException {
    Cursor.Bounds bounds =
        new Cursor.Bounds() {
          @Override
          public long next() {
            return tail.visible();
          }

          @Override
          public boolean forcesEveryWrite() {
            return forcesEveryWrite;
          }
        };
    try {
      return Cursors.open(folder, storage, bounds);
    } catch (IOException | RuntimeException e) {
      active.close();
      lock.close();
      throw e;
    }
  }

  /// Returns its name.
  public String name() {
    return name;
  }

  /// Returns how it keeps messages.
  public LogOptions options() {
    return options;
  }

  @Override
  public Retention retention() {
    return options.retention();
  }

  /// Appends a message and returns its offset, as [TopicStore#append(Parts)] says.
  ///
  /// Large parts in native memory are written from where they lie. If the device fails, the message
  /// is not in the log; if it fails while forcing, nobody knows, and the log takes no more.
  ///
  /// @throws LogException.Failed if the device failed at some earlier time
  /// @throws IllegalStateException if the log was closed
  @Override
  public long append(Parts message) throws IOException {
    return append(List.of(message));
  }

  /// Appends messages with one write, otherwise as [#append(Parts)]. They stand in one segment. A
  /// crash may leave the first ones of them.
  @Override
  public long append(List<Parts> group) throws IOException {
    int[] crcs = new int[group.size()];
    long total = 0;
    for (int i = 0; i < crcs.length; i++) {
      total = Math.addExact(total, RecordHead.recordBytes(acceptable(group.get(i))));
      crcs[i] = RecordWriter.bodyCrc(group.get(i));
    }
    if (crcs.length == 0) {
      throw new IllegalArgumentException("messages: 0 (expected: >= 1)");
    }
    long first;
    writeLock.lock();
    try {
      requireSound();
      Instant now = clock.instant();
      makeRoom(total, now);
      lastTime = Math.max(lastTime, Times.nanos(now));
      first = written;
      write(group, crcs);
    } finally {
      writeLock.unlock();
    }
    appended(first + crcs.length);
    return first;
  }

  private static Parts acceptable(Parts message) {
    if (message.count() > RecordHead.MOST_PARTS) {
      throw new IllegalArgumentException(
          "parts: " + message.count() + " (expected: <= " + RecordHead.MOST_PARTS + ")");
    }
    return message;
  }

  private void requireSound() throws IOException {
    if (closed) {
      throw new IllegalStateException("log " + name + ": closed (expected: open)");
    }
    IOException failure = broken == null ? commit.failure() : broken;
    if (failure != null) {
      throw new LogException.Failed(name, failure);
    }
  }

  private void makeRoom(long total, Instant now) throws IOException {
    Segment segment = active.segment();
    if (segment.bytes() == SegmentHead.BYTES) {
      return;
    }
    long first = active.index().firstTime(Long.MAX_VALUE);
    Retention kept = options.retention();
    boolean old = kept.limitsAge() && first < Times.nanos(now.minus(kept.age()));
    if (old || total > options.segmentBytes() - segment.bytes()) {
      roll();
      retainQuietly(now);
    }
  }

  /// Goes on in a fresh segment. The old one is forced first, so that only the last segment of a
  /// log can have a torn end.
  private void roll() throws IOException {
    if (forces()) {
      commit.await(written);
    }
    Active old = active;
    Active fresh = Active.create(storage, folder, head(written), forces());
    segments.add(fresh.segment());
    active = fresh;
    writer.turnTo(fresh.data(), fresh.salt(), SegmentHead.BYTES);
    old.close();
    old.segment().save(old.index(), old.salt());
  }

  private void retainQuietly(Instant now) {
    try {
      segments.retain(options.retention(), now);
    } catch (IOException e) {
      System.getLogger(TopicLog.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "log {0}: old segments stay for now: {1}",
              name,
              e.getMessage());
    }
  }

  private void write(List<Parts> group, int[] crcs) throws IOException {
    long start = writer.position();
    long first = written;
    try {
      for (int i = 0; i < crcs.length; i++) {
        RecordHead.Stamp stamp = new RecordHead.Stamp(first + i, lastTime, active.forced());
        writer.add(group.get(i), stamp, crcs[i]);
      }
      writer.drain();
    } catch (IOException | RuntimeException | Error e) {
      takeBack(start, e);
      throw e;
    }
    long position = start;
    for (int i = 0; i < crcs.length; i++) {
      active.index().add(first + i, lastTime, position);
      position += RecordHead.recordBytes(group.get(i));
    }
    messages += crcs.length;
    bytes += position - start;
    active.segment().grow(position);
    written = first + crcs.length;
    if (!forcesEveryWrite) {
      tail.show(first + crcs.length);
    }
  }

  private void takeBack(long start, Throwable cause) {
    try {
      writer.rollBack(start);
    } catch (IOException e) {
      cause.addSuppressed(e);
      broken = e;
    }
  }

  private void appended(long upTo) throws IOException {
    if (forcesEveryWrite) {
      commit.await(upTo);
    } else if (interval != null) {
      interval.touched();
    }
  }

  /// Forces everything appended so far onto the device; waits for that.
  public void flush() throws IOException {
    commit.await(written);
  }

  /// Deletes what is beyond its retention. Appends do that whenever a segment is full; a log that
  /// nobody writes to has nobody else to do it.
  public void retain() throws IOException {
    writeLock.lock();
    try {
      requireSound();
      segments.retain(options.retention(), clock.instant());
    } finally {
      writeLock.unlock();
    }
  }

  @Override
  public LogReader read(Start start, TopicFilter filter, TensorPool pool) throws IOException {
    tail.requireOpen();
    return new LogReader(segments, tail, segments.first(start, next()), filter, pool);
  }

  /// Returns the cursor of a subscriber, a new one if it never had any. The log owns it.
  ///
  /// @param subscriber a name in the form of that of a log
  public Cursor cursor(String subscriber) throws IOException {
    tail.requireOpen();
    return cursors.get(checked(subscriber));
  }

  /// Returns how far each subscriber has come, by name.
  public Map<String, Long> cursors() {
    return cursors.positions();
  }

  /// Deletes the cursor of a subscriber; harmless if there is none.
  public void forget(String subscriber) throws IOException {
    cursors.forget(checked(subscriber));
  }

  @Override
  public long oldest() {
    return segments.oldest();
  }

  /// Returns the offset behind the last message that readers see.
  @Override
  public long next() {
    return tail.visible();
  }

  /// Returns the bytes of its segments.
  public long bytes() {
    return segments.all().stream().mapToLong(Segment::bytes).sum();
  }

  /// Returns what it has done since it was opened.
  public LogCounts counts() {
    writeLock.lock();
    try {
      return new LogCounts(messages, bytes, commit.forces(), commit.largestGroup(), cutBytes);
    } finally {
      writeLock.unlock();
    }
  }

  /// Forces what was appended, unless it never does, and ends it; readers end too. Twice is
  /// harmless.
  @Override
  public void close() throws IOException {
    writeLock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (interval != null) {
        interval.close();
      }
      if (forces() && broken == null && commit.failure() == null) {
        commit.await(written);
      }
    } finally {
      tail.close();
      cursors.close();
      active.close();
      lock.close();
      writeLock.unlock();
    }
  }

  @Override
  public String toString() {
    return "log " + name + ": " + oldest() + " to " + next();
  }
}
