package dev.myelin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
@ExtendWith(LeakCheck.class)
class LeakCheckTest {
  @Test
  void injectsAPool(TensorPool pool) {
    try (Tensor tensor = pool.allocate(DType.F32, Shape.of(4))) {
      assertThat(tensor.byteSize()).isEqualTo(16);
    }
  }

  @Test
  void namesAThreadThatIsLeft() throws InterruptedException {
    for (Thread.Builder kind : new Thread.Builder[] {Thread.ofVirtual(), Thread.ofPlatform()}) {
      ThreadWatch watch = ThreadWatch.start();
      CountDownLatch latch = new CountDownLatch(1);
      Thread thread = kind.name("my-left").start(() -> await(latch));
      assertThatThrownBy(() -> watch.requireGone(soon())).hasMessageContaining("my-left");
      latch.countDown();
      watch.requireGone(System.nanoTime() + LeakCheck.PATIENCE.toNanos());
      thread.join();
    }
  }

  @Test
  void namesADescriptorThatIsLeft(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("left.txt"), "x");
    DescriptorWatch watch = DescriptorWatch.start();
    try (InputStream in = Files.newInputStream(file)) {
      assertThat(in.read()).isEqualTo('x');
      assertThatThrownBy(() -> watch.requireGone(soon())).hasMessageContaining("left.txt");
    }
    watch.requireGone(System.nanoTime() + LeakCheck.PATIENCE.toNanos());
  }

  private static long soon() {
    return System.nanoTime() + Duration.ofMillis(50).toNanos();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
