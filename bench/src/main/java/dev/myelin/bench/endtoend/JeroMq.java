package dev.myelin.bench.endtoend;

import java.io.EOFException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.HdrHistogram.Histogram;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/// JeroMQ, PAIR sockets over TCP: one pair that queues few large messages, one that queues many
/// small ones.
final class JeroMq extends JavaDesign {
  private static final int SMALL = 16_384;
  private static final int FEW = 32;
  private static final int MANY = 10_000;
  private static final String HOST = "tcp://127.0.0.1";

  JeroMq() {
    super("jeromq", "JeroMQ 0.6.0, PAIR over TCP, heap arrays that are not copied when sent");
  }

  @Override
  Side serve() {
    ZContext context = new ZContext();
    ZMQ.Socket large = socket(context, FEW);
    ZMQ.Socket small = socket(context, MANY);
    String address = large.bindToRandomPort(HOST) + "," + small.bindToRandomPort(HOST);
    return new Half(context, large, small, address);
  }

  @Override
  Side drive(String address) {
    ZContext context = new ZContext();
    ZMQ.Socket large = socket(context, FEW);
    ZMQ.Socket small = socket(context, MANY);
    int comma = address.indexOf(',');
    large.connect(HOST + ":" + address.substring(0, comma));
    small.connect(HOST + ":" + address.substring(comma + 1));
    return new Half(context, large, small, "");
  }

  private static ZMQ.Socket socket(ZContext context, int mark) {
    ZMQ.Socket socket = context.createSocket(SocketType.PAIR);
    socket.setHWM(mark);
    return socket;
  }

  private static final class Half implements Side {
    private final ZContext context;
    private final ZMQ.Socket large;
    private final ZMQ.Socket small;
    private final String address;
    private byte[][] source = {};

    Half(ZContext context, ZMQ.Socket large, ZMQ.Socket small, String address) {
      this.context = context;
      this.large = large;
      this.small = small;
      this.address = address;
    }

    @Override
    public String address() {
      return address;
    }

    private boolean driving() {
      return address.isEmpty();
    }

    private ZMQ.Socket socket(Task task) {
      return task.piece() <= SMALL ? small : large;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      if (driving()) {
        int arrays = (int) (Math.min(task.span(), 64 * Task.PIECE) / task.piece());
        source = new byte[arrays][task.piece()];
      }
    }

    @Override
    public void flow(Task task, Memory memory) throws EOFException {
      ZMQ.Socket socket = socket(task);
      if (driving()) {
        for (long i = 0; i < task.pieces(); i++) {
          send(socket, source[(int) (i % source.length)]);
        }
        receive(socket);
        return;
      }
      for (long i = 0; i < task.pieces(); i++) {
        byte[] message = receive(socket);
        MemorySegment to = memory.next(message.length);
        MemorySegment.copy(message, 0, to, ValueLayout.JAVA_BYTE, 0, message.length);
      }
      send(socket, new byte[1]);
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws EOFException {
      ZMQ.Socket socket = socket(task);
      for (long i = 0; i < task.count(); i++) {
        if (driving()) {
          long start = System.nanoTime();
          send(socket, source[0]);
          receive(socket);
          nanos.recordValue(System.nanoTime() - start);
        } else {
          send(socket, receive(socket));
        }
      }
    }

    private static void send(ZMQ.Socket socket, byte[] message) throws EOFException {
      if (!socket.send(message)) {
        throw new EOFException("send: error " + socket.errno());
      }
    }

    private static byte[] receive(ZMQ.Socket socket) throws EOFException {
      byte[] message = socket.recv();
      if (message == null) {
        throw new EOFException("receive: error " + socket.errno());
      }
      return message;
    }

    @Override
    public void release() {
      source = new byte[0][];
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
