package dev.myelin.net.communicator;

import java.util.EnumMap;
import java.util.Map;

/// What a [ZmqCommunicator] is told before it begins.
///
/// @param threadCount how many callbacks run at once, of all sockets together
/// @param timeoutSeconds how long a request waits for its reply
/// @param poolSize how many requests of one socket are under way at once
/// @param enableRdma must be off: there is no RDMA here
/// @param highWaterMark how many messages wait for, and of, one peer
/// @param options what else new sockets begin with; what is missing has its default
public record ZmqConfig(
    int threadCount,
    int timeoutSeconds,
    int poolSize,
    boolean enableRdma,
    int highWaterMark,
    Map<ZmqSocketOption, Integer> options) {
  public ZmqConfig {
    atLeast("threadCount", threadCount, 1);
    atLeast("timeoutSeconds", timeoutSeconds, 1);
    atLeast("poolSize", poolSize, 1);
    atLeast("highWaterMark", highWaterMark, 0);
    if (enableRdma) {
      throw new IllegalArgumentException(
          "enableRdma: true (expected: false: there is no RDMA, and TCP is not passed off as it)");
    }
    Map<ZmqSocketOption, Integer> all = new EnumMap<>(ZmqSocketOption.class);
    all.put(ZmqSocketOption.RCVTIMEO, 5000);
    all.put(ZmqSocketOption.SNDTIMEO, 5000);
    all.put(ZmqSocketOption.LINGER, 1000);
    all.put(ZmqSocketOption.RECONNECT_IVL, 100);
    all.put(ZmqSocketOption.RCVBUF, 65536);
    all.put(ZmqSocketOption.SNDBUF, 65536);
    all.put(ZmqSocketOption.SNDHWM, highWaterMark);
    all.put(ZmqSocketOption.RCVHWM, highWaterMark);
    all.putAll(options);
    all.forEach(ZmqConfig::check);
    options = Map.copyOf(all);
  }

  /// Returns 8 threads, 30 s, 10 requests, 1000 messages, and 5 s for each call.
  public static ZmqConfig defaults() {
    return new ZmqConfig(8, 30, 10, false, 1000, Map.of());
  }

  /// Returns a copy whose sockets begin with another value of an option.
  public ZmqConfig with(ZmqSocketOption option, int value) {
    Map<ZmqSocketOption, Integer> more = new EnumMap<>(options);
    more.put(option, value);
    return new ZmqConfig(threadCount, timeoutSeconds, poolSize, enableRdma, highWaterMark, more);
  }

  /// Checks that an option may have a value.
  static void check(ZmqSocketOption option, int value) {
    boolean mayBeForever =
        switch (option) {
          case RCVTIMEO, SNDTIMEO, LINGER -> true;
          case SNDHWM, RCVHWM, RECONNECT_IVL, RCVBUF, SNDBUF -> false;
        };
    atLeast(option.name(), value, mayBeForever ? -1 : 0);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
