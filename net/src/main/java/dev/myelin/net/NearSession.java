package dev.myelin.net;

import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.Progress;
import dev.myelin.wire.Session;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A session whose tensors take the short way if the peer turns out to be a process of this
/// machine.
final class NearSession implements Session {
  private final Session session;
  private final Neighbour neighbour;

  /// @param courier carries what is to be said, without waiting
  NearSession(Link link, Session session, Consumer<Message> courier) {
    this.session = session;
    this.neighbour = new Neighbour(link, session.introduction(), courier);
  }

  Neighbour neighbour() {
    return neighbour;
  }

  @Override
  public Introduction introduction() {
    return session.introduction();
  }

  @Override
  public void send(Message message, Progress progress) throws IOException {
    switch (message) {
      case Message.Transfer transfer -> {
        if (!neighbour.copies(transfer, progress, session::send)) {
          session.send(transfer, progress);
        }
      }
      case Message.Met _, Message.Move _, Message.Free _ -> neighbour.say(message, session::send);
      default -> session.send(message, progress);
    }
  }

  @Override
  public void post(Message message) throws IOException {
    switch (message) {
      case Message.Met _, Message.Move _, Message.Free _ -> neighbour.say(message, session::send);
      default -> session.post(message);
    }
  }

  /// Sends a tensor and takes it over where it lies in memory that the peer can map; otherwise as
  /// [#send].
  void give(Message.Transfer transfer, Progress progress) throws IOException {
    if (!neighbour.gives(transfer, progress, session::send)) {
      send(transfer, progress);
    }
  }

  @Override
  public @Nullable Message receive(Landing landing) throws IOException {
    return neighbour.hear(session.receive(landing), landing);
  }

  @Override
  public void decline(int stream, FaultCode code, String text) {
    session.decline(stream, code, text);
  }

  @Override
  public void endSends() {
    session.endSends();
  }

  @Override
  public void close() {
    session.close();
  }
}
