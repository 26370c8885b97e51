package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The search for what an earlier attempt left of one stream: in a thread of its own, for reading
/// and checking it may take minutes, and the reader has other streams.
final class TakingUp {
  private final Message.Ask ask;
  private final Consumer<Message> answer;
  private boolean wanted = true; // guarded by this
  private @Nullable Partial found; // guarded by this

  TakingUp(Message.Ask ask, Consumer<Message> answer) {
    this.ask = ask;
    this.answer = answer;
  }

  /// What finds it.
  @FunctionalInterface
  interface Search {
    Partial find(Message.Ask ask, TakingUp forWhom) throws IOException, InterruptedException;
  }

  synchronized boolean isWanted() {
    return wanted;
  }

  /// Searches, and answers the sender.
  void run(Search search) throws InterruptedException {
    try {
      Partial partial = search.find(ask, this);
      Message held = new Message.Held(ask.stream(), partial.resumedBytes(), partial.digest().hex());
      if (hold(partial)) {
        answer.accept(held);
      }
    } catch (PeerException.Faulted e) {
      decline(e.code(), e);
    } catch (PeerException.Overloaded e) {
      decline(FaultCode.OVERLOADED.code(), e);
    } catch (IOException e) {
      decline(FaultCode.STORAGE.code(), DiskRoom.failed("tensor " + ask.header().name(), e));
    }
  }

  private synchronized boolean hold(Partial partial) {
    if (wanted) {
      found = partial;
      return true;
    }
    partial.leave();
    return false;
  }

  private void decline(int code, IOException why) {
    if (isWanted()) {
      answer.accept(new Message.Cancel(ask.stream(), code, String.valueOf(why.getMessage())));
    }
  }

  /// Returns what was found, once; null if nothing was yet.
  synchronized @Nullable Partial take() {
    Partial partial = found;
    found = null;
    return partial;
  }

  /// Ends the search.
  synchronized void drop() {
    wanted = false;
    if (found != null) {
      found.leave();
      found = null;
    }
  }
}
