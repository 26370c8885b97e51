package dev.myelin.bench.endtoend;

import dev.myelin.net.pattern.Replier;
import dev.myelin.net.pattern.Request;
import dev.myelin.net.pattern.Requester;
import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Our pattern sockets, REQ to REP in ZMTP, in lockstep.
final class MyelinAsk extends JavaDesign {
  private final @Nullable Manner manner;

  /// @param manner of the nodes at which the sockets find each other; null for sockets without
  private MyelinAsk(String name, String what, @Nullable Manner manner) {
    super(name, what);
    this.manner = manner;
  }

  static MyelinAsk tcp() {
    return new MyelinAsk("myelin-ask", "Myelin, REQ and REP over TCP in ZMTP, not encrypted", null);
  }

  static MyelinAsk near() {
    return new MyelinAsk(
        "myelin-ask-near",
        "Myelin, REQ and REP found by service, over shared memory",
        Manner.DEFAULT);
  }

  static MyelinAsk apart() {
    return new MyelinAsk("myelin-ask-tls", "the same, over TLS on the loopback socket", Manner.TLS);
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.ROUND_TRIP;
  }

  @Override
  Side serve() throws IOException {
    Meetings meetings = Meetings.serve(manner);
    Replier replier = meetings.messaging().replier();
    String at = replier.bind(meetings.place("ask"));
    return new Served(meetings, replier, meetings.address(at));
  }

  @Override
  Side drive(String address) throws IOException {
    Meetings meetings = Meetings.drive(manner, address);
    Requester requester = meetings.messaging().requester();
    requester.connect(Meetings.place(address, 0));
    meetings.awaitMedium(requester);
    return new Driven(meetings, requester);
  }

  private record Served(Meetings meetings, Replier replier, String address) implements Side {
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
      meetings.close();
    }
  }

  private record Driven(Meetings meetings, Requester requester) implements Side {
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
      meetings.close();
    }
  }
}
