package dev.myelin.bench.endtoend;

import dev.myelin.net.Endpoint;
import dev.myelin.net.NodeConfig;
import dev.myelin.net.NodeConfig.Encryption;
import dev.myelin.net.NodeConfig.Links;
import dev.myelin.net.NodeConfig.Neighbours;
import dev.myelin.net.NodeConfig.Profile;
import dev.myelin.net.NodeConfig.Threads;
import dev.myelin.wire.Limits;
import java.time.Duration;

/// The settings of ours that make a row of their own.
enum Manner {
  /// As they come: encrypted, and over shared memory between processes of one machine.
  DEFAULT,
  /// Not encrypted, as the peers without TLS are.
  CLEAR,
  /// Encrypted, and never over shared memory.
  TLS,
  /// Not encrypted, and waking fast.
  LATENCY,
  /// Not encrypted, on virtual threads.
  MANY,
  /// Encrypted, on virtual threads.
  MANY_TLS;

  private static final Duration SILENCE = Duration.ofMinutes(5);
  private static final Duration ALIVE = Duration.ofMinutes(1);

  /// Returns the configuration of a node that only the other half can find and join.
  NodeConfig config() {
    String key = System.getenv("MYELIN_BENCH_KEY");
    if (key == null) {
      throw new IllegalStateException("MYELIN_BENCH_KEY: not set (expected: a key)");
    }
    NodeConfig config =
        NodeConfig.of("bench", key)
            .listen(new Endpoint("127.0.0.1", 0))
            .finding(NodeConfig.Finding.only());
    if (this == DEFAULT) {
      return config;
    }
    NodeConfig set =
        config.security(config.security().encryption(encryption())).links(links(Links.defaults()));
    return this == MANY || this == MANY_TLS ? set.limits(patient(set.limits())) : set;
  }

  /// The dialling process reads the connections of a crowd during trips alone, and would be taken
  /// for dead before all are there.
  private static Limits patient(Limits limits) {
    Limits.Waits waits = limits.waits();
    return new Limits(
        limits.frames(),
        limits.streams(),
        limits.strangers(),
        new Limits.Waits(
            waits.connect(), waits.sniff(), waits.handshake(), ALIVE, SILENCE, waits.drain()),
        limits.flow(),
        limits.sharing());
  }

  private Encryption encryption() {
    return this == TLS || this == MANY_TLS ? Encryption.tls() : Encryption.plain();
  }

  private Links links(Links links) {
    Links apart = links.neighbours(Neighbours.SOCKET);
    return switch (this) {
      case DEFAULT -> links;
      case CLEAR, TLS -> apart;
      case LATENCY -> apart.profile(Profile.LATENCY);
      case MANY, MANY_TLS -> apart.threads(Threads.VIRTUAL);
    };
  }
}
