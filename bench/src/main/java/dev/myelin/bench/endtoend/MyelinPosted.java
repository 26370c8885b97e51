package dev.myelin.bench.endtoend;

import dev.myelin.net.Connection;
import dev.myelin.net.Endpoint;
import dev.myelin.net.Listener;
import dev.myelin.net.Transport;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection of ours, small chunks posted without descriptions, copied where they come.
///
/// Each task has a connection of its own.
final class MyelinPosted extends JavaDesign {
  private static final int STREAM = 1;

  MyelinPosted() {
    super("myelin-connection-post", "Myelin, one connection, posted chunks without description");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.SMALL;
  }

  @Override
  Side serve() throws IOException {
    Transport transport = Transport.open(Manner.CLEAR.config());
    LinkedBlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    Listener listener = transport.listen(Manner.CLEAR.config().listening().at(), accepted::add);
    return new Served(transport, listener, accepted);
  }

  @Override
  Side drive(String address) throws IOException {
    Endpoint server = new Endpoint("127.0.0.1", Integer.parseInt(address));
    return new Driven(Transport.open(Manner.CLEAR.config()), server);
  }

  /// Copies chunks into the memory of the task.
  private record Copying(Landing other, Memory memory) implements Landing {
    @Override
    public boolean takeChunk(
        int stream, long sequence, MemorySegment bytes, long offset, int length) {
      MemorySegment.copy(bytes, offset, memory.next(length), 0, length);
      return true;
    }

    @Override
    public @Nullable Tensor land(int stream, TensorHeader header) throws PeerException {
      return other.land(stream, header);
    }

    @Override
    public Tensor landChunk(int stream, long sequence, long length) throws PeerException {
      return other.landChunk(stream, sequence, length);
    }
  }

  private record Served(
      Transport transport, Listener listener, LinkedBlockingQueue<Connection> accepted)
      implements Side {
    @Override
    public String address() {
      return Integer.toString(listener.endpoint().port());
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      Connection link = accepted.poll(30, TimeUnit.SECONDS);
      if (link == null) {
        throw new PeerException.TimedOut("nobody dialled within 30 s");
      }
      try (TensorPool pool = TensorPool.open("answers", 1 << 20);
          Tensor word = pool.allocate(DType.U8, Shape.of(1))) {
        Landing landing = new Copying(Landing.in(pool), memory);
        awaitEnd(link, landing);
        link.send(new Message.TensorData(STREAM, 0, word));
        link.send(new Message.End(STREAM));
        awaitGone(link, landing);
      }
    }

    private static void awaitGone(Connection link, Landing landing) {
      try (link) {
        while (link.receive(landing) != null) {
          // signs of life
        }
      } catch (IOException e) {
        // the driver has what it waited for
      }
    }

    @Override
    public void close() {
      listener.close();
      transport.close();
    }
  }

  private static void awaitEnd(Connection link, Landing landing) throws IOException {
    Message message = link.receive(landing);
    while (!(message instanceof Message.End)) {
      if (message == null) {
        throw new PeerException.Closed("the other half left", false, null);
      }
      message = link.receive(landing);
    }
  }

  private record Driven(Transport transport, Endpoint server) implements Side {
    @Override
    public void flow(Task task, Memory memory) throws Exception {
      int different = (int) (task.span() / task.size());
      try (TensorPool pool = TensorPool.open("source", task.span() + (1 << 20));
          Tensor all = pool.allocate(DType.U8, Shape.of(different, task.size()));
          Connection link = transport.dial(server)) {
        Message[] chunks = new Message[different];
        for (int i = 0; i < different; i++) {
          chunks[i] = new Message.TensorData(STREAM, 0, all.rows(i, i + 1));
        }
        for (long i = 0; i < task.count(); i++) {
          link.post(chunks[(int) (i % different)]);
        }
        link.send(new Message.End(STREAM));
        awaitEnd(link, new Copying(Landing.in(pool), memory));
      }
    }

    @Override
    public void close() {
      transport.close();
    }
  }
}
