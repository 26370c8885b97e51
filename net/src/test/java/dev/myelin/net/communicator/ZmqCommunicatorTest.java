package dev.myelin.net.communicator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.myelin.net.pattern.JsonParts;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.wire.PeerException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ZmqCommunicatorTest {
  private static final String ANY = "tcp://127.0.0.1:*";

  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private ZmqCommunicator zmq;

  @BeforeEach
  void open() throws Exception {
    zmq = ZmqCommunicator.initialize(ZmqConfig.defaults());
  }

  @AfterEach
  void close() {
    zmq.shutdown();
  }

  private String next() throws InterruptedException {
    return seen.poll(10, TimeUnit.SECONDS);
  }

  @Test
  void requestsAndReplies() throws Exception {
    int rep = zmq.createSocket(ZmqSocketType.REP);
    int req = zmq.createSocket(ZmqSocketType.REQ);
    zmq.setReceiveCallback(
        rep,
        message -> {
          seen.add(message.source());
          zmq.reply(rep, ("re: " + message.string()).getBytes(UTF_8));
        });
    zmq.connect(req, zmq.bind(rep, ANY));
    zmq.startServer(rep);
    assertThat(zmq.request(req, "Hello".getBytes(UTF_8))).asString().isEqualTo("re: Hello");
    assertThat(next()).startsWith("127.0.0.1:");
    assertThat(zmq.isBound(rep)).isTrue();
    assertThat(zmq.isConnected(req)).isTrue();
    assertThat(zmq.isConnected(rep)).isFalse();
  }

  @Test
  void publishesAndSubscribes() throws Exception {
    int pub = zmq.createSocket(ZmqSocketType.PUB);
    int sub = zmq.createSocket(ZmqSocketType.SUB);
    zmq.subscribe(sub, "sensor.");
    zmq.setSubscribeCallback(sub, message -> seen.add(message.topic() + " " + message.string()));
    zmq.connect(sub, zmq.bind(pub, ANY));
    assertThat(zmq.awaitSubscribers(pub, 1, Duration.ofSeconds(10))).isTrue();
    assertThat(zmq.publish(pub, "other", "no".getBytes(UTF_8))).isZero();
    assertThat(zmq.publish(pub, "sensor.temp", "25.3C".getBytes(UTF_8))).isEqualTo(1);
    assertThat(next()).isEqualTo("sensor.temp 25.3C");
  }

  @Test
  void pushesAndPullsInTurn() throws Exception {
    int push = zmq.createSocket(ZmqSocketType.PUSH);
    for (String name : List.of("one", "two")) {
      int pull = zmq.createSocket(ZmqSocketType.PULL);
      zmq.setPullCallback(pull, message -> seen.add(name));
      zmq.connect(push, zmq.bind(pull, ANY));
    }
    assertThat(zmq.stats(push).failures()).isZero();
    for (int i = 0; i < 20; i++) {
      zmq.push(push, ("Task " + i).getBytes(UTF_8));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(next()).isIn("one", "two");
    }
  }

  @Test
  void sendsTensors() throws Exception {
    int rep = zmq.createSocket(ZmqSocketType.REP);
    int req = zmq.createSocket(ZmqSocketType.REQ);
    zmq.setTensorReceiveCallback(
        rep,
        message -> {
          seen.add(message.dtype() + " " + message.shape() + " " + message.tensor().doubleAt(3));
          zmq.reply(rep, "ok".getBytes(UTF_8));
        });
    zmq.connect(req, zmq.bind(rep, ANY));
    try (Tensor tensor = zmq.pool().allocate(DType.F32, Shape.of(256, 256))) {
      tensor.set(3, 2.5);
      zmq.sendTensor(req, tensor);
    }
    assertThat(next()).isEqualTo("F32 [256, 256] 2.5");
  }

  @Test
  void receivesInPollingMode() throws Exception {
    int one = zmq.createSocket(ZmqSocketType.PAIR);
    int two = zmq.createSocket(ZmqSocketType.PAIR);
    zmq.setReceiveCallback(two, message -> seen.add("callback"));
    zmq.setPollingMode(two, true);
    zmq.setSocketOption(two, ZmqSocketOption.RCVTIMEO, 20);
    zmq.connect(two, zmq.bind(one, "inproc://x"));
    assertThatThrownBy(() -> zmq.recv(two)).isInstanceOf(PeerException.TimedOut.class);
    zmq.sendString(one, "text");
    zmq.sendJson(one, JsonParts.parse("{\"a\":[1,2]}"));
    zmq.sendMultipart(one, List.of("x".getBytes(UTF_8), "y".getBytes(UTF_8)));
    try (ZmqMessage first = zmq.recv(two);
        ZmqMessage second = zmq.recv(two);
        ZmqMessage third = zmq.recv(two)) {
      assertThat(first.string()).isEqualTo("text");
      assertThat(first.source()).isEqualTo("inproc://x");
      assertThatThrownBy(first::obj).isInstanceOf(PeerException.Malformed.class);
      assertThat(second.obj().path("a").get(1).asInt()).isEqualTo(2);
      assertThat(third.frames()).hasSize(2);
    }
    assertThat(zmq.tryRecv(two)).isEmpty();
    zmq.setPollingMode(two, false);
    zmq.sendString(one, "text");
    assertThat(next()).isEqualTo("callback");
    assertThatThrownBy(() -> zmq.recv(two)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void enforcesItsOptions() throws Exception {
    int push = zmq.createSocket(ZmqSocketType.PUSH);
    int pull = zmq.createSocket(ZmqSocketType.PULL);
    zmq.setSocketOption(push, ZmqSocketOption.SNDHWM, 2);
    zmq.setSocketOption(push, ZmqSocketOption.SNDTIMEO, 20);
    zmq.setSocketOption(pull, ZmqSocketOption.RCVHWM, 3);
    assertThatThrownBy(() -> zmq.push(push, new byte[1]))
        .isInstanceOf(PeerException.TimedOut.class);
    zmq.connect(push, zmq.bind(pull, "inproc://x"));
    for (int i = 0; i < 5; i++) {
      zmq.push(push, new byte[1]);
    }
    assertThatThrownBy(() -> zmq.push(push, new byte[1]))
        .isInstanceOf(PeerException.TimedOut.class);
    assertThatThrownBy(() -> zmq.setSocketOption(push, ZmqSocketOption.SNDHWM, 9))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("too late");
    assertThatThrownBy(() -> zmq.setSocketOption(push, ZmqSocketOption.SNDBUF, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(zmq.socketOption(push, ZmqSocketOption.SNDHWM)).isEqualTo(2);
  }

  @Test
  void refusesWhatASocketCannot() {
    int pull = zmq.createSocket(ZmqSocketType.PULL);
    assertThatThrownBy(() -> zmq.push(pull, new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("PULL");
    assertThatThrownBy(() -> zmq.send(pull, new byte[1])).isInstanceOf(IllegalStateException.class);
    int rep = zmq.createSocket(ZmqSocketType.REP);
    assertThatThrownBy(() -> zmq.reply(rep, new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing was asked");
    assertThatThrownBy(() -> zmq.socketType(99)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ZmqConfig(8, 30, 10, true, 1000, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("RDMA");
  }
}
