package dev.myelin.bench.endtoend;

import org.HdrHistogram.Histogram;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/// JeroMQ, REQ to REP over TCP.
final class JeroMqAsk extends JavaDesign {
  JeroMqAsk() {
    super("jeromq-ask", "JeroMQ 0.6.0, REQ and REP over TCP");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.ROUND_TRIP;
  }

  @Override
  Side serve() {
    ZContext context = new ZContext();
    ZMQ.Socket socket = context.createSocket(SocketType.REP);
    return new Half(
        context, socket, "tcp://127.0.0.1:" + socket.bindToRandomPort("tcp://127.0.0.1"));
  }

  @Override
  Side drive(String address) {
    ZContext context = new ZContext();
    ZMQ.Socket socket = context.createSocket(SocketType.REQ);
    socket.connect(address);
    return new Half(context, socket, "");
  }

  private record Half(ZContext context, ZMQ.Socket socket, String address) implements Side {
    @Override
    public void trip(Task task, Memory memory, Histogram nanos) {
      byte[] question = new byte[task.piece()];
      for (long i = 0; i < task.count(); i++) {
        if (address.isEmpty()) {
          long start = System.nanoTime();
          socket.send(question);
          socket.recv();
          nanos.recordValue(System.nanoTime() - start);
        } else {
          socket.send(socket.recv());
        }
      }
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
