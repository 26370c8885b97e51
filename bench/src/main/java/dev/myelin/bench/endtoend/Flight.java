package dev.myelin.bench.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Arrow Flight: one column of bytes per batch, put one way and exchanged for trips.
final class Flight extends JavaDesign {
  private static final int LEAST = 65_536;

  Flight() {
    super("flight", "Arrow Flight Java 19, doPut one way from one batch, doExchange for trips");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.ROUND_TRIP
        || (what.what() == Case.What.ONE_WAY && what.size() >= LEAST);
  }

  private static VectorSchemaRoot batch(BufferAllocator allocator, int bytes) {
    UInt1Vector column = new UInt1Vector("bytes", allocator);
    column.allocateNew(bytes);
    for (int i = 0; i < bytes; i++) {
      column.set(i, 7);
    }
    column.setValueCount(bytes);
    return new VectorSchemaRoot(List.of((FieldVector) column));
  }

  private static void closeBoth(AutoCloseable first, AutoCloseable second) throws IOException {
    try {
      first.close();
      second.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Override
  Side serve() throws IOException {
    return new Served();
  }

  @Override
  Side drive(String address) {
    return new Driven(Integer.parseInt(address));
  }

  private static final class Served extends NoOpFlightProducer implements Side {
    private final BufferAllocator allocator = new RootAllocator();
    private final Semaphore done = new Semaphore(0);
    private final FlightServer server;
    private volatile @Nullable Memory target;

    Served() throws IOException {
      server =
          FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), this)
              .build()
              .start();
    }

    @Override
    public String address() {
      return Integer.toString(server.getPort());
    }

    @Override
    public Runnable acceptPut(
        CallContext context, FlightStream stream, StreamListener<PutResult> answers) {
      return () -> {
        while (stream.next()) {
          land(stream.getRoot());
        }
        answers.onCompleted();
        done.release();
      };
    }

    private void land(VectorSchemaRoot batch) {
      Memory memory = target;
      int bytes = batch.getRowCount();
      if (memory != null) {
        memory.nextBuffer(bytes).put(batch.getVector(0).getDataBuffer().nioBuffer(0, bytes));
      }
    }

    @Override
    public void doExchange(CallContext context, FlightStream reader, ServerStreamListener writer) {
      try (VectorSchemaRoot answer = batch(allocator, (int) size())) {
        writer.start(answer);
        while (reader.next()) {
          land(reader.getRoot());
          writer.putNext();
        }
        writer.completed();
      }
      done.release();
    }

    private long size() {
      Memory memory = target;
      return memory == null ? 1 : memory.all().byteSize();
    }

    @Override
    public void prepare(Task task, Memory memory) {
      target = memory;
    }

    @Override
    public void flow(Task task, Memory memory) throws InterruptedException {
      done.acquire();
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws InterruptedException {
      done.acquire();
    }

    @Override
    public void close() throws IOException {
      closeBoth(server, allocator);
    }
  }

  private static final class Driven implements Side {
    private static final FlightDescriptor WHERE = FlightDescriptor.path("bench");
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;
    private @Nullable VectorSchemaRoot source;

    Driven(int port) {
      client = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port)).build();
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      source = batch(allocator, task.piece());
    }

    private VectorSchemaRoot source() {
      if (source == null) {
        throw new IllegalStateException("batch: none (expected: prepared)");
      }
      return source;
    }

    @Override
    public void flow(Task task, Memory memory) {
      FlightClient.ClientStreamListener stream =
          client.startPut(WHERE, source(), new AsyncPutListener());
      for (long i = 0; i < task.pieces(); i++) {
        while (!stream.isReady()) {
          LockSupport.parkNanos(10_000);
        }
        stream.putNext();
      }
      stream.completed();
      stream.getResult();
    }

    @Override
    public void release() {
      source().close();
      source = null;
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      FlightClient.ExchangeReaderWriter exchange = client.doExchange(WHERE);
      exchange.getWriter().start(source());
      for (long i = 0; i < task.count(); i++) {
        long start = System.nanoTime();
        exchange.getWriter().putNext();
        if (!exchange.getReader().next()) {
          throw new IOException("the other half left");
        }
        nanos.recordValue(System.nanoTime() - start);
      }
      exchange.getWriter().completed();
    }

    @Override
    public void close() throws IOException {
      closeBoth(client, allocator);
    }
  }
}
