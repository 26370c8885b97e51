package dev.myelin.bench.endtoend;

import io.grpc.Drainable;
import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// Messages that gRPC reads straight into the tensor's memory, and writes from there.
final class ZeroCopy implements Grpc.Form<ZeroCopy.Piece> {
  private volatile @Nullable Memory target;

  /// A piece of a tensor: where its bytes are.
  record Piece(ByteBuffer bytes) {}

  @Override
  public void target(Memory memory) {
    target = memory;
  }

  @Override
  public Marshaller<Piece> marshaller() {
    return new Marshaller<>() {
      @Override
      public InputStream stream(Piece piece) {
        return new Outgoing(piece.bytes().duplicate());
      }

      @Override
      public Piece parse(InputStream stream) {
        try {
          return read(stream);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private Piece read(InputStream stream) throws IOException {
    int length = stream.available();
    Memory memory = target;
    ByteBuffer into =
        memory == null || memory.all().byteSize() < length
            ? ByteBuffer.allocate(length)
            : memory.nextBuffer(length);
    if (stream instanceof HasByteBuffer parts && parts.byteBufferSupported()) {
      while (into.hasRemaining()) {
        ByteBuffer part = parts.getByteBuffer();
        if (part == null) {
          break;
        }
        int size = part.remaining();
        into.put(part);
        stream.skipNBytes(size);
      }
    } else {
      ReadableByteChannel channel = Channels.newChannel(stream);
      while (into.hasRemaining() && channel.read(into) >= 0) {
        // until all of it is there
      }
    }
    return new Piece(into.flip());
  }

  @Override
  public Piece of(ByteBuffer source) {
    return new Piece(source);
  }

  @Override
  public void land(Piece message, Memory memory) {
    // it landed when it was read
  }

  /// Writes a buffer without an array between.
  private static final class Outgoing extends InputStream implements Drainable, KnownLength {
    private final ByteBuffer bytes;

    Outgoing(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public int drainTo(OutputStream to) throws IOException {
      int length = bytes.remaining();
      Channels.newChannel(to).write(bytes);
      return length;
    }

    @Override
    public int read() {
      return bytes.hasRemaining() ? bytes.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int size = Math.min(length, bytes.remaining());
      bytes.get(into, from, size);
      return size;
    }

    @Override
    public int available() {
      return bytes.remaining();
    }
  }
}
