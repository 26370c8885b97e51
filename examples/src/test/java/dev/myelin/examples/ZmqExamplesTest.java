package dev.myelin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.net.communicator.ZmqCommunicator;
import dev.myelin.net.communicator.ZmqConfig;
import dev.myelin.net.communicator.ZmqSocketType;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ZmqExamplesTest {
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
    return seen.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void asksAndAnswers() throws Exception {
    assertThat(ZmqRequestReply.ask(zmq, ZmqRequestReply.serve(zmq, ANY))).isEqualTo("Response");
  }

  @Test
  void publishesAndSubscribes() throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.PUB);
    ZmqPublishSubscribe.subscribe(
        zmq, zmq.bind(socket, ANY), message -> seen.add(message.topic() + " " + message.string()));
    ZmqPublishSubscribe.publish(zmq, socket);
    assertThat(next()).isEqualTo("sensor.temp 25.3C");
  }

  @Test
  void handsOutWork() throws Exception {
    String one = ZmqPushPull.work(zmq, message -> seen.add(message.string()));
    String other = ZmqPushPull.work(zmq, message -> seen.add(message.string()));
    ZmqPushPull.produce(zmq, List.of(one, other));
    for (int i = 0; i < 100; i++) {
      assertThat(next()).startsWith("Task ");
    }
    assertThat(seen).isEmpty();
  }

  @Test
  void sendsATensor() throws Exception {
    String at =
        ZmqTensor.receive(
            zmq, ANY, message -> seen.add(message.dtype() + " " + message.tensor().doubleAt(7)));
    try (Tensor tensor = zmq.pool().allocate(DType.F32, Shape.of(1024, 1024))) {
      tensor.set(7, 1.5);
      ZmqTensor.send(zmq, at, tensor);
    }
    assertThat(next()).isEqualTo("F32 1.5");
  }
}
