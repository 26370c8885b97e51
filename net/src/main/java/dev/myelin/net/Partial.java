package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.RunningDigest;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A tensor of which a part is in its file; with a journal, its transfer can be taken up again.
/// Used by one thread at a time.
final class Partial {
  private final ArrivingFile file;
  private final TensorHeader header;
  private final @Nullable Kept kept;
  private @Nullable RunningDigest digest;
  private long resumedBytes;
  private long crcBytes;
  private @Nullable RunningDigest crc;

  /// What gives a whole file its name.
  @FunctionalInterface
  interface Naming {
    Path name(Path part) throws IOException;
  }

  /// What makes a file one that is kept.
  ///
  /// @param released run once, when the file is no longer in use
  record Kept(Path journalFile, Journal journal, Runnable released) {}

  private Partial(ArrivingFile file, TensorHeader header, @Nullable Kept kept) {
    this.file = file;
    this.header = header;
    this.kept = kept;
  }

  /// Makes a file that is deleted if its transfer is interrupted.
  static Partial fresh(Path part, TensorHeader header, DiskRoom room) throws IOException {
    return new Partial(ArrivingFile.create(part, header, room), header, null);
  }

  /// Makes the file, or takes up the one that is there as far as its chunks have the checksums that
  /// its journal tells.
  ///
  /// @param wanted asked after each chunk; false ends the check
  static Partial open(
      Path part, TensorHeader header, DiskRoom room, Kept kept, BooleanSupplier wanted)
      throws IOException {
    Journal journal = kept.journal();
    if (journal.chunks() > 0) {
      try {
        Partial partial = new Partial(ArrivingFile.reopen(part, header, room), header, kept);
        partial.check(journal, wanted);
        return partial;
      } catch (PeerException e) {
        throw e;
      } catch (IOException e) {
        System.getLogger(Partial.class.getName())
            .log(System.Logger.Level.WARNING, "{0} begins anew: {1}", part, e.getMessage());
      }
    }
    journal.truncate(0);
    return new Partial(ArrivingFile.create(part, header, room), header, kept);
  }

  private void check(Journal journal, BooleanSupplier wanted) throws IOException {
    int chunkBytes = journal.chunkBytes();
    RunningDigest running = digest();
    long good = 0;
    try {
      while (good < journal.chunks()
          && wanted.getAsBoolean()
          && checksum(good * chunkBytes, chunkBytes) == journal.checksum(good)) {
        running.update(good * chunkBytes, chunkBytes);
        good++;
      }
      journal.truncate(good);
      resumedBytes = good * chunkBytes;
      crcBytes = resumedBytes;
      file.holds(resumedBytes);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    } catch (InternalError e) {
      file.close();
      throw new IOException("the device cannot be read: " + e.getMessage(), e);
    }
  }

  private int checksum(long from, long bytes) {
    RunningDigest chunk = digestOf(TensorHeader.Digest.CRC32C);
    chunk.update(from, bytes);
    return ByteBuffer.wrap(chunk.value()).getInt();
  }

  Tensor tensor() {
    return file.tensor();
  }

  ArrivingFile file() {
    return file;
  }

  /// Returns how many bytes were here already.
  long resumedBytes() {
    return resumedBytes;
  }

  /// Returns the digest of what is here.
  RunningDigest digest() {
    RunningDigest running = digest;
    if (running == null) {
      running = digestOf(header.digest());
      digest = running;
    }
    return running;
  }

  private RunningDigest digestOf(TensorHeader.Digest kind) {
    return Objects.requireNonNull(RunningDigest.of(kind, tensor().segment()), "a digest");
  }

  /// Begins anew, because the sender has other content.
  void restart() throws IOException {
    if (kept != null) {
      kept.journal().truncate(0);
    }
    digest = null;
    resumedBytes = 0;
    crcBytes = 0;
  }

  /// Notes how much is here.
  void landed(long bytes) {
    if (kept == null) {
      return;
    }
    Journal journal = kept.journal();
    long chunkBytes = journal.chunkBytes();
    while (crcBytes < bytes) {
      long end = Math.min(bytes, (crcBytes / chunkBytes + 1) * chunkBytes);
      RunningDigest running = crc == null ? digestOf(TensorHeader.Digest.CRC32C) : crc;
      running.update(crcBytes, end - crcBytes);
      crcBytes = end;
      boolean whole = end % chunkBytes == 0;
      if (whole) {
        journal.add(ByteBuffer.wrap(running.value()).getInt());
      }
      crc = whole ? null : running;
    }
  }

  /// Closes it, for it is whole: the file gets its name, and the journal goes.
  Path finish(Naming naming) throws IOException {
    file.close();
    Path named = naming.name(file.part());
    forget();
    return named;
  }

  /// Closes it; what is worth it is kept for another attempt.
  void leave() {
    boolean whole = crcBytes == header.byteSize();
    if (kept == null || kept.journal().chunks() == 0 || whole) {
      discard();
      return;
    }
    try {
      file.close();
      kept.journal().close();
    } catch (IOException e) {
      // What it holds is checked before it is used.
    }
    kept.released().run();
  }

  /// Closes it and deletes it.
  void discard() {
    file.discard();
    forget();
  }

  private void forget() {
    if (kept == null) {
      return;
    }
    try {
      kept.journal().close();
    } catch (IOException e) {
      // It is deleted next.
    }
    Stowage.drop(kept.journalFile());
    kept.released().run();
  }
}
