package dev.myelin.it;

import dev.myelin.net.Messaging;
import dev.myelin.net.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/// Where the sockets of a pattern stand, and by what way the one that will be harmed gets there.
interface PatternGround extends AutoCloseable {
  /// A way to a socket.
  enum Way {
    /// From a process of libzmq through a proxy.
    PROXY,
    /// From a process of ours through shared memory.
    MEMORY;

    /// Returns what can be done to whoever comes by it.
    Set<Harm> harms() {
      return switch (this) {
        case PROXY -> EnumSet.complementOf(EnumSet.of(Harm.DISK_FULL));
        case MEMORY -> EnumSet.of(Harm.KILL, Harm.STOP, Harm.SLOW_READER);
      };
    }

    PatternGround open() throws IOException {
      return switch (this) {
        case PROXY -> new Proxied(Messaging.open());
        case MEMORY -> new Near(Node.start(NearSocket.config()));
      };
    }
  }

  /// Returns where the good sockets are opened.
  Messaging messaging();

  /// Returns where a socket is to be bound.
  String endpoint();

  /// Starts the one that will be harmed; it reaches the socket bound there.
  HarmedPeer harmed(String role, String endpoint, Harm harm) throws Exception;

  @Override
  void close();

  /// A socket on a port of its own.
  record Proxied(Messaging messaging) implements PatternGround {
    @Override
    public String endpoint() {
      return "tcp://127.0.0.1:*";
    }

    @Override
    public HarmedPeer harmed(String role, String endpoint, Harm harm) throws Exception {
      return HarmedPeer.start(role, endpoint, harm);
    }

    @Override
    public void close() {
      messaging.close();
    }
  }

  /// A socket found by its service at a node.
  record Near(Node node) implements PatternGround {
    private static final String SERVICE = "work";
    private static final String NAME = "/memfd:myelin";

    @Override
    public Messaging messaging() {
      return node.messaging();
    }

    @Override
    public String endpoint() {
      return "myelin://" + SERVICE;
    }

    @Override
    public HarmedPeer harmed(String role, String endpoint, Harm harm) throws Exception {
      return HarmedPeer.near(role, node.endpoint().port(), SERVICE, harm);
    }

    /// Neither a piece of memory nor a descriptor of one may be left.
    @Override
    public void close() {
      node.close();
      HarmedPeer.awaitUntil("shared memory is left", () -> !isLeft());
    }

    private static boolean isLeft() {
      try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"));
          Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        return mapped.anyMatch(line -> line.contains(NAME)) || open.anyMatch(Near::isShared);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static boolean isShared(Path descriptor) {
      try {
        return Files.readSymbolicLink(descriptor).toString().startsWith(NAME);
      } catch (IOException e) {
        return false; // closed since it was listed
      }
    }
  }
}
