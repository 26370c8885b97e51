package dev.myelin.net;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.NpyFile;
import dev.myelin.tensor.PoolExhaustedException;
import dev.myelin.tensor.SafetensorsFile;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Lands tensors straight in files: described ones by memory map, so that a tensor may be larger
/// than memory; chunks of streams that nobody described are appended.
final class FolderIntake implements Intake {
  private final Stowage stowage;
  private final TensorPool pool;
  private final Limits.Streams limits;
  private final Map<Integer, Arriving> arriving = new HashMap<>();
  private final Map<Integer, Raw> raws = new HashMap<>();

  /// A described tensor under way.
  private record Arriving(Path part, String extension, Closeable file, Tensor tensor) {}

  /// A stream under way that nobody described.
  private static final class Raw {
    private final Path part;
    private final FileChannel file;
    private long bytes;

    private Raw(Path part) throws IOException {
      this.part = part;
      this.file = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

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
    Path part = stowage.begin(header.name(), header.byteSize());
    try {
      Arriving file = create(part, header);
      arriving.put(stream, file);
      return file.tensor();
    } catch (IOException e) {
      Stowage.drop(part);
      throw Stowage.unusable(header.name(), e);
    }
  }

  private static Arriving create(Path part, TensorHeader header) throws IOException {
    DType dtype = header.dtype();
    if (dtype.elementsPerBlock() == 1 && dtype != DType.BF16) {
      NpyFile npy = NpyFile.create(part, dtype, header.shape());
      return new Arriving(part, ".npy", npy::close, npy.tensor());
    }
    boolean blocks = dtype.elementsPerBlock() != 1;
    SafetensorsFile.Spec spec =
        blocks
            ? new SafetensorsFile.Spec(header.name(), DType.U8, Shape.of(header.byteSize()))
            : new SafetensorsFile.Spec(header.name(), dtype, header.shape());
    Map<String, String> metadata =
        blocks ? Map.of("dtype", dtype.name(), "shape", header.shape().toString()) : Map.of();
    SafetensorsFile file = SafetensorsFile.create(part, List.of(spec), metadata);
    Tensor tensor = Tensor.wrap(dtype, header.shape(), file.tensor(header.name()).segment());
    return new Arriving(part, ".safetensors", file::close, tensor);
  }

  @Override
  public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
    Raw raw = raws.get(stream);
    if (raw == null && raws.size() >= limits.open()) {
      throw new PeerException.Overloaded(
          raws.size() + " streams (expected: <= " + limits.open() + ")", null);
    }
    return memory(stream, bytes);
  }

  private Tensor memory(int stream, long bytes) throws PeerException {
    try {
      return pool.allocate(DType.U8, Shape.of(bytes));
    } catch (PoolExhaustedException e) {
      throw new PeerException.Overloaded("stream " + stream + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void chunk(PeerId from, Message.TensorData data) throws IOException {
    try (Tensor chunk = data.tensor()) {
      Raw raw = raw(data.stream());
      ByteBuffer bytes = chunk.segment().asByteBuffer();
      while (bytes.hasRemaining()) {
        raw.bytes += raw.file.write(bytes);
      }
    }
  }

  private Raw raw(int stream) throws IOException {
    Raw known = raws.get(stream);
    if (known == null) {
      known = new Raw(stowage.begin("stream " + stream, 0));
      raws.put(stream, known);
    }
    return known;
  }

  @Override
  public long end(PeerId from, Message.End end) throws IOException {
    Raw raw = raw(end.stream());
    raws.remove(end.stream());
    raw.file.close();
    String name = from.brief() + "-stream-" + Integer.toUnsignedString(end.stream());
    stowage.finish(raw.part, name, ".bin");
    return raw.bytes;
  }

  @Override
  public void complete(PeerId from, Message.Transfer transfer) throws IOException {
    Arriving file = arriving.remove(transfer.stream());
    if (file == null) {
      throw new IllegalStateException(
          "stream " + transfer.stream() + ": no file (expected: one from its beginning)");
    }
    try {
      file.file().close();
      stowage.finish(file.part(), transfer.header().name(), file.extension());
    } catch (IOException e) {
      Stowage.drop(file.part());
      throw e;
    }
  }

  @Override
  public void abandoned(int stream, TensorHeader header, String reason) {
    Arriving file = arriving.remove(stream);
    if (file != null) {
      discard(file);
    }
  }

  @Override
  public void drop(int stream) {
    Raw raw = raws.remove(stream);
    if (raw != null) {
      discard(raw);
    }
  }

  @Override
  public void close() {
    arriving.values().forEach(FolderIntake::discard);
    arriving.clear();
    raws.values().forEach(FolderIntake::discard);
    raws.clear();
  }

  private static void discard(Arriving file) {
    try {
      file.file().close();
    } catch (IOException e) {
      // It is deleted next.
    }
    Stowage.drop(file.part());
  }

  private static void discard(Raw raw) {
    try {
      raw.file.close();
    } catch (IOException e) {
      // It is deleted next.
    }
    Stowage.drop(raw.part);
  }
}
