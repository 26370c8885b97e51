package dev.myelin.bench.endtoend;

import dev.myelin.net.Endpoint;
import dev.myelin.net.Node;
import dev.myelin.net.Peer;
import dev.myelin.net.SendOptions;
import dev.myelin.tensor.DType;
import dev.myelin.tensor.Shape;
import dev.myelin.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;

/// Our nodes, tensors handed over where they lie: the receipt is the receiver's word.
final class MyelinGiven extends JavaDesign {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final SendOptions OPTIONS = SendOptions.defaults().limit(LIMIT);

  MyelinGiven() {
    super("myelin-given", "Myelin nodes, tensors handed over by reference in shared memory");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.HAND_OVER;
  }

  @Override
  Side serve() throws IOException {
    return new Served(Node.start(Manner.DEFAULT.config()));
  }

  @Override
  Side drive(String address) throws IOException, InterruptedException {
    Node node = Node.start(Manner.DEFAULT.config());
    Endpoint server = new Endpoint("127.0.0.1", Integer.parseInt(address));
    return new Driven(node, node.connect(server, LIMIT));
  }

  private record Served(Node node) implements Side {
    @Override
    public String address() {
      return Integer.toString(node.endpoint().port());
    }

    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        node.receive(LIMIT).close();
      }
    }

    @Override
    public void close() {
      node.close();
    }
  }

  private record Driven(Node node, Peer peer) implements Side {
    @Override
    public boolean ownMemory() {
      return true;
    }

    @Override
    public void flow(Task task, Memory memory) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        Tensor tensor = node.sharedPool().allocate(DType.U8, Shape.of(task.size()), LIMIT);
        peer.give("given", tensor, OPTIONS);
      }
    }

    @Override
    public void close() {
      node.close();
    }
  }
}
