package dev.myelin.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.myelin.net.communicator.ZmqCallback;
import dev.myelin.net.communicator.ZmqCommunicator;
import dev.myelin.net.communicator.ZmqConfig;
import dev.myelin.net.communicator.ZmqSocketType;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// How do I publish and subscribe over ZeroMQ? As the second example of Mooncake's communicator
/// does; either side may as well be pyzmq.
public final class ZmqPublishSubscribe {
  private ZmqPublishSubscribe() {}

  /// Publishes at `tcp://127.0.0.1:5556` to a subscriber of this process.
  ///
  /// @param arguments an endpoint, if it shall be another
  public static void main(String... arguments) throws Exception {
    String endpoint = arguments.length > 0 ? arguments[0] : "tcp://127.0.0.1:5556";
    CountDownLatch seen = new CountDownLatch(1);
    try (ZmqCommunicator zmq = ZmqCommunicator.initialize(ZmqConfig.defaults())) {
      int socket = zmq.createSocket(ZmqSocketType.PUB);
      subscribe(
          zmq,
          zmq.bind(socket, endpoint),
          message -> {
            System.out.println("Topic: " + message.topic() + ", Data: " + message.string());
            seen.countDown();
          });
      publish(zmq, socket);
      seen.await();
    }
  }

  /// Publishes once, after somebody has subscribed: what came before would reach nobody.
  static void publish(ZmqCommunicator zmq, int socket) throws Exception {
    if (!zmq.awaitSubscribers(socket, 1, Duration.ofSeconds(10))) {
      throw new IllegalStateException("nobody subscribed");
    }
    int _ = zmq.publish(socket, "sensor.temp", "25.3C".getBytes(UTF_8));
  }

  /// Takes whatever is published about sensors.
  static void subscribe(ZmqCommunicator zmq, String endpoint, ZmqCallback callback) {
    int socket = zmq.createSocket(ZmqSocketType.SUB);
    zmq.connect(socket, endpoint);
    zmq.subscribe(socket, "sensor."); // a prefix
    zmq.setSubscribeCallback(socket, callback);
    zmq.startServer(socket);
  }
}
