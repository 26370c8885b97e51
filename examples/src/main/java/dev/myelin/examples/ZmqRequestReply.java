package dev.myelin.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.myelin.net.communicator.ZmqCommunicator;
import dev.myelin.net.communicator.ZmqConfig;
import dev.myelin.net.communicator.ZmqSocketType;

/// How do I ask and answer over ZeroMQ? As the first example of Mooncake's communicator does;
/// either side may as well be pyzmq.
public final class ZmqRequestReply {
  private ZmqRequestReply() {}

  /// Answers at `tcp://127.0.0.1:5555` and asks there once.
  ///
  /// @param arguments an endpoint, if it shall be another
  public static void main(String... arguments) throws Exception {
    String endpoint = arguments.length > 0 ? arguments[0] : "tcp://127.0.0.1:5555";
    try (ZmqCommunicator zmq = ZmqCommunicator.initialize(ZmqConfig.defaults())) {
      System.out.println("Got: " + ask(zmq, serve(zmq, endpoint)));
    }
  }

  /// Answers every request; returns the endpoint with the real port.
  static String serve(ZmqCommunicator zmq, String endpoint) throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REP);
    String at = zmq.bind(socket, endpoint);
    zmq.startServer(socket);
    zmq.setReceiveCallback(
        socket,
        message -> {
          System.out.println("Received: " + message.string());
          zmq.reply(socket, "Response".getBytes(UTF_8));
        });
    return at;
  }

  /// Asks once and returns the answer.
  static String ask(ZmqCommunicator zmq, String endpoint) throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.REQ);
    zmq.connect(socket, endpoint);
    return new String(zmq.request(socket, "Hello".getBytes(UTF_8)), UTF_8);
  }
}
