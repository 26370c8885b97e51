package dev.myelin.net;

import dev.myelin.wire.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The short messages that wait for the courier of one connection. Used under its owner's lock.
///
/// Bounded, whatever the peer asks for: of pongs and signs of life only the latest waits, of the
/// credit of one stream only that which goes furthest, for it says what the others said; and there
/// are no more than so many of the rest.
final class Outbox {
  private static final int MOST_OTHERS = 4096;

  private final Deque<Message> others = new ArrayDeque<>(4);
  private Message.@Nullable Pong pong;
  private Message.@Nullable Alive alive;

  /// By stream; made when there is one, for an idle connection needs none.
  private @Nullable Map<Integer, Message.Credit> credits;

  /// Takes a message; returns false if it is full.
  boolean offer(Message message) {
    switch (message) {
      case Message.Pong latest -> pong = latest;
      case Message.Alive sign -> alive = sign;
      case Message.Credit credit -> {
        Map<Integer, Message.Credit> all = credits == null ? new LinkedHashMap<>() : credits;
        all.merge(credit.stream(), credit, (one, two) -> one.bytes() < two.bytes() ? two : one);
        credits = all;
      }
      default -> {
        return others.size() < MOST_OTHERS && others.add(message);
      }
    }
    return true;
  }

  boolean isEmpty() {
    return others.isEmpty() && pong == null && alive == null && credits == null;
  }

  /// Returns the next message; null if there is none.
  @Nullable Message poll() {
    Message next = pong;
    if (next != null) {
      pong = null;
      return next;
    }
    next = pollCredit();
    if (next != null) {
      return next;
    }
    next = alive;
    alive = null;
    return next != null ? next : others.poll();
  }

  private Message.@Nullable Credit pollCredit() {
    if (credits == null) {
      return null;
    }
    Iterator<Message.Credit> all = credits.values().iterator();
    Message.Credit next = all.next();
    all.remove();
    if (credits.isEmpty()) {
      credits = null;
    }
    return next;
  }
}
