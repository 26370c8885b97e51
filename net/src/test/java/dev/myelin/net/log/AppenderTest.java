package dev.myelin.net.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.tensor.TensorPool;
import dev.myelin.testkit.HandClock;
import dev.myelin.testkit.LeakCheck;
import dev.myelin.wire.parts.Parts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Many threads append at once, read at once, and are interrupted.
@Timeout(60)
@ExtendWith(LeakCheck.class)
class AppenderTest {
  private static final int THREADS = 8;
  private static final int EACH = 200;

  @TempDir Path root;

  private static Callable<List<Long>> appender(TopicLog log, int number) {
    return () -> {
      List<Long> offsets = new ArrayList<>();
      for (int i = 0; i < EACH; i++) {
        offsets.add(log.append(Parts.of(Integer.toString(number), Integer.toString(i))));
      }
      return offsets;
    };
  }

  @Test
  void threadsThatAppendAtTheSameTimeShareForces(TensorPool pool) throws Exception {
    CountingStorage storage = new CountingStorage();
    LogOptions options = Scene.everyWrite().withSegmentBytes(10_000);
    try (TopicLog log = TopicLog.open(root, Scene.NAME, options, HandClock.still(), storage);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
      List<Future<List<Long>>> results = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        results.add(threads.submit(appender(log, i)));
      }
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < THREADS * EACH; i++) {
        seen.add(Scene.text(Scene.kept(reader, Scene.SOON)));
      }
      for (int i = 0; i < THREADS; i++) {
        List<Long> offsets = results.get(i).get();
        for (int j = 0; j < EACH; j++) {
          assertThat(seen.get(Math.toIntExact(offsets.get(j)))).isEqualTo(i + "|" + j);
        }
      }
      assertThat(log.counts().messages()).isEqualTo(THREADS * EACH);
      assertThat(log.counts().forces()).isBetween(1L, (long) THREADS * EACH);
      assertThat(log.counts().largestGroup()).isBetween(1L, (long) THREADS);
    }
  }

  @Test
  void oneForceIsEnoughForAllThatWaitForIt() throws Exception {
    SlowDevice device = new SlowDevice();
    GroupCommit commit = new GroupCommit("x", device, 0);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 1; i <= THREADS; i++) {
        int upTo = i;
        all.add(
            threads.submit(
                () -> {
                  commit.await(upTo);
                  return null;
                }));
      }
      device.release();
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(commit.forces()).isBetween(1L, 2L);
    assertThat(commit.largestGroup()).isEqualTo(THREADS);
  }

  /// A device that has everything with each force, of which the first waits.
  private static final class SlowDevice implements GroupCommit.Device {
    private boolean released;

    synchronized void release() {
      released = true;
      notifyAll();
    }

    @Override
    public synchronized long force() throws IOException {
      try {
        while (!released) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return THREADS;
    }

    @Override
    public void forcedUpTo(long offset) {}
  }

  @Test
  void anInterruptEndsNoAppendAndNoOtherThreads(TensorPool pool) throws Exception {
    try (TopicLog log = Scene.open(root, Scene.everyWrite().withSegmentBytes(5000))) {
      AtomicBoolean done = new AtomicBoolean();
      Thread victim =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < EACH; i++) {
                        log.append(Parts.of("victim"));
                      }
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    } finally {
                      done.set(true);
                    }
                  });
      for (int i = 0; i < EACH || !done.get(); i++) {
        victim.interrupt();
        log.append(Parts.of("other"));
      }
      victim.join();
      List<String> texts = Scene.texts(log, pool);
      assertThat(texts.stream().filter("victim"::equals)).hasSize(EACH);
      assertThat(texts).hasSize((int) log.next());
    }
  }

  @Test
  void anInterruptEndsAWaitForNewMessagesAndNotTheReader(TensorPool pool) throws Exception {
    try (TopicLog log = Scene.open(root, Scene.never());
        LogReader reader = log.read(Start.oldest(), TopicFilter.all(), pool)) {
      log.append(Parts.of("a"));
      Thread.currentThread().interrupt();
      boolean interrupted = false;
      try {
        reader.next(Scene.SOON);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      assertThat(interrupted).isTrue();
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      assertThat(Scene.texts(reader)).containsExactly("a");
    }
  }
}
