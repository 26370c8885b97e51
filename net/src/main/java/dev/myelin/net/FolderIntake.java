package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Lands tensors straight in files: described ones by memory map, so that a tensor may be larger
/// than memory; chunks of streams that nobody described are appended.
final class FolderIntake implements Intake {
  private final Stowage stowage;
  private final TensorPool pool;
  private final Limits limits;
  private final Tasks tasks;
  private final Map<Integer, Partial> arriving = new HashMap<>();
  private final Map<Integer, TakingUp> asked = new HashMap<>();
  private final Map<Integer, RawFile> raws = new HashMap<>();

  FolderIntake(Stowage stowage, TensorPool pool, Limits limits, Tasks tasks) {
    this.stowage = stowage;
    this.pool = pool;
    this.limits = limits;
    this.tasks = tasks;
  }

  @Override
  public Tensor land(int stream, TensorHeader header) throws PeerException {
    requireSize(header);
    try {
      Partial file = Partial.fresh(stowage.begin(), header, stowage.room());
      arriving.put(stream, file);
      return file.tensor();
    } catch (PeerException e) {
      throw e;
    } catch (IOException e) {
      throw DiskRoom.failed("tensor " + header.name(), e);
    }
  }

  private void requireSize(TensorHeader header) throws PeerException {
    long most = limits.streams().tensorBytes();
    if (header.byteSize() > most) {
      throw new PeerException.Refused(
          "tensor "
              + header.name()
              + ": "
              + header.byteSize()
              + " bytes (expected: <= "
              + most
              + ")");
    }
  }

  @Override
  public void ask(Message.Ask ask, Consumer<Message> answer) {
    TakingUp search = new TakingUp(ask, answer);
    asked.put(ask.stream(), search);
    tasks.forkPlatform("resume-" + name(ask.stream()), () -> search.run(this::find));
  }

  /// Runs in a thread of its own.
  private Partial find(Message.Ask ask, TakingUp forWhom) throws IOException, InterruptedException {
    requireSize(ask.header());
    // The connection over which the last attempt came may be dead, and nobody knows yet.
    Duration patience = limits.waits().silence().multipliedBy(2);
    Partial known =
        stowage.partials().open(ask.header(), ask.identity(), patience, forWhom::isWanted);
    return known == null ? Partial.fresh(stowage.begin(), ask.header(), stowage.room()) : known;
  }

  @Override
  public Resumed resume(int stream, TensorHeader header, long bytes) throws PeerException {
    TakingUp search = asked.remove(stream);
    Partial file = search == null ? null : search.take();
    if (file == null || (bytes != 0 && bytes != file.resumedBytes())) {
      if (file != null) {
        file.leave();
      }
      throw new PeerException.Faulted(
          FaultCode.PROTOCOL.code(),
          "tensor " + header.name() + " from byte " + bytes + " (expected: as it was answered)");
    }
    try {
      if (bytes == 0) {
        file.restart();
      }
    } catch (IOException e) {
      file.discard();
      throw DiskRoom.failed("tensor " + header.name(), e);
    }
    arriving.put(stream, file);
    return new Resumed(file.tensor(), file.digest());
  }

  @Override
  public void prepare(int stream, TensorHeader header, long upToBytes) throws PeerException {
    Partial file = arriving.get(stream);
    if (file != null) {
      file.file().prepare(upToBytes);
    }
  }

  @Override
  public long window(int stream, TensorHeader header) {
    return limits.flow().windowBytes();
  }

  @Override
  public void landed(int stream, TensorHeader header, long bytesSoFar) {
    Partial file = arriving.get(stream);
    if (file != null) {
      file.landed(bytesSoFar);
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
      if (raws.size() >= limits.streams().open()) {
        throw new PeerException.Overloaded(
            raws.size() + " streams (expected: <= " + limits.streams().open() + ")", null);
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
      Path file = stowage.finish(raw.part(), name + ".bin");
      TensorHeader header =
          new TensorHeader(name, DType.U8, Shape.of(raw.bytes()), TensorHeader.Digest.NONE);
      stowage.tell(new Stored(file, from, header, 0, since(raw.startNanos())));
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
    Partial file = arriving.remove(transfer.stream());
    if (file == null) {
      throw new IllegalStateException(
          "stream " + transfer.stream() + ": no file (expected: one from its beginning)");
    }
    TensorHeader header = transfer.header();
    try {
      Path path = file.finish(part -> stowage.finish(part, StoredForm.fileName(header)));
      Duration time = since(file.file().startNanos());
      stowage.tell(new Stored(path, from, header, file.resumedBytes(), time));
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
    Partial file = arriving.remove(stream);
    if (file != null) {
      file.leave();
    }
  }

  @Override
  public void drop(int stream) {
    RawFile raw = raws.remove(stream);
    if (raw != null) {
      raw.discard();
    }
    TakingUp search = asked.remove(stream);
    if (search != null) {
      search.drop();
    }
  }

  @Override
  public void close() {
    arriving.values().forEach(Partial::leave);
    arriving.clear();
    asked.values().forEach(TakingUp::drop);
    asked.clear();
    raws.values().forEach(RawFile::discard);
    raws.clear();
  }
}
