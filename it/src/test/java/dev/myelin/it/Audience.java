package dev.myelin.it;

import dev.myelin.net.Delivery;
import dev.myelin.net.Reception;
import dev.myelin.net.Stored;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/// Takes what arrives at an actor, byte by byte compared with what all actors send, and stops
/// taking when told.
final class Audience {
  private final Consumer<String> wrong;
  private boolean held; // guarded by this

  Audience(Consumer<String> wrong) {
    this.wrong = wrong;
  }

  /// Returns a tensor with the bytes that every actor sends.
  static Tensor script(TensorPool pool, long bytes) {
    Tensor tensor = pool.allocate(DType.U8, Shape.of(bytes));
    MemorySegment segment = tensor.segment();
    for (long i = 0; i < bytes; i++) {
      segment.set(ValueLayout.JAVA_BYTE, i, letter(i));
    }
    return tensor;
  }

  Reception reception(boolean stores, Path disk) throws IOException {
    if (!stores) {
      return Reception.handler(this::take);
    }
    return Reception.folder(Files.createDirectories(disk.resolve("in")), this::take);
  }

  synchronized void hold() {
    held = true;
  }

  synchronized void go() {
    held = false;
    notifyAll();
  }

  private synchronized void awaitGo() {
    try {
      while (held) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Delivery delivery) {
    try (delivery) {
      compare(delivery.tensor().segment(), 0);
    }
    awaitGo();
  }

  private void take(Stored stored) {
    try (FileChannel file = FileChannel.open(stored.file(), StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      compare(file.map(MapMode.READ_ONLY, 0, file.size(), arena), file.size() - stored.bytes());
    } catch (IOException e) {
      wrong.accept("unreadable: " + e);
    }
    try {
      Files.delete(stored.file());
    } catch (IOException e) {
      wrong.accept("undeletable: " + e);
    }
    awaitGo();
  }

  private void compare(MemorySegment bytes, long skipped) {
    for (long i = skipped; i < bytes.byteSize(); i++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, i) != letter(i - skipped)) {
        wrong.accept("byte " + (i - skipped) + " of " + (bytes.byteSize() - skipped) + " differs");
        return;
      }
    }
  }

  private static byte letter(long index) {
    return (byte) (index * 31 + (index >> 8));
  }
}
