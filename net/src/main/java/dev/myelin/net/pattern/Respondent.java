package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Answers the surveys of a [Surveyor], or stays silent. On the wire it is a REP.
public final class Respondent extends PatternSocket {
  private final Questions questions = new Questions(hub());

  private Respondent(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.REP, options, plumbing, new Hub.Rules() {}));
  }

  /// Opens a socket without peers.
  public static Respondent open(Plumbing plumbing, SocketOptions options) {
    return new Respondent(plumbing, options);
  }

  /// Takes the next question within the time that the options give; otherwise as the longer form.
  public Request receive() throws IOException, InterruptedException {
    return receive(receiveLimit());
  }

  /// Takes the next question, which is the caller's; who has nothing to say closes it.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  public Request receive(Duration limit) throws IOException, InterruptedException {
    return questions.receive(limit);
  }

  /// Takes the next question if there is one.
  public Optional<Request> tryReceive() {
    return questions.tryReceive();
  }

  /// Has a thread take every question from now on.
  public Attendant onQuestion(MessageTaker<? super Request> taker) {
    return attend(questions::next, taker);
  }
}
