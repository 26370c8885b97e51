package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Every design, in the order of the tables. A new way of ours, or a new peer, is one more line.
final class Designs {
  /// The design that all ratios are to.
  static final String BASE = "c-tcp";

  private static final List<Design> WAYS =
      List.of(
          new CDesign("memcpy", "C, a copy within one process: the memory's own speed"),
          new CDesign("tcp", "C, blocking TCP, one system call per message"),
          new CDesign("tcp-batched", "C, the same, messages gathered into sends of 64 KiB"),
          new CDesign("unix", "C, Unix domain socket"),
          Myelin.asItComes(),
          Myelin.clear(),
          Myelin.tls(),
          Myelin.post(),
          Myelin.many(),
          Myelin.manyEncrypted(),
          new MyelinGiven(),
          MyelinConnection.clear(),
          MyelinConnection.tls(),
          MyelinConnection.latency(),
          MyelinConnection.shared(),
          new MyelinPosted(),
          MyelinPush.tcp(),
          MyelinPush.near(),
          MyelinPush.apart(),
          MyelinAsk.tcp(),
          MyelinAsk.near(),
          MyelinAsk.apart(),
          new MyelinPublish(),
          new JavaNio(),
          JavaTls.conscrypt(),
          JavaTls.jdk(),
          new JeroMq(),
          new JeroMqAsk(),
          new JeroMqPublish(),
          new CDesign("zmq", "libzmq, PAIR over TCP, messages not copied when sent"),
          new CDesign("zmq-ask", "libzmq, REQ and REP over TCP"),
          new CDesign("zmq-pub", "libzmq, XPUB and SUB over TCP, both without marks"),
          Grpc.plain(),
          Grpc.zeroCopy(),
          new Flight(),
          Aeron.ipc(),
          Aeron.udp(),
          new Ucx("tcp"),
          new Ucx("posix"),
          Disk.plain(),
          Disk.log());

  static final List<Design> ALL = all();

  private Designs() {}

  private static List<Design> all() {
    List<Design> all = new ArrayList<>(WAYS);
    Arrays.stream(Tuned.values()).map(Myelin::tuned).forEach(all::add);
    return List.copyOf(all);
  }

  /// Returns whether others are compared with it.
  static boolean isBase(Design design) {
    return Arrays.stream(Case.What.values()).anyMatch(what -> what.base().equals(design.name()));
  }

  static Design named(String name) {
    return ALL.stream()
        .filter(design -> design.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "design: '"
                        + name
                        + "' (expected: "
                        + String.join(", ", ALL.stream().map(Design::name).toList())
                        + ")"));
  }

  static JavaDesign java(String name) {
    if (named(name) instanceof JavaDesign design) {
      return design;
    }
    throw new IllegalArgumentException("design: '" + name + "' (expected: one in Java)");
  }
}
