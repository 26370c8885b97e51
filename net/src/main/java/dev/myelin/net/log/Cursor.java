package dev.myelin.net.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// How far a named subscriber of a [TopicLog] has come, kept beside the log.
///
/// A subscriber commits what it has dealt with, and resumes there when it comes back, be it after
/// its own end or that of the log's process. What it dealt with and did not commit comes again. All
/// methods may be called from any thread.
///
/// The file has two places, written in turn, so that a torn one leaves the other; all numbers with
/// the high byte first:
///
/// ```
///  0        8        16       20    32       40       48       52    64
///  +--------+--------+--------+-----+--------+--------+--------+-----+
///  | number | offset | CRC-32C|  0  | number | offset | CRC-32C|  0  |
///  +--------+--------+--------+-----+--------+--------+--------+-----+
/// ```
///
/// The place with the higher number holds.
public final class Cursor {
  static final String SUFFIX = ".cursor";
  private static final int PLACE_BYTES = 32;
  private static final int CHECKED_BYTES = 16;

  private final String name;
  private final LogFile file;
  private final Bounds bounds;
  private long number; // guarded by this
  private long position; // guarded by this; -1: none

  /// What a cursor asks of its log.
  interface Bounds {
    long next();

    boolean forcesEveryWrite();
  }

  private Cursor(String name, LogFile file, Bounds bounds) {
    this.name = name;
    this.file = file;
    this.bounds = bounds;
    this.position = -1;
  }

  static Cursor open(Storage storage, Path path, String name, Bounds bounds) throws IOException {
    byte[] bytes = Files.exists(path) ? read(storage, path) : new byte[0];
    LogFile file = Files.exists(path) ? LogFile.open(storage, path) : LogFile.create(storage, path);
    Cursor cursor = new Cursor(name, file, bounds);
    cursor.load(bytes);
    return cursor;
  }

  private static byte[] read(Storage storage, Path path) throws IOException {
    ByteBuffer places = ByteBuffer.allocate(2 * PLACE_BYTES);
    try (FileChannel channel = storage.open(path, StandardOpenOption.READ)) {
      while (places.hasRemaining() && channel.read(places, places.position()) > 0) {
        // as much as there is
      }
    }
    return Arrays.copyOf(places.array(), places.position());
  }

  private synchronized void load(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    for (int at = 0; at + PLACE_BYTES <= bytes.length; at += PLACE_BYTES) {
      long found = in.getLong(at);
      if (in.getInt(at + CHECKED_BYTES) == crc(bytes, at) && found > number) {
        number = found;
        position = in.getLong(at + Long.BYTES);
      }
    }
    if (position > bounds.next()) {
      write(bounds.next());
    }
  }

  private static int crc(byte[] bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, CHECKED_BYTES);
    return (int) crc.getValue();
  }

  /// Returns the subscriber's name.
  public String name() {
    return name;
  }

  /// Returns the offset of the first message it has not committed; -1 if it never did.
  public synchronized long position() {
    return position;
  }

  /// Returns where to go on; `otherwise` if it never committed anything.
  public synchronized Start resume(Start otherwise) {
    return position < 0 ? otherwise : Start.at(position);
  }

  /// Keeps that everything before that offset was dealt with; it may also go back. Under
  /// [Flushing.EveryWrite] it is on the device when this returns.
  ///
  /// @throws IllegalArgumentException if the log has not come that far
  public synchronized void commit(long next) throws IOException {
    if (next < 0 || next > bounds.next()) {
      throw new IllegalArgumentException(
          "next: " + next + " (expected: 0 to " + bounds.next() + ")");
    }
    write(next);
  }

  private void write(long next) throws IOException {
    ByteBuffer place = ByteBuffer.allocate(PLACE_BYTES).putLong(number + 1).putLong(next);
    place.putInt(crc(place.array(), 0)).rewind();
    file.write(place, null, (number + 1) % 2 * PLACE_BYTES);
    if (bounds.forcesEveryWrite()) {
      file.force();
    }
    number++;
    position = next;
  }

  void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return name + " at " + position();
  }
}
