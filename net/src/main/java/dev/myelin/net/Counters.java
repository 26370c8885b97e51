package dev.myelin.net;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What a node counts: everything that can go wrong, and what went through.
final class Counters {
  /// What is counted; the key shown to people is the name in kebab case.
  enum Counter {
    CONNECTIONS_ACCEPTED,
    CONNECTIONS_DIALLED,
    CONNECTIONS_CLOSED,
    DIALS_FAILED,
    REFUSED_UNRECOGNISED,
    REFUSED_HANDSHAKE,
    REFUSED_CERTIFICATE,
    REFUSED_PAUSED,
    REFUSED_FULL,
    REFUSED_TAKEOVER,
    EVICTED_UNPROVEN,
    TIMED_OUT_HANDSHAKE,
    TIMED_OUT_SILENCE,
    MALFORMED,
    OPAQUE_FRAMES,
    STREAMS_DECLINED,
    STREAMS_CANCELLED,
    TENSORS_SENT,
    TENSORS_DROPPED,
    TENSORS_RECEIVED,
    TENSOR_BYTES_SENT,
    TENSOR_BYTES_RECEIVED,
    TENSOR_BYTES_PACKED,
    TENSOR_BYTES_SAVED,
    SIGHTINGS,
    SIGHTINGS_REFUSED
  }

  private final Map<Counter, LongAdder> adders = new EnumMap<>(Counter.class);

  Counters() {
    for (Counter counter : Counter.values()) {
      adders.put(counter, new LongAdder());
    }
  }

  void add(Counter counter) {
    add(counter, 1);
  }

  void add(Counter counter, long amount) {
    LongAdder adder = adders.get(counter);
    if (adder != null) {
      adder.add(amount);
    }
  }

  Map<String, Long> snapshot() {
    Map<String, Long> values = new LinkedHashMap<>();
    adders.forEach(
        (counter, adder) ->
            values.put(counter.name().toLowerCase(Locale.ROOT).replace('_', '-'), adder.sum()));
    return values;
  }
}
