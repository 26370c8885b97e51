package dev.myelin.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Looks host names up.
///
/// The system's resolver blocks the carrier of a virtual thread, and a few names that nobody
/// answers for would stop every virtual thread of a small machine. So each name has a platform
/// thread of its own while it is being asked for, and all who want the same name wait for the same
/// answer.
final class Resolver {
  private final Map<String, FutureTask<List<InetAddress>>> asking = new ConcurrentHashMap<>();

  /// Returns the addresses of a host, at least one; those of a literal at once.
  ///
  /// Waits as long as the system's resolver does. A virtual thread that is interrupted, before or
  /// while it waits, is answered at once, also where the name is known by then.
  ///
  /// @throws UnknownHostException if there are none, or the thread was interrupted
  List<InetAddress> all(String host) throws UnknownHostException {
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Thread.currentThread().isVirtual() ? aside(host) : lookUp(host);
    }
  }

  private static List<InetAddress> lookUp(String host) throws UnknownHostException {
    return List.of(InetAddress.getAllByName(host));
  }

  private List<InetAddress> aside(String host) throws UnknownHostException {
    FutureTask<List<InetAddress>> mine = new FutureTask<>(() -> lookUp(host));
    FutureTask<List<InetAddress>> other = asking.putIfAbsent(host, mine);
    if (other == null) {
      Thread.ofPlatform().daemon().name("my-lookup-" + host).start(() -> ask(host, mine));
    }
    try {
      if (Thread.interrupted()) { // a task that is done would not look
        throw new InterruptedException();
      }
      return (other == null ? mine : other).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException(host + ": interrupted while looking it up");
    } catch (ExecutionException e) {
      UnknownHostException unknown = new UnknownHostException(host);
      unknown.initCause(e.getCause());
      throw unknown;
    }
  }

  private void ask(String host, FutureTask<List<InetAddress>> question) {
    question.run();
    asking.remove(host, question);
  }
}
