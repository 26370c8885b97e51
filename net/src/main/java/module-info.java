import org.jspecify.annotations.NullMarked;

/// Sockets, connections, peers and nodes; how nodes find each other.
@NullMarked
module dev.myelin.net {
  requires transitive dev.myelin.wire;
  requires transitive com.fasterxml.jackson.databind;
  requires java.naming;
  requires jdk.httpserver;
  requires jdk.jfr;
  requires javax.jmdns;
  requires static io.nats.jnats;
  requires static org.conscrypt;
  requires static micrometer.core;
  requires static micrometer.registry.prometheus;

  exports dev.myelin.net;
  exports dev.myelin.net.communicator;
  exports dev.myelin.net.discovery;
  exports dev.myelin.net.log;
  exports dev.myelin.net.metrics;
  exports dev.myelin.net.pattern;
  exports dev.myelin.net.pipe;
}
