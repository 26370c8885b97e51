package dev.myelin.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.myelin.net.communicator.ZmqCallback;
import dev.myelin.net.communicator.ZmqCommunicator;
import dev.myelin.net.communicator.ZmqConfig;
import dev.myelin.net.communicator.ZmqSocketType;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.util.concurrent.CountDownLatch;

/// How do I send a tensor over ZeroMQ? As the fourth example of Mooncake's communicator does;
/// either side may as well be pyzmq with NumPy, in four lines.
public final class ZmqTensor {
  private ZmqTensor() {}

  /// Sends a tensor of four million bytes to a receiver of this process.
  ///
  /// @param arguments an endpoint, if it shall be another
  public static void main(String... arguments) throws Exception {
    String endpoint = arguments.length > 0 ? arguments[0] : "tcp://127.0.0.1:5555";
    CountDownLatch seen = new CountDownLatch(1);
    try (ZmqCommunicator zmq = ZmqCommunicator.initialize(ZmqConfig.defaults())) {
      ZmqCallback callback =
          message -> {
            System.out.println(
                "Received tensor with shape: " + message.shape() + ", dtype: " + message.dtype());
            seen.countDown();
          };
      String at = receive(zmq, endpoint, callback);
      try (Tensor tensor = zmq.pool().allocate(DType.F32, Shape.of(1024, 1024))) {
        send(zmq, at, tensor);
      }
      seen.await();
    }
  }

  /// Takes tensors; returns the endpoint with the real port.
  static String receive(ZmqCommunicator zmq, String endpoint, ZmqCallback callback)
      throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REP);
    String at = zmq.bind(socket, endpoint);
    zmq.startServer(socket);
    zmq.setTensorReceiveCallback(
        socket,
        message -> {
          callback.take(message);
          zmq.reply(socket, "ok".getBytes(UTF_8));
        });
    return at;
  }

  /// Sends a tensor without a copy; it may be changed again when this returns.
  static void send(ZmqCommunicator zmq, String endpoint, Tensor tensor) throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REQ);
    zmq.connect(socket, endpoint);
    int _ = zmq.sendTensor(socket, tensor);
  }
}
