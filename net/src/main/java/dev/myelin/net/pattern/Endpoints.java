package dev.myelin.net.pattern;

import dev.myelin.net.pipe.Plumbing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// The endpoints that one socket uses.
final class Endpoints {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Plumbing.Use> bound = new LinkedHashMap<>(); // guarded by lock
  private final Map<String, Plumbing.Use> connected = new LinkedHashMap<>(); // guarded by lock
  private boolean closed; // guarded by lock

  /// Keeps an endpoint that was bound; closes it if the socket was closed meanwhile.
  void bound(Plumbing.Use use) {
    keep(bound, use.endpoint(), use);
  }

  /// Keeps an endpoint that was connected, by the text it was connected with.
  void connected(String endpoint, Plumbing.Use use) {
    keep(connected, endpoint, use);
  }

  private void keep(Map<String, Plumbing.Use> in, String endpoint, Plumbing.Use use) {
    Plumbing.Use before = use;
    lock.lock();
    try {
      if (!closed) {
        before = in.put(endpoint, use);
      }
    } finally {
      lock.unlock();
    }
    if (before != null) {
      before.close();
    }
  }

  void unbind(String endpoint) {
    end(bound, endpoint, "bound");
  }

  void disconnect(String endpoint) {
    end(connected, endpoint, "connected");
  }

  private void end(Map<String, Plumbing.Use> in, String endpoint, String state) {
    Plumbing.Use use;
    lock.lock();
    try {
      use = in.remove(endpoint);
      if (use == null) {
        throw new IllegalArgumentException(
            "endpoint: %s (expected: one that is %s: %s)".formatted(endpoint, state, in.keySet()));
      }
    } finally {
      lock.unlock();
    }
    use.close();
  }

  List<String> allBound() {
    lock.lock();
    try {
      return List.copyOf(bound.keySet());
    } finally {
      lock.unlock();
    }
  }

  List<String> allConnected() {
    lock.lock();
    try {
      return List.copyOf(connected.keySet());
    } finally {
      lock.unlock();
    }
  }

  /// Returns all that there are, to be closed; keeps none from now on.
  List<Plumbing.Use> end() {
    lock.lock();
    try {
      closed = true;
      List<Plumbing.Use> all = new ArrayList<>(bound.values());
      all.addAll(connected.values());
      return all;
    } finally {
      lock.unlock();
    }
  }
}
