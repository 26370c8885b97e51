package dev.myelin.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/// A socket of JeroMQ with a thread of its own.
final class JeromqPeer implements Party {
  private static final byte[] TOPIC = "t.".getBytes(StandardCharsets.UTF_8);

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final SocketType role;
  private final ZContext context;
  private final Consumer<ZMQ.Socket> setting;
  private Future<?> begun = CompletableFuture.completedFuture("");
  private ZMQ.@Nullable Socket opened; // used by the thread
  private Future<List<byte[]>> incoming = CompletableFuture.completedFuture(List.of());

  JeromqPeer(ZContext context, String role) throws Exception {
    this(context, role, _ -> {});
  }

  /// Opens one with settings made before it binds or connects.
  JeromqPeer(ZContext context, String role, Consumer<ZMQ.Socket> setting) throws Exception {
    this.context = context;
    this.setting = setting;
    this.role = SocketType.valueOf(role);
    open();
  }

  private void open() throws Exception {
    int millis = (int) SOON.toMillis();
    on(
        () -> {
          ZMQ.Socket socket = context.createSocket(role);
          opened = socket;
          socket.setLinger(0);
          socket.setReceiveTimeOut(millis);
          socket.setSendTimeOut(millis);
          setting.accept(socket);
          return role == SocketType.SUB && socket.subscribe(TOPIC);
        });
  }

  @Override
  public String bind(String endpoint) throws Exception {
    return on(
        () -> {
          bindPatiently(endpoint);
          String bound = socket().getLastEndpoint();
          subscribe();
          return bound;
        });
  }

  /// Another socket of this machine may dial from the port for a moment.
  private void bindPatiently(String endpoint) {
    long begin = System.nanoTime();
    while (true) {
      try {
        assertThat(socket().bind(endpoint)).isTrue();
        return;
      } catch (ZMQException e) {
        if (e.getErrorCode() != ZMQ.Error.EADDRINUSE.getCode()
            || System.nanoTime() - begin > SOON.toNanos()) {
          throw e;
        }
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  @Override
  public void connect(String endpoint) throws Exception {
    on(
        () -> {
          assertThat(socket().connect(endpoint)).isTrue();
          subscribe();
          return true;
        });
  }

  // JeroMQ 0.6.0 may take the key of a new connection for the one of its dialling, which was
  // cancelled and is still there; nobody reads or writes then until its poller looks at its handles
  // again, as it does for a new one (zeromq/jeromq pull request 1022).
  @Override
  public void nudge() throws Exception {
    on(
        () -> {
          ZMQ.Socket other = context.createSocket(SocketType.PAIR);
          other.setLinger(0);
          other.bind("tcp://127.0.0.1:*");
          other.close();
          return true;
        });
  }

  private void end() throws Exception {
    on(
        () -> {
          socket().close();
          return true;
        });
  }

  private ZMQ.Socket socket() {
    return Objects.requireNonNull(opened);
  }

  private void subscribe() {
    if (role == SocketType.XSUB) {
      assertThat(socket().send(new byte[] {1, 't', '.'})).isTrue();
    }
  }

  @Override
  public void send(List<Integer> load) throws Exception {
    begun =
        begin(
            () -> {
              List<byte[]> parts = new ArrayList<>(List.of(Loads.all(load)));
              if (role == SocketType.PUB || role == SocketType.XPUB) {
                sendAll(List.of("x.".getBytes(StandardCharsets.UTF_8), new byte[3]));
                parts.addFirst(TOPIC);
              } else if (role == SocketType.DEALER) {
                parts.addFirst(new byte[0]);
              }
              sendAll(parts);
              return true;
            });
  }

  // A socket of JeroMQ takes new peers in, and tells them its subscriptions, only while it is used.
  @Override
  public void ready() {
    incoming = begin(this::receiveAll);
  }

  @Override
  public void expect(List<Integer> load) throws Exception {
    List<byte[]> parts = incoming.get(SOON.toSeconds() + 5, TimeUnit.SECONDS);
    if (role == SocketType.SUB || role == SocketType.XSUB) {
      assertThat(parts.removeFirst()).isEqualTo(TOPIC);
    } else if (role == SocketType.DEALER) {
      assertThat(parts.removeFirst()).isEmpty();
    }
    assertThat(parts.stream().map(ByteBuffer::wrap).map(Loads::told).toList())
        .isEqualTo(Loads.expected(load));
  }

  @Override
  public void echo() throws Exception {
    begun =
        begin(
            () -> {
              sendAll(receiveAll());
              return true;
            });
  }

  @Override
  public void probe() throws Exception {
    on(
        () -> {
          sendAll(List.of(TOPIC, "probe".getBytes(StandardCharsets.UTF_8)));
          return true;
        });
  }

  private void sendAll(List<byte[]> parts) {
    for (int i = 0; i < parts.size(); i++) {
      boolean last = i == parts.size() - 1;
      assertThat(last ? socket().send(parts.get(i)) : socket().sendMore(parts.get(i))).isTrue();
    }
  }

  private List<byte[]> receiveAll() {
    List<byte[]> parts = new ArrayList<>();
    do {
      byte[] part = socket().recv();
      assertThat(part).as("nothing came in time").isNotNull();
      parts.add(part);
    } while (socket().hasReceiveMore());
    return parts;
  }

  private <T> T on(Callable<T> work) throws Exception {
    return begin(work).get(SOON.toSeconds() + 5, TimeUnit.SECONDS);
  }

  private <T> Future<T> begin(Callable<T> work) {
    return thread.submit(work);
  }

  @Override
  public void close() throws IOException {
    try {
      end();
      begun.get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IOException("cannot close a socket of JeroMQ", e);
    }
    thread.shutdown();
  }
}
