package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.wire.Precedence;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DuplexSinkTest {
  private static final int LARGE = DuplexSink.SMALL_BYTES + 1;

  private final Gate gate = new Gate();
  private final DuplexSink sink = new DuplexSink(gate);

  /// An output that lets one write through per permit, and remembers the first byte of each part.
  private static final class Gate implements Duplex {
    final Semaphore permits = new Semaphore(1000);
    final List<String> writes = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    void shut() {
      permits.drainPermits();
    }

    @Override
    public int read(ByteBuffer target) {
      return -1;
    }

    @Override
    public int read(ByteBuffer target, Duration limit) {
      return -1;
    }

    @Override
    public void write(ByteBuffer[] parts) throws IOException {
      permits.acquireUninterruptibly();
      if (closed) {
        throw new IOException("closed");
      }
      StringBuilder what = new StringBuilder();
      for (ByteBuffer part : parts) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        what.append(
            bytes.length > 100
                ? (char) bytes[0] + "*"
                : new String(bytes, StandardCharsets.US_ASCII));
      }
      writes.add(what.toString());
    }

    @Override
    public void endOutput() {}

    @Override
    public void close() {
      closed = true;
      permits.release(1000);
    }
  }

  private static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void small(String text) throws IOException {
    sink.write(text(text));
  }

  private FutureTask<Boolean> sending(String text) {
    return Lab.aside(
        () -> {
          small(text);
          sink.flush();
          return true;
        });
  }

  private FutureTask<Boolean> large(Precedence precedence, char first) {
    return Lab.aside(
        () -> {
          byte[] body = new byte[LARGE];
          body[0] = (byte) first;
          sink.write(precedence, text("<"), MemorySegment.ofArray(body), 0, body.length);
          return true;
        });
  }

  private void awaitWriter() {
    Lab.eventually("somebody writes", () -> sink.busy() && gate.permits.hasQueuedThreads());
  }

  @Test
  void aLoneUnitLeavesAtOnce() throws IOException {
    small("a");
    small("b");
    sink.flush();
    sink.flush();

    assertThat(gate.writes).containsExactly("ab");
  }

  @Test
  void unitsThatComeDuringAWriteLeaveTogether() throws Exception {
    gate.shut();
    FutureTask<Boolean> first = sending("a");
    awaitWriter();
    List<FutureTask<Boolean>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(sending("b"));
      int count = i + 1;
      Lab.eventually("waiting", () -> sink.waiting() == count);
    }
    gate.permits.release(1000);

    assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
    for (FutureTask<Boolean> other : others) {
      assertThat(other.get(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(gate.writes).containsExactly("a", "bbbbb");
  }

  @Test
  void aLargeUnitLeavesBehindWhatGatheredInTheSameWrite() throws Exception {
    small("a");
    assertThat(large(Precedence.BULK, 'x').get(10, TimeUnit.SECONDS)).isTrue();

    assertThat(gate.writes).containsExactly("a<x*");
  }

  @Test
  void aHeadLargerThanTheBufferIsWrittenToo() throws IOException {
    byte[] head = new byte[LARGE];
    head[0] = 'h';
    small("a");
    sink.write(MemorySegment.ofArray(head));
    sink.flush();

    assertThat(gate.writes).containsExactly("ah*");
  }

  @Test
  void theMoreUrgentUnitLeavesFirst() throws Exception {
    gate.shut();
    FutureTask<Boolean> first = large(Precedence.BULK, '1');
    awaitWriter();
    FutureTask<Boolean> bulk = large(Precedence.BULK, '2');
    Lab.eventually("bulk waits", () -> sink.queued() == 1);
    FutureTask<Boolean> urgent = large(Precedence.ACTIVATIONS, '3');
    Lab.eventually("both wait", () -> sink.queued() == 2);
    gate.permits.release(1000);

    assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bulk.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(urgent.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(gate.writes).containsExactly("<1*", "<3*", "<2*");
  }

  @Test
  void streamsOfOneClassTakeTurns() throws Exception {
    gate.shut();
    List<FutureTask<Boolean>> streams = new ArrayList<>();
    for (char stream = 'a'; stream < 'e'; stream++) {
      streams.add(stream(stream, 20));
      int others = streams.size() - 1;
      Lab.eventually("one more wants to write", () -> sink.busy() && sink.queued() == others);
    }
    awaitWriter();
    for (int frame = 1; frame <= 40; frame++) {
      gate.permits.release();
      int written = frame;
      // The stream whose frame has left stands in line again before the next one leaves.
      Lab.eventually(
          "in line",
          () ->
              gate.writes.size() == written
                  && gate.permits.hasQueuedThreads()
                  && sink.queued() == 3);
    }
    gate.permits.release(1000);

    for (FutureTask<Boolean> stream : streams) {
      assertThat(stream.get(10, TimeUnit.SECONDS)).isTrue();
    }
    for (char stream = 'a'; stream < 'e'; stream++) {
      String frame = "<" + stream + "*";
      assertThat(gate.writes.subList(0, 40)).filteredOn(frame::equals).hasSize(10);
    }
  }

  private FutureTask<Boolean> stream(char name, int frames) {
    return Lab.aside(
        () -> {
          byte[] body = new byte[LARGE];
          body[0] = (byte) name;
          for (int i = 0; i < frames; i++) {
            sink.write(Precedence.BULK, text("<"), MemorySegment.ofArray(body), 0, body.length);
          }
          return true;
        });
  }

  @Test
  void aSmallUnitPassesTheFramesOfALargeStream() throws Exception {
    gate.shut();
    FutureTask<Boolean> bulk = stream('b', 8);
    awaitWriter();
    FutureTask<Boolean> small = sending("s");
    Lab.eventually("waits", () -> sink.waiting() == 1);
    gate.permits.release(1000);

    assertThat(small.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bulk.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(String.join("", gate.writes)).startsWith("<b*s").hasSize(8 * 3 + 1);
  }

  @Test
  void whoFlushesDoesNotWaitForALargeUnitBehindItsBytes() throws Exception {
    gate.shut();
    FutureTask<Boolean> first = large(Precedence.BULK, '1');
    awaitWriter();
    FutureTask<Boolean> bulk = large(Precedence.BULK, '2');
    Lab.eventually("bulk waits", () -> sink.queued() == 1);
    FutureTask<Boolean> flushed = sending("a");
    Lab.eventually("flush waits", () -> sink.waiting() == 1);
    gate.permits.release(2);

    assertThat(first.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(flushed.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bulk.isDone()).isFalse();
    gate.permits.release(1000);
    assertThat(bulk.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(gate.writes).containsExactly("<1*", "a<", "2*");
  }

  @Test
  void whoFindsTheBufferFullWaitsForRoom() throws Exception {
    gate.shut();
    FutureTask<Boolean> poster =
        Lab.aside(
            () -> {
              for (int i = 0; i < Breath.MOST_BYTES; i++) {
                sink.write(text("abc"));
              }
              return true;
            });
    awaitWriter();
    assertThat(poster.isDone()).isFalse();
    gate.permits.release(1000);

    assertThat(poster.get(10, TimeUnit.SECONDS)).isTrue();
    sink.flush();
    assertThat(gate.writes).allMatch(write -> write.equals("a*") || write.length() < 101);
  }

  @Test
  void aFailedWriteEndsEveryWaitAndClosesTheOutput() throws Exception {
    gate.shut();
    FutureTask<Boolean> first = sending("a");
    awaitWriter();
    FutureTask<Boolean> second = sending("b");
    Lab.eventually("waiting", () -> sink.waiting() == 1);
    FutureTask<Boolean> third = large(Precedence.BULK, 'x');
    Lab.eventually("queued", () -> sink.queued() == 1);
    gate.close();

    for (FutureTask<Boolean> task : List.of(first, second, third)) {
      assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    }
    assertThat(sink.broken()).isTrue();
    assertThat(sink.busy()).isFalse();
  }
}
