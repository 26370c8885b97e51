package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Answers the requests of its [Requester]s, each in turn (RFC 28).
///
/// In lockstep: receive, reply, receive, reply. Or many at once: every [Request] knows the way back
/// to its asker, so replies may be given in any order and by any thread.
public final class Replier extends PatternSocket {
  private final Questions questions = new Questions(hub());

  private Replier(Plumbing plumbing, SocketOptions options) {
    super(new Hub(SocketRole.REP, options, plumbing, new Hub.Rules() {}));
  }

  /// Opens a socket without peers.
  public static Replier open(Plumbing plumbing, SocketOptions options) {
    return new Replier(plumbing, options);
  }

  /// Takes the next request within the time that the options give; otherwise as the longer form.
  public Request receive() throws IOException, InterruptedException {
    return receive(receiveLimit());
  }

  /// Takes the next request, which is the caller's.
  ///
  /// Waits for one at most `limit`. An interrupt ends the wait and nothing else.
  ///
  /// @throws dev.myelin.wire.PeerException.TimedOut if none came in time
  public Request receive(Duration limit) throws IOException, InterruptedException {
    return questions.receive(limit);
  }

  /// Takes the next request if there is one.
  public Optional<Request> tryReceive() {
    return questions.tryReceive();
  }

  /// Has a thread take every request from now on.
  public Attendant onRequest(MessageTaker<? super Request> taker) {
    return attend(questions::next, taker);
  }
}
