package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Lands tensors straight in files: described ones by memory map, so that a tensor may be larger
/// than memory; chunks of streams that nobody described are appended.
final class FolderIntake implements Intake {
  private final Stowage stowage;
  private final TensorPool pool;
  private final Limits.Streams limits;
  private final Map<Integer, ArrivingFile> arriving = new HashMap<>();
  private final Map<Integer, RawFile> raws = new HashMap<>();

  FolderIntake(Stowage stowage, TensorPool pool, Limits.Streams limits) {
    this.stowage = stowage;
    this.pool = pool;
    this.limits = limits;
  }

  @Override
  public Tensor land(int stream, TensorHeader header) throws PeerException {
    if (header.byteSize() > limits.tensorBytes()) {
      throw new PeerException.Refused(
          "tensor "
              + header.name()
              + ": "
              + header.byteSize()
              + " bytes (expected: <= "
              + limits.tensorBytes()
              + ")");
    }
    try {
      ArrivingFile file = ArrivingFile.create(stowage.begin(), header, stowage.room());
      arriving.put(stream, file);
      return file.tensor();
    } catch (PeerException e) {
      throw e;
    } catch (IOException e) {
      throw DiskRoom.failed("tensor " + header.name(), e);
    }
  }

  @Override
  public void prepare(int stream, TensorHeader header, long upToBytes) throws PeerException {
    ArrivingFile file = arriving.get(stream);
    if (file != null) {
      file.prepare(upToBytes);
    }
  }

  /// Copies it into its file at once: a file must not change when the peer does.
  @Override
  public Tensor adopt(int stream, TensorHeader header, Tensor foreign) throws PeerException {
    Tensor mine = land(stream, header);
    try {
      prepare(stream, header, header.byteSize());
      mine.segment().copyFrom(foreign.segment());
    } catch (PeerException e) {
      abandoned(stream, header, String.valueOf(e.getMessage()));
      throw e;
    }
    foreign.close();
    return mine;
  }

  @Override
  public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
    raw(stream).prepare(bytes);
    try {
      return pool.allocate(DType.U8, Shape.of(bytes));
    } catch (PoolExhaustedException e) {
      throw new PeerException.Overloaded("stream " + stream + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void chunk(PeerId from, Message.TensorData data) throws PeerException {
    try (Tensor chunk = data.tensor()) {
      raw(data.stream()).append(chunk.segment());
    }
  }

  private RawFile raw(int stream) throws PeerException {
    RawFile known = raws.get(stream);
    if (known == null) {
      if (raws.size() >= limits.open()) {
        throw new PeerException.Overloaded(
            raws.size() + " streams (expected: <= " + limits.open() + ")", null);
      }
      known = RawFile.create(stowage.begin(), name(stream), stowage.room());
      raws.put(stream, known);
    }
    return known;
  }

  private static String name(int stream) {
    return "stream-" + Integer.toUnsignedString(stream);
  }

  @Override
  public long end(PeerId from, Message.End end) throws PeerException {
    RawFile raw = raw(end.stream());
    raws.remove(end.stream());
    String name = from.brief() + "-" + name(end.stream());
    try {
      raw.finish();
      Path file = stowage.finish(raw.part(), name, ".bin");
      stowage.tell(new Stored(file, from, name, raw.bytes(), 0, since(raw.startNanos())));
    } catch (PeerException e) {
      raw.discard();
      throw e;
    } catch (IOException e) {
      raw.discard();
      throw DiskRoom.failed(name, e);
    }
    return raw.bytes();
  }

  @Override
  public void complete(PeerId from, Message.Transfer transfer) throws PeerException {
    ArrivingFile file = arriving.remove(transfer.stream());
    if (file == null) {
      throw new IllegalStateException(
          "stream " + transfer.stream() + ": no file (expected: one from its beginning)");
    }
    TensorHeader header = transfer.header();
    try {
      file.close();
      Path path = stowage.finish(file.part(), header.name(), ArrivingFile.extension(header));
      stowage.tell(
          new Stored(path, from, header.name(), header.byteSize(), 0, since(file.startNanos())));
    } catch (IOException e) {
      file.discard();
      throw DiskRoom.failed("tensor " + header.name(), e);
    }
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  @Override
  public void abandoned(int stream, TensorHeader header, String reason) {
    ArrivingFile file = arriving.remove(stream);
    if (file != null) {
      file.discard();
    }
  }

  @Override
  public void drop(int stream) {
    RawFile raw = raws.remove(stream);
    if (raw != null) {
      raw.discard();
    }
  }

  @Override
  public void close() {
    arriving.values().forEach(ArrivingFile::discard);
    arriving.clear();
    raws.values().forEach(RawFile::discard);
    raws.clear();
  }
}
