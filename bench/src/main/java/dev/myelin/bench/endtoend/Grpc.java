package dev.myelin.bench.endtoend;

import com.google.protobuf.BytesValue;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// gRPC-java over one stream both ways, its own threads, wide windows.
///
/// @param <T> what a message is to the application
final class Grpc<T> extends JavaDesign {
  private static final int WINDOW = 8 << 20;
  private static final int LARGEST = 64 << 20;
  private static final long LIMIT_SECONDS = 60;

  private final Supplier<Form<T>> forms;

  /// How a message is made from memory, and put into memory.
  interface Form<T> {
    Marshaller<T> marshaller();

    T of(ByteBuffer source);

    void land(T message, Memory memory);

    /// Tells where messages go to that are not objects first.
    default void target(Memory memory) {}
  }

  private Grpc(String name, String about, Supplier<Form<T>> forms) {
    super(name, about);
    this.forms = forms;
  }

  static Grpc<BytesValue> plain() {
    return new Grpc<>("grpc", "gRPC-java 1.79, BytesValue, one stream", Plain::new);
  }

  static Grpc<ZeroCopy.Piece> zeroCopy() {
    return new Grpc<>(
        "grpc-zero-copy", "gRPC-java 1.79, a marshaller that reads into place", ZeroCopy::new);
  }

  private static final class Plain implements Form<BytesValue> {
    @Override
    public Marshaller<BytesValue> marshaller() {
      return ProtoUtils.marshaller(BytesValue.getDefaultInstance());
    }

    @Override
    public BytesValue of(ByteBuffer source) {
      return BytesValue.newBuilder().setValue(UnsafeByteOperations.unsafeWrap(source)).build();
    }

    @Override
    public void land(BytesValue message, Memory memory) {
      message.getValue().copyTo(memory.nextBuffer(message.getValue().size()));
    }
  }

  private static <T> MethodDescriptor<T, T> method(Form<T> form) {
    return MethodDescriptor.<T, T>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName("bench/exchange")
        .setRequestMarshaller(form.marshaller())
        .setResponseMarshaller(form.marshaller())
        .build();
  }

  @Override
  Side serve() throws IOException {
    return new Served<>(forms.get());
  }

  @Override
  Side drive(String address) {
    return new Driven<>(forms.get(), Integer.parseInt(address));
  }

  private static final class Served<T> implements Side {
    private final Form<T> form;
    private final Server server;
    private final Semaphore done = new Semaphore(0);
    private volatile @Nullable Expected expected;

    /// What the stream is to bring; touched by the stream's thread alone.
    private static final class Expected {
      private final Task task;
      private final Memory memory;
      private long left;

      Expected(Task task, Memory memory) {
        this.task = task;
        this.memory = memory;
        this.left = task.pieces();
      }
    }

    Served(Form<T> form) throws IOException {
      this.form = form;
      ServerServiceDefinition service =
          ServerServiceDefinition.builder("bench")
              .addMethod(method(form), ServerCalls.asyncBidiStreamingCall(this::answer))
              .build();
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .flowControlWindow(WINDOW)
              .maxInboundMessageSize(LARGEST)
              .directExecutor()
              .addService(service)
              .build()
              .start();
    }

    private StreamObserver<T> answer(StreamObserver<T> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(T message) {
          Expected now = expected;
          if (now == null) {
            return;
          }
          now.left--;
          if (now.task.trip()) {
            responses.onNext(message);
          } else {
            form.land(message, now.memory);
            if (now.left == 0) {
              responses.onNext(form.of(ByteBuffer.allocateDirect(1)));
            }
          }
          if (now.left == 0) {
            done.release();
          }
        }

        @Override
        public void onError(Throwable cause) {
          // the driver is gone, and so is this process soon
        }

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }

    @Override
    public String address() {
      return Integer.toString(server.getPort());
    }

    @Override
    public void prepare(Task task, Memory memory) {
      form.target(memory);
      expected = new Expected(task, memory);
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
    public void release() {
      expected = null;
    }

    @Override
    public void close() {
      server.shutdownNow();
    }
  }

  private static final class Driven<T> implements Side {
    private final Form<T> form;
    private final ManagedChannel channel;
    private final Semaphore ready = new Semaphore(0);
    private final SynchronousQueue<T> answers = new SynchronousQueue<>();
    private final Requests requests = new Requests();

    /// The stream's own thread: hands answers over, and tells when there is room.
    private final class Requests implements ClientResponseObserver<T, T> {
      private @Nullable ClientCallStreamObserver<T> stream;

      @Override
      public void beforeStart(ClientCallStreamObserver<T> started) {
        stream = started;
        started.setOnReadyHandler(ready::release);
      }

      @Override
      public void onNext(T message) {
        try {
          answers.offer(message, LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }

      @Override
      public void onError(Throwable cause) {
        System.err.println(cause);
        ready.release(Integer.MAX_VALUE / 2);
      }

      @Override
      public void onCompleted() {
        // nothing comes after the last answer
      }

      ClientCallStreamObserver<T> stream() {
        if (stream == null) {
          throw new IllegalStateException("stream: none (expected: started)");
        }
        return stream;
      }
    }

    Driven(Form<T> form, int port) {
      this.form = form;
      channel =
          NettyChannelBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .usePlaintext()
              .flowControlWindow(WINDOW)
              .maxInboundMessageSize(LARGEST)
              .directExecutor()
              .build();
      StreamObserver<T> _ =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(method(form), CallOptions.DEFAULT), requests);
    }

    private T answer() throws IOException, InterruptedException {
      T answer = answers.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (answer == null) {
        throw new IOException("no answer within " + LIMIT_SECONDS + " s");
      }
      return answer;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      form.target(memory);
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      ClientCallStreamObserver<T> stream = requests.stream();
      for (long i = 0; i < task.pieces(); i++) {
        while (!stream.isReady()) {
          ready.acquire();
        }
        stream.onNext(form.of(memory.nextBuffer(task.piece())));
      }
      answer();
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      ClientCallStreamObserver<T> stream = requests.stream();
      for (long i = 0; i < task.count(); i++) {
        long start = System.nanoTime();
        stream.onNext(form.of(memory.nextBuffer(task.piece())));
        form.land(answer(), memory);
        nanos.recordValue(System.nanoTime() - start);
      }
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }
}
