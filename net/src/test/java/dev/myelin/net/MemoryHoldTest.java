package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class MemoryHoldTest {
  private final MemoryHold hold = MemoryHold.ofSystem().orElseThrow();

  @Test
  void doesTheWorkOnceInTheCallersThread() throws Exception {
    AtomicInteger done = new AtomicInteger();
    Thread caller = Thread.currentThread();
    hold.during(
        ByteBuffer.allocateDirect(16),
        () -> {
          assertThat(Thread.currentThread()).isSameAs(caller);
          done.incrementAndGet();
        });
    assertThat(done).hasValue(1);
  }

  @Test
  void letsNobodyFreeTheMemoryMeanwhile() throws Exception {
    Arena arena = Arena.ofShared();
    ByteBuffer buffer = arena.allocate(1 << 16).asByteBuffer();
    hold.during(
        buffer.slice(100, 200),
        () -> assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class));
    assertThat(buffer.get(100)).isZero();
    arena.close();
  }

  @Test
  void refusesMemoryThatWasFreed() {
    Arena arena = Arena.ofShared();
    ByteBuffer buffer = arena.allocate(1 << 16).asByteBuffer();
    arena.close();
    AtomicInteger done = new AtomicInteger();
    assertThatThrownBy(() -> hold.during(buffer, done::incrementAndGet))
        .isInstanceOf(IllegalStateException.class);
    assertThat(done).hasValue(0);
  }

  @Test
  void throwsWhatTheWorkThrows() throws Exception {
    IOException failure = new IOException("of the work");
    ByteBuffer buffer = ByteBuffer.allocateDirect(16);
    assertThatThrownBy(
            () ->
                hold.during(
                    buffer,
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertThatThrownBy(
            () ->
                hold.during(
                    buffer,
                    () -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
    hold.during(buffer, () -> {}); // nothing of the failure is left
  }

  @Test
  void isUnsafeForFilesAndTheHeap(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[1 << 16]);
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofShared()) {
      ByteBuffer mapped =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, 1 << 16, arena).asByteBuffer();
      assertThat(MemoryHold.isSafeFor(mapped)).isFalse();
    }
    assertThat(MemoryHold.isSafeFor(ByteBuffer.allocate(1 << 16))).isFalse();
    assertThat(MemoryHold.isSafeFor(ByteBuffer.allocateDirect(1 << 16))).isTrue();
  }
}
