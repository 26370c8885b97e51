package dev.myelin.bench.endtoend;

import dev.myelin.net.Messaging;
import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.Requester;
import java.io.IOException;
import org.HdrHistogram.Histogram;

/// Our pattern sockets, REQ to REP over TCP in ZMTP, in lockstep.
final class MyelinAsk extends JavaDesign {
  MyelinAsk() {
    super("myelin-ask", "Myelin, REQ and REP over TCP in ZMTP, not encrypted");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.ROUND_TRIP;
  }

  @Override
  Side serve() throws IOException {
    Messaging messaging = Messaging.open();
    Replier replier = messaging.replier();
    return new Served(messaging, replier, replier.bind("tcp://127.0.0.1:*"));
  }

  @Override
  Side drive(String address) throws IOException {
    Messaging messaging = Messaging.open();
    Requester requester = messaging.requester();
    requester.connect(address);
    return new Driven(messaging, requester);
  }

  private record Served(Messaging messaging, Replier replier, String address) implements Side {
    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      for (long i = 0; i < task.count(); i++) {
        try (Request request = replier.receive()) {
          request.reply(request.take());
        }
      }
    }

    @Override
    public void close() {
      replier.close();
      messaging.close();
    }
  }

  private record Driven(Messaging messaging, Requester requester) implements Side {
    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws Exception {
      byte[] question = new byte[task.piece()];
      for (long i = 0; i < task.count(); i++) {
        long start = System.nanoTime();
        requester.request(question).close();
        nanos.recordValue(System.nanoTime() - start);
      }
    }

    @Override
    public void close() {
      requester.close();
      messaging.close();
    }
  }
}
