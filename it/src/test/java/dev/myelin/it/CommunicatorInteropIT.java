package dev.myelin.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.myelin.net.communicator.ZmqCommunicator;
import dev.myelin.net.communicator.ZmqConfig;
import dev.myelin.net.communicator.ZmqSocketType;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The four examples of Mooncake's communicator between `ZmqCommunicator` and pyzmq, each side once
/// ours; see `readme_peer.py`.
@Timeout(90)
class CommunicatorInteropIT {
  private static final String ANY_PORT = "tcp://127.0.0.1:*";

  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private ZmqCommunicator zmq;

  @BeforeAll
  @Timeout(300)
  static void preparePython() throws Exception {
    Python.program();
  }

  @BeforeEach
  void open() throws Exception {
    zmq = ZmqCommunicator.initialize(ZmqConfig.defaults());
  }

  @AfterEach
  void close() {
    zmq.shutdown();
  }

  private static LineProcess python(String... side) throws Exception {
    return LineProcess.start(Python.command("readme_peer.py", side));
  }

  private static String at(LineProcess python) throws Exception {
    return python.await("at", Party.SOON).path("endpoint").asText();
  }

  private static JsonNode done(LineProcess python) throws Exception {
    return python.await("done", Party.SOON);
  }

  private String next() throws Exception {
    return seen.poll(Party.SOON.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Test
  void answersARequestOfPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REP);
    String endpoint = zmq.bind(socket, ANY_PORT);
    zmq.startServer(socket);
    zmq.setReceiveCallback(
        socket,
        message -> {
          seen.add(message.string());
          zmq.reply(socket, "Response".getBytes(UTF_8));
        });
    try (LineProcess python = python("req", endpoint)) {
      assertThat(done(python).path("text").asText()).isEqualTo("Response");
    }
    assertThat(next()).isEqualTo("Hello");
  }

  @Test
  void asksPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REQ);
    try (LineProcess python = python("rep")) {
      zmq.connect(socket, at(python));
      assertThat(zmq.request(socket, "Hello".getBytes(UTF_8))).asString().isEqualTo("Response");
      assertThat(done(python).path("text").asText()).isEqualTo("Hello");
    }
  }

  @Test
  void publishesToPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.PUB);
    String endpoint = zmq.bind(socket, ANY_PORT);
    zmq.startServer(socket);
    try (LineProcess python = python("sub", endpoint)) {
      assertThat(zmq.awaitSubscribers(socket, 1, Party.SOON)).isTrue();
      assertThat(zmq.publish(socket, "other", "not wanted".getBytes(UTF_8))).isZero();
      assertThat(zmq.publish(socket, "sensor.temp", "25.3C".getBytes(UTF_8))).isOne();
      JsonNode done = done(python);
      assertThat(done.path("topic").asText()).isEqualTo("sensor.temp");
      assertThat(done.path("text").asText()).isEqualTo("25.3C");
    }
  }

  @Test
  void subscribesToPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.SUB);
    try (LineProcess python = python("pub")) {
      zmq.connect(socket, at(python));
      zmq.subscribe(socket, "sensor.");
      zmq.setSubscribeCallback(
          socket, message -> seen.add(message.topic() + " " + message.string()));
      zmq.startServer(socket);
      assertThat(python.await("subscribed", Party.SOON).path("prefix").asText())
          .isEqualTo("sensor.");
      assertThat(next()).isEqualTo("sensor.temp 25.3C");
      assertThat(seen).isEmpty();
    }
  }

  @Test
  void handsOutWorkToTwoWorkersOfPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.PUSH);
    try (LineProcess python = python("pull")) {
      JsonNode workers = python.await("at", Party.SOON);
      zmq.connect(socket, workers.path("endpoint").asText());
      zmq.connect(socket, workers.path("other").asText());
      for (int i = 0; i < 100; i++) {
        zmq.push(socket, ("Task " + i).getBytes(UTF_8));
      }
      List<String> tasks = new ArrayList<>();
      done(python).path("tasks").forEach(each -> tasks.add(each.asText()));
      assertThat(tasks).hasSize(100).doesNotHaveDuplicates();
    }
  }

  @Test
  void takesWorkOfPython() throws Exception {
    String[] side = {"push", worker("a "), worker("b ")};
    try (LineProcess python = python(side)) {
      List<String> tasks = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        tasks.add(next());
      }
      assertThat(tasks).doesNotHaveDuplicates().allMatch(each -> each.contains(" Task "));
      assertThat(done(python).path("event").asText()).isEqualTo("done");
    }
  }

  private String worker(String name) throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.PULL);
    String endpoint = zmq.bind(socket, ANY_PORT);
    zmq.startServer(socket);
    zmq.setPullCallback(socket, message -> seen.add(name + message.string()));
    return endpoint;
  }

  @Test
  void receivesATensorOfPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REP);
    String endpoint = zmq.bind(socket, ANY_PORT);
    zmq.startServer(socket);
    zmq.setTensorReceiveCallback(
        socket,
        message -> {
          seen.add(message.dtype() + " " + message.shape() + " " + message.tensor().doubleAt(1000));
          zmq.reply(socket, "ok".getBytes(UTF_8));
        });
    try (LineProcess python = python("req_tensor", endpoint)) {
      assertThat(done(python).path("text").asText()).isEqualTo("ok");
    }
    assertThat(next()).isEqualTo("F32 [1024, 1024] 1000.0");
  }

  @Test
  void sendsATensorToPython() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REQ);
    try (LineProcess python = python("rep_tensor");
        Tensor tensor = zmq.pool().allocate(DType.F32, Shape.of(1024, 1024))) {
      tensor.set(7, 1.5);
      zmq.connect(socket, at(python));
      assertThat(zmq.sendTensor(socket, tensor)).isOne();
      JsonNode done = done(python);
      assertThat(done.path("shape")).hasToString("[1024,1024]");
      assertThat(done.path("dtype").asText()).isEqualTo("float32");
      assertThat(done.path("value").asDouble()).isEqualTo(1.5);
    }
  }
}
