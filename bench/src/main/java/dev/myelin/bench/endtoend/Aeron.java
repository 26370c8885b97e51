package dev.myelin.bench.endtoend;

import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Aeron with an embedded driver: shared memory between the two processes, or datagrams.
///
/// Fragments are put straight into place, without Aeron's assembler between.
final class Aeron extends JavaDesign {
  private static final int THERE = 10;
  private static final int BACK = 11;
  private static final String TERMS = "term-length=64m";

  private final boolean udp;

  private Aeron(String name, String about, boolean udp) {
    super(name, about);
    this.udp = udp;
  }

  static Aeron ipc() {
    return new Aeron("aeron-ipc", "Aeron 1.51, shared memory, one driver thread", false);
  }

  static Aeron udp() {
    return new Aeron("aeron-udp", "Aeron 1.51, datagrams, a driver thread in each process", true);
  }

  /// Yields, then sleeps up to a tenth of a millisecond: on two cores a driver that only spins
  /// starves the rest.
  private static IdleStrategy idle() {
    return new BackoffIdleStrategy(100, 100, 1_000, 100_000);
  }

  /// The application's thread spins for about one trip first.
  private static IdleStrategy eager() {
    return new BackoffIdleStrategy(5_000, 100, 1_000, 100_000);
  }

  private static MediaDriver driver() {
    return MediaDriver.launchEmbedded(
        new MediaDriver.Context()
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(idle())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
  }

  private String channel(int port) {
    return udp
        ? "aeron:udp?endpoint=127.0.0.1:" + port + "|mtu=32k|" + TERMS
        : "aeron:ipc?" + TERMS;
  }

  @Override
  Side serve() throws IOException {
    int[] ports = freePorts();
    MediaDriver driver = driver();
    Half half = new Half(driver, driver.aeronDirectoryName());
    half.address = ports[0] + "," + ports[1] + "," + driver.aeronDirectoryName();
    half.open(channel(ports[1]), BACK, channel(ports[0]), THERE);
    return half;
  }

  @Override
  Side drive(String address) {
    String[] parts = address.split(",", 3);
    MediaDriver driver = udp ? driver() : null;
    Half half = new Half(driver, driver == null ? parts[2] : driver.aeronDirectoryName());
    half.open(
        channel(Integer.parseInt(parts[0])), THERE, channel(Integer.parseInt(parts[1])), BACK);
    return half;
  }

  private static int[] freePorts() throws IOException {
    try (DatagramSocket first = new DatagramSocket();
        DatagramSocket second = new DatagramSocket()) {
      return new int[] {first.getLocalPort(), second.getLocalPort()};
    }
  }

  private static final class Half implements Side {
    private final @Nullable MediaDriver driver;
    private final io.aeron.Aeron aeron;
    private final IdleStrategy idle = eager();
    private final UnsafeBuffer window = new UnsafeBuffer(0, 0);
    private String address = "";
    private @Nullable ExclusivePublication out;
    private @Nullable Subscription in;
    private long arrived;

    Half(@Nullable MediaDriver driver, String folder) {
      this.driver = driver;
      aeron = io.aeron.Aeron.connect(new io.aeron.Aeron.Context().aeronDirectoryName(folder));
    }

    void open(String to, int toStream, String from, int fromStream) {
      in = aeron.addSubscription(from, fromStream);
      out = aeron.addExclusivePublication(to, toStream);
    }

    private ExclusivePublication out() {
      if (out == null) {
        throw new IllegalStateException("publication: none (expected: open)");
      }
      return out;
    }

    private Subscription in() {
      if (in == null) {
        throw new IllegalStateException("subscription: none (expected: open)");
      }
      return in;
    }

    private boolean driving() {
      return address.isEmpty();
    }

    @Override
    public String address() {
      return address;
    }

    private void offer(MemorySegment from) {
      window.wrap(from.address(), (int) from.byteSize());
      idle.reset();
      while (out().offer(window, 0, (int) from.byteSize()) < 0) {
        idle.idle();
      }
    }

    private void await(long bytes, FragmentHandler to) {
      arrived = 0;
      idle.reset();
      while (arrived < bytes) {
        idle.idle(in().poll(to, 64));
      }
    }

    @Override
    public void flow(Task task, Memory memory) {
      if (driving()) {
        for (long i = 0; i < task.pieces(); i++) {
          offer(memory.next(task.piece()));
        }
        await(1, (_, _, length, _) -> arrived += length);
      } else {
        await(task.bytes(), (buffer, at, length, _) -> land(buffer, at, memory.next(length)));
        offer(memory.next(1));
      }
    }

    @SuppressWarnings("restricted") // Aeron's buffer is memory of that length
    private void land(DirectBuffer buffer, int at, MemorySegment into) {
      long length = into.byteSize();
      into.copyFrom(MemorySegment.ofAddress(buffer.addressOffset() + at).reinterpret(length));
      arrived += length;
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) {
      MemorySegment message = memory.next(task.size());
      FragmentHandler count = (_, _, length, _) -> arrived += length;
      for (long i = 0; i < task.count(); i++) {
        long start = System.nanoTime();
        if (driving()) {
          offer(message);
        }
        await(task.size(), count);
        if (driving()) {
          nanos.recordValue(System.nanoTime() - start);
        } else {
          offer(message);
        }
      }
    }

    @Override
    public void close() {
      for (AutoCloseable each : Arrays.asList(out, in, aeron, driver)) {
        org.agrona.CloseHelper.quietClose(each);
      }
    }
  }
}
