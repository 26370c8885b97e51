package dev.myelin.wire.asoc;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Message;
import java.util.ArrayList;
import java.util.List;

/// The incoming streams that others than the reader want dropped. For many threads.
final class AsocUnwanted {
  private final List<Message.Declined> streams = new ArrayList<>(); // guarded by this
  private volatile boolean any;

  synchronized void add(int stream, FaultCode code, String text) {
    streams.add(new Message.Declined(stream, code.code(), text));
    any = true;
  }

  /// Returns what was added since the last call; costs nothing while there is nothing.
  List<Message.Declined> take() {
    return any ? takeAll() : List.of();
  }

  private synchronized List<Message.Declined> takeAll() {
    List<Message.Declined> all = List.copyOf(streams);
    streams.clear();
    any = false;
    return all;
  }
}
