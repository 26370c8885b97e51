package dev.myelin.net.pipe;

import dev.myelin.wire.parts.Outlet;
import dev.myelin.wire.parts.Parts;
import java.util.Arrays;

/// Brief messages one behind the other in one array: each a zero, its length, and its bytes.
///
/// So they pass from one thread to another as a few cache lines in order, where an object for each
/// would be fetched by itself. It is also what [dev.myelin.wire.parts.PartsSession#encodesBriefly]
/// promises of the wire. Used by one thread at a time.
final class Strip {
  /// The longest message that is brief.
  static final int MOST_BODY = 255;

  static final int LEAST_BYTES = 256;
  static final int MOST_BYTES = 128 << 10;

  private static final int HEAD = 2;
  private static final byte[] EMPTY = {};

  private final byte[] bytes;
  private int begin;
  private int end;
  private int count;

  /// @param least how many bytes it must hold
  Strip(int least) {
    bytes = new byte[Math.max(LEAST_BYTES, Integer.highestOneBit(Math.max(1, least - 1)) << 1)];
  }

  /// Returns whether a message can lie here.
  static boolean isBrief(Parts message) {
    return message.count() == 1 && message.allOnHeap() && message.bytes().length <= MOST_BODY;
  }

  /// Returns how many bytes a message of that length takes.
  static int sizeOf(int length) {
    return HEAD + length;
  }

  int capacity() {
    return bytes.length;
  }

  /// Returns how many bytes more it can take.
  int room() {
    return bytes.length - end;
  }

  /// Returns how many messages are in.
  int count() {
    return count;
  }

  /// Returns how many bytes they take here.
  int size() {
    return end - begin;
  }

  /// Returns how many bytes they have.
  int bodyBytes() {
    return end - begin - HEAD * count;
  }

  /// Adds a message, for which there must be room.
  void add(byte[] body) {
    bytes[end] = 0;
    bytes[end + 1] = (byte) body.length;
    System.arraycopy(body, 0, bytes, end + HEAD, body.length);
    end += HEAD + body.length;
    count++;
  }

  /// Adds messages that lie somewhere in the same form; there must be room.
  void add(byte[] page, int from, int to, int messages) {
    System.arraycopy(page, from, bytes, end, to - from);
    end += to - from;
    count += messages;
  }

  /// Returns how many bytes the first so many messages take here.
  int sizeOfFirst(int messages) {
    if (messages == count) {
      return size();
    }
    int at = begin;
    for (int i = 0; i < messages; i++) {
      at += HEAD + (bytes[at + 1] & 0xFF);
    }
    return at - begin;
  }

  /// Returns how many of the first messages may go where there is room for so many, at least one,
  /// and where none goes once there is no room for a byte.
  int countWithin(int roomMessages, long roomBytes) {
    if (count <= roomMessages && bodyBytes() < roomBytes) {
      return count;
    }
    int found = 1;
    int at = begin;
    long left = roomBytes - (bytes[at + 1] & 0xFF);
    while (found < count && found < roomMessages && left > 0) {
      at += HEAD + (bytes[at + 1] & 0xFF);
      left -= bytes[at + 1] & 0xFF;
      found++;
    }
    return found;
  }

  /// Moves the first so many messages behind those of another one, which must have room.
  void move(int messages, Strip to) {
    int size = sizeOfFirst(messages);
    to.add(bytes, begin, begin + size, messages);
    begin += size;
    count -= messages;
  }

  /// Moves messages from the first on to where they leave, up to that many bytes; returns how many.
  int pour(Outlet to, long most) {
    int messages = count;
    int size = size();
    if (size > most) {
      messages = 0;
      size = 0;
      for (int next = next(0); size + next <= most; next = next(size)) {
        size += next;
        messages++;
      }
    }
    to.put(bytes, begin, size);
    begin += size;
    count -= messages;
    return messages;
  }

  private int next(int offset) {
    return HEAD + (bytes[begin + offset + 1] & 0xFF);
  }

  /// Takes the first message.
  Parts poll() {
    int length = bytes[begin + 1] & 0xFF;
    int at = begin + HEAD;
    begin = at + length;
    count--;
    return Parts.of(length == 0 ? EMPTY : Arrays.copyOfRange(bytes, at, begin));
  }

  /// Has all of it in the cache of this core, so that short stores one by one do not each wait for
  /// a line that another core has.
  void warm() {
    Arrays.fill(bytes, (byte) 0);
  }

  /// Forgets everything.
  void clear() {
    begin = 0;
    end = 0;
    count = 0;
  }
}
