package dev.myelin.net;

import dev.myelin.net.pipe.SocketOptions;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// Where a socket of a pattern listens, or whom it dials, by text.
sealed interface PipeAddress {
  /// Opens a listening socket.
  ServerSocketChannel listen() throws IOException;

  /// Returns the address that a listening socket really has.
  PipeAddress bound(ServerSocketChannel server) throws IOException;

  /// Dials; waits at most `limitMillis`.
  SocketChannel dial(Resolver resolver, int limitMillis) throws IOException;

  /// Returns how a link there is named.
  Endpoint remote();

  /// Undoes what listening left behind.
  default void released() {}

  /// Checks that no stranger comes in whom the options do not ask for.
  ///
  /// @throws IllegalArgumentException if one could
  default void requireWelcome(SocketOptions options) {}

  /// `tcp://host:port`, where a host of `*` is every interface and a port of `*` any.
  record Tcp(Endpoint endpoint) implements PipeAddress {
    private static final int BACKLOG = 1024;

    @Override
    public ServerSocketChannel listen() throws IOException {
      ServerSocketChannel server = ServerSocketChannel.open();
      try {
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        InetSocketAddress at = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (at.isUnresolved()) {
          throw new IOException("host name does not resolve");
        }
        server.bind(at, BACKLOG);
        return server;
      } catch (IOException e) {
        server.close();
        throw new IOException(
            "cannot listen on "
                + this
                + ": "
                + e.getMessage()
                + " (expected: a free port of this machine; tcp://127.0.0.1:* lets the system"
                + " choose)",
            e);
      }
    }

    @Override
    public PipeAddress bound(ServerSocketChannel server) throws IOException {
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      return new Tcp(new Endpoint(endpoint.host(), port));
    }

    @Override
    public SocketChannel dial(Resolver resolver, int limitMillis) throws IOException {
      SocketChannel channel = SocketChannel.open();
      try {
        InetAddress address = resolver.all(endpoint.host()).getFirst();
        channel.socket().connect(new InetSocketAddress(address, endpoint.port()), limitMillis);
        SelfConnection.refuse(channel);
        return channel;
      } catch (UnknownHostException e) {
        channel.close();
        throw new PeerException.Unreachable(
            this + ": host name does not resolve (expected: an address or a known name)", e);
      } catch (IOException e) {
        channel.close();
        throw new PeerException.Unreachable(this + ": " + e.getMessage(), e);
      }
    }

    @Override
    public Endpoint remote() {
      return endpoint;
    }

    @Override
    public void requireWelcome(SocketOptions options) {
      if (options.strangers() == SocketOptions.Strangers.ALL
          || !(options.security() instanceof PartsSecurity.Open)) {
        return;
      }
      InetSocketAddress at = new InetSocketAddress(endpoint.host(), endpoint.port());
      if (at.isUnresolved() || !at.getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "bind: "
                + this
                + " without security lets every stranger in (expected: a loopback address, or CURVE"
                + " or PLAIN, or strangers ALL if that is what you want)");
      }
    }

    @Override
    public String toString() {
      return "tcp://" + endpoint;
    }
  }

  /// `ipc://path`, a Unix domain socket that only this user may use.
  record Ipc(Path path) implements PipeAddress {
    private static final FileAttribute<Set<PosixFilePermission>> ONLY_ME =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    @Override
    public ServerSocketChannel listen() throws IOException {
      removeStale();
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        bindUnseen(server);
        return server;
      } catch (IOException e) {
        server.close();
        throw new IOException(
            "cannot listen on "
                + this
                + ": "
                + reason(e)
                + " (expected: a path in an existing folder that nobody listens on)",
            e);
      }
    }

    /// Binds in a folder that only this user can enter, and shows the socket at its path once only
    /// this user may connect: between the two calls, what the process takes for a mask would count.
    private void bindUnseen(ServerSocketChannel server) throws IOException {
      Path hidden = hiddenFolder();
      Path socket = hidden.resolve("s");
      try {
        server.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        Files.createLink(path, socket);
      } finally {
        Files.deleteIfExists(socket);
        Files.delete(hidden);
      }
    }

    /// The name is short: the system allows little more than a hundred bytes for a whole path.
    private Path hiddenFolder() throws IOException {
      FileAlreadyExistsException last = null;
      for (int i = 0; i < 100; i++) {
        int number = ThreadLocalRandom.current().nextInt(1 << 24);
        Path folder = path.resolveSibling(".m" + Integer.toString(number, Character.MAX_RADIX));
        try {
          return Files.createDirectory(folder, ONLY_ME);
        } catch (FileAlreadyExistsException e) {
          last = e;
        }
      }
      throw new IOException("no free name for a folder beside it", last);
    }

    private static String reason(IOException e) {
      return e instanceof FileAlreadyExistsException ? "taken" : String.valueOf(e.getMessage());
    }

    /// A process that died left its file: nobody answers there any more.
    private void removeStale() throws IOException {
      if (!Files.exists(path)) {
        return;
      }
      try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        probe.connect(UnixDomainSocketAddress.of(path));
      } catch (IOException e) {
        if ("socket".equals(kind())) {
          Files.delete(path);
        }
      }
    }

    private String kind() throws IOException {
      return Files.readAttributes(path, BasicFileAttributes.class).isOther() ? "socket" : "file";
    }

    @Override
    public PipeAddress bound(ServerSocketChannel server) {
      return this;
    }

    @Override
    public SocketChannel dial(Resolver resolver, int limitMillis) throws IOException {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(path));
        return channel;
      } catch (IOException e) {
        channel.close();
        throw new PeerException.Unreachable(this + ": " + e.getMessage(), e);
      }
    }

    @Override
    public Endpoint remote() {
      return new Endpoint(path.toString(), 0);
    }

    @Override
    public void released() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // The next who listens there finds that nobody answers, and removes it.
      }
    }

    @Override
    public String toString() {
      return "ipc://" + path;
    }
  }

  /// Returns the address that a text names.
  ///
  /// @throws IllegalArgumentException if it is none of these
  static PipeAddress parse(String text) {
    if (text.startsWith("tcp://")) {
      String rest = text.substring(6);
      rest = rest.startsWith("*:") ? "0.0.0.0" + rest.substring(1) : rest;
      rest = rest.endsWith(":*") ? rest.substring(0, rest.length() - 1) + "0" : rest;
      return new Tcp(Endpoint.parse(rest));
    }
    if (text.startsWith("ipc://") && text.length() > 6) {
      return new Ipc(Path.of(text.substring(6)));
    }
    throw new IllegalArgumentException(
        "endpoint: "
            + text
            + " (expected: tcp://host:port, ipc://path, inproc://name or myelin://service)");
  }
}
