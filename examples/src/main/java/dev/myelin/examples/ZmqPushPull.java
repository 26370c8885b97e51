package dev.myelin.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.myelin.net.communicator.ZmqCallback;
import dev.myelin.net.communicator.ZmqCommunicator;
import dev.myelin.net.communicator.ZmqConfig;
import dev.myelin.net.communicator.ZmqSocketType;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// How do I hand out work over ZeroMQ? As the third example of Mooncake's communicator does; either
/// side may as well be pyzmq.
public final class ZmqPushPull {
  private ZmqPushPull() {}

  private static final int TASKS = 100;

  /// Hands out a hundred tasks to two workers of this process.
  ///
  /// @param arguments none
  public static void main(String... arguments) throws Exception {
    CountDownLatch left = new CountDownLatch(TASKS);
    try (ZmqCommunicator zmq = ZmqCommunicator.initialize(ZmqConfig.defaults())) {
      ZmqCallback worker =
          message -> {
            System.out.println("Processing: " + message.string());
            left.countDown();
          };
      produce(zmq, List.of(work(zmq, worker), work(zmq, worker)));
      left.await();
    }
  }

  /// Hands out tasks, to each worker in turn.
  static void produce(ZmqCommunicator zmq, List<String> workers) throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.PUSH);
    workers.forEach(worker -> zmq.connect(socket, worker));
    for (int i = 0; i < TASKS; i++) {
      zmq.push(socket, ("Task " + i).getBytes(UTF_8));
    }
  }

  /// Begins a worker; returns where it takes tasks.
  static String work(ZmqCommunicator zmq, ZmqCallback callback) throws Exception {
    int socket = zmq.createSocket(ZmqSocketType.PULL);
    String at = zmq.bind(socket, "tcp://127.0.0.1:*");
    zmq.startServer(socket);
    zmq.setPullCallback(socket, callback);
    return at;
  }
}
