package dev.myelin.net;

import dev.myelin.wire.TensorHeader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// What is known of a file under way: which tensor it is to be, and the checksum of each chunk that
/// is whole.
///
/// ```
///  0        4        8              8+length  +4
///  +--------+--------+--------------+--------+---------+---------+----
///  | MYJ 01 | length | description  | CRC    | chunk 0 | chunk 1 |  …
///  +--------+--------+--------------+--------+---------+---------+----
///  a chunk: CRC-32C of its bytes, 4; CRC-32C of its number (8) and of that, 4
/// ```
///
/// Nothing in it is trusted: the description must be the one expected, a chunk counts if its entry
/// and its bytes have the checksums that are written here. So neither has to be forced to the
/// device before the other, and what a crash tears off counts as not there.
final class Journal implements Closeable {
  private static final int MAGIC = 0x4D594A01;
  private static final int ENTRY_BYTES = 8;
  private static final int NUMBER_BYTES = 8;

  private final FileChannel channel;
  private final long head;
  private final int chunkBytes;
  private final ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
  private final ByteBuffer checked = ByteBuffer.allocate(NUMBER_BYTES + Integer.BYTES);
  private long chunks;
  private boolean broken;

  private Journal(FileChannel channel, long head, int chunkBytes) {
    this.channel = channel;
    this.head = head;
    this.chunkBytes = chunkBytes;
  }

  /// Opens the journal of a tensor; an empty one if there was none, or one of another tensor.
  static Journal open(Path file, TensorHeader header, String identity, int chunkBytes)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      byte[] head = head(header, identity, chunkBytes);
      Journal journal = new Journal(channel, head.length, chunkBytes);
      if (!Arrays.equals(head, journal.read(0, head.length))) {
        channel.truncate(0);
        journal.write(ByteBuffer.wrap(head), 0);
      }
      journal.count();
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static byte[] head(TensorHeader header, String identity, int chunkBytes)
      throws IOException {
    ByteArrayOutputStream description = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(description);
    out.writeUTF(identity);
    out.writeUTF(header.dtype().name());
    out.writeUTF(header.shape().toString());
    out.writeUTF(header.digest().name());
    out.writeUTF(header.name());
    out.writeLong(header.byteSize());
    out.writeInt(chunkBytes);
    CRC32C crc = new CRC32C();
    crc.update(description.toByteArray());
    ByteBuffer head = ByteBuffer.allocate(2 * Integer.BYTES + description.size() + Integer.BYTES);
    head.putInt(MAGIC).putInt(description.size()).put(description.toByteArray());
    return head.putInt((int) crc.getValue()).array();
  }

  int chunkBytes() {
    return chunkBytes;
  }

  /// Returns how many chunks it vouches for.
  long chunks() {
    return chunks;
  }

  /// Returns the checksum of a chunk it vouches for.
  int checksum(long chunk) throws IOException {
    return ByteBuffer.wrap(read(head + chunk * ENTRY_BYTES, ENTRY_BYTES)).getInt();
  }

  private void count() throws IOException {
    while (true) {
      byte[] next = read(head + chunks * ENTRY_BYTES, ENTRY_BYTES);
      if (next.length < ENTRY_BYTES) {
        return;
      }
      ByteBuffer values = ByteBuffer.wrap(next);
      if (values.getInt(Integer.BYTES) != check(chunks, values.getInt(0))) {
        return;
      }
      chunks++;
    }
  }

  /// Forgets all chunks from that one on.
  void truncate(long keep) throws IOException {
    chunks = keep;
    channel.truncate(head + keep * ENTRY_BYTES);
  }

  /// Notes the checksum of the next chunk. A journal that cannot be written only means that less is
  /// taken up again.
  void add(int checksum) {
    if (broken) {
      return;
    }
    entry.clear().putInt(checksum).putInt(check(chunks, checksum)).flip();
    try {
      write(entry, head + chunks * ENTRY_BYTES);
      chunks++;
    } catch (IOException e) {
      broken = true;
      System.getLogger(Journal.class.getName())
          .log(System.Logger.Level.WARNING, "a journal cannot be written: {0}", e.getMessage());
    }
  }

  private int check(long number, int checksum) {
    CRC32C crc = new CRC32C();
    crc.update(checked.clear().putLong(number).putInt(checksum).flip());
    return (int) crc.getValue();
  }

  private byte[] read(long at, int bytes) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(bytes);
    while (target.hasRemaining() && channel.read(target, at + target.position()) > 0) {
      // as much as there is
    }
    return Arrays.copyOf(target.array(), target.position());
  }

  private void write(ByteBuffer from, long at) throws IOException {
    long start = at - from.position();
    while (from.hasRemaining()) {
      channel.write(from, start + from.position());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
