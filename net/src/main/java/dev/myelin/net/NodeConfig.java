package dev.myelin.net;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Everything a node is told before it starts.
///
/// @param identity who it is and what it shares with its community
/// @param listening where it listens
/// @param security which peers it lets in
/// @param finding how it finds peers
/// @param limits what peers may make it do
/// @param links how its connections are read and written
public record NodeConfig(
    Identity identity,
    Listening listening,
    Security security,
    Finding finding,
    Limits limits,
    Links links) {
  public NodeConfig {
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(listening, "listening");
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(finding, "finding");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(links, "links");
  }

  /// Returns the configuration of a node on all interfaces and any port, discovering by every
  /// means.
  public static NodeConfig of(String community, String apiKey) {
    return new NodeConfig(
        new Identity(UUID.randomUUID(), community, ApiKey.of(apiKey), Optional.empty()),
        new Listening(new Endpoint("0.0.0.0", 0), 0),
        Security.secure(),
        Finding.everything(),
        Limits.defaults(),
        Links.defaults());
  }

  /// Returns a copy that listens elsewhere.
  public NodeConfig listen(Endpoint endpoint) {
    return new NodeConfig(
        identity, new Listening(endpoint, listening.httpPort()), security, finding, limits, links);
  }

  /// Returns a copy with another identity.
  public NodeConfig identity(Identity other) {
    return new NodeConfig(other, listening, security, finding, limits, links);
  }

  /// Returns a copy that lets other peers in.
  public NodeConfig security(Security other) {
    return new NodeConfig(identity, listening, other, finding, limits, links);
  }

  /// Returns a copy that finds peers otherwise.
  public NodeConfig finding(Finding other) {
    return new NodeConfig(identity, listening, security, other, limits, links);
  }

  /// Returns a copy with other limits.
  public NodeConfig limits(Limits other) {
    return new NodeConfig(identity, listening, security, finding, other, links);
  }

  /// Returns a copy whose connections are read and written otherwise.
  public NodeConfig links(Links other) {
    return new NodeConfig(identity, listening, security, finding, limits, other);
  }

  /// Returns the port that HTTP clients are told of; zero if none.
  int httpPort() {
    return listening.httpPort();
  }

  /// Where a node listens.
  ///
  /// @param at the address and port for every dialect; port zero lets the system choose
  /// @param httpPort the port HTTP clients are told of when they come to the wrong one; zero if
  ///   there is none
  public record Listening(Endpoint at, int httpPort) {
    public Listening {
      Objects.requireNonNull(at, "at");
    }
  }

  /// How connections are read and written.
  ///
  /// @param threads what kind of thread reads a connection
  /// @param profile what a reader does before it sleeps
  /// @param neighbours how peers on the same machine are reached
  /// @param compression whether tensors are made smaller on their way, where nobody says otherwise
  public record Links(
      Threads threads, Profile profile, Neighbours neighbours, Compression compression) {
    public Links {
      Objects.requireNonNull(neighbours, "neighbours");
      Objects.requireNonNull(threads, "threads");
      Objects.requireNonNull(profile, "profile");
      Objects.requireNonNull(compression, "compression");
    }

    /// Returns platform threads, the balanced profile, memory shared with neighbours, and
    /// compression where it pays.
    public static Links defaults() {
      return new Links(
          Threads.PLATFORM, Profile.BALANCED, Neighbours.SHARED_MEMORY, Compression.AUTO);
    }

    /// Returns a copy with another kind of reader thread.
    public Links threads(Threads other) {
      return new Links(other, profile, neighbours, compression);
    }

    /// Returns a copy with another profile.
    public Links profile(Profile other) {
      return new Links(threads, other, neighbours, compression);
    }

    /// Returns a copy that compresses otherwise.
    public Links compression(Compression other) {
      return new Links(threads, profile, neighbours, other);
    }

    /// Returns a copy that reaches peers on the same machine otherwise.
    public Links neighbours(Neighbours other) {
      return new Links(threads, profile, other, compression);
    }
  }

  /// How a peer on the same machine is reached, once it has proven that it is one.
  public enum Neighbours {
    /// Through memory that both processes map, where they run as the same user and can see each
    /// other's memory in the file system; through the socket else.
    SHARED_MEMORY,
    /// Through the socket, as any other peer.
    SOCKET
  }

  /// What a reader does before it sleeps until bytes come.
  public enum Profile {
    /// Nothing: a waiting reader costs no processor time.
    BALANCED,
    /// Looks again and again for some tens of microseconds while bytes keep coming, so that most
    /// answers find it awake. Platform threads only; wants a processor for each busy reader.
    LATENCY
  }

  /// What kind of thread reads a connection.
  public enum Threads {
    /// A platform thread: lowest latency, for up to some hundred connections.
    PLATFORM,
    /// A virtual thread: for thousands of mostly idle connections.
    VIRTUAL
  }

  /// Who a node is.
  ///
  /// @param stateFolder where the node remembers the greetings it has seen; without one it forgets
  ///   them when it stops
  public record Identity(UUID id, String community, ApiKey key, Optional<Path> stateFolder) {
    public Identity {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(community, "community");
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(stateFolder, "stateFolder");
    }
  }

  /// Which peers a node lets in, and how it keeps others from reading along.
  ///
  /// @param policy whether every peer must prove the extended handshake
  /// @param compatible addresses (literal, CIDR or name) and ids of the stock peers that need not,
  ///   under [Policy#COMPAT]; empty lets every stock peer in that holds the key
  /// @param encryption whether connections are encrypted, and which certificates count
  public record Security(Policy policy, Set<String> compatible, Encryption encryption) {
    /// Whether every peer must prove the extended handshake.
    public enum Policy {
      /// Every peer must.
      SECURE,
      /// Stock ASoc peers need not.
      COMPAT
    }

    public Security {
      Objects.requireNonNull(policy, "policy");
      Objects.requireNonNull(encryption, "encryption");
      compatible = Set.copyOf(compatible);
    }

    /// Returns the rule that every peer must prove itself, over TLS.
    public static Security secure() {
      return new Security(Policy.SECURE, Set.of(), Encryption.tls());
    }

    /// Returns the rule that these stock peers need not; without any, all that hold the key. They
    /// know no TLS: with them, everything is in clear.
    public static Security compat(String... compatible) {
      return new Security(Policy.COMPAT, Set.of(compatible), Encryption.tls());
    }

    /// Returns a copy that encrypts otherwise.
    public Security encryption(Encryption other) {
      return new Security(policy, compatible, other);
    }
  }

  /// Whether connections are encrypted, and which certificates count.
  public sealed interface Encryption {
    /// TLS 1.3 with every peer that is not a stock one.
    ///
    /// Whatever the certificates, both sides prove over the encrypted connection, and bound to it,
    /// that they hold the key.
    ///
    /// @param authority whose certificates count, and the node's own; without one each node makes
    ///   its own certificate, and any is taken
    /// @param pins the public keys that count, as `sha256/` and Base64 of their digest; empty for
    ///   all
    record Tls(Optional<Authority> authority, Set<String> pins) implements Encryption {
      public Tls {
        Objects.requireNonNull(authority, "authority");
        pins = Set.copyOf(pins);
        pins.forEach(Pins::requireValid);
      }
    }

    /// No encryption: whoever is on the path reads along and can change what goes by.
    record Plain() implements Encryption {}

    /// Certificates from an authority, as PEM files; they are read again when they change.
    ///
    /// @param roots the certificates of the authorities that count
    /// @param certificate the node's own certificate, then those that lead to the authority
    /// @param key its private key in PKCS #8
    record Authority(Path roots, Path certificate, Path key) {
      public Authority {
        Objects.requireNonNull(roots, "roots");
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
      }
    }

    /// Returns TLS without any certificate to care for.
    static Encryption tls() {
      return new Tls(Optional.empty(), Set.of());
    }

    /// Returns TLS with peers whose public keys have these digests.
    static Encryption pinned(String... pins) {
      return new Tls(Optional.empty(), Set.of(pins));
    }

    /// Returns TLS with certificates of an authority.
    static Encryption under(Authority authority) {
      return new Tls(Optional.of(authority), Set.of());
    }

    /// Returns no encryption.
    static Encryption plain() {
      return new Plain();
    }
  }

  /// How a node finds peers.
  ///
  /// @param means the automatic means to use, all at once
  /// @param peers `host:port`, DNS names and `srv:NAME` to dial
  /// @param peersFile a file of the same, one per line, read again when it changes
  /// @param broadcastPort the UDP port of broadcast and multicast announcements
  public record Finding(
      Set<Means> means, List<String> peers, Optional<Path> peersFile, int broadcastPort) {
    /// The default UDP port, as in stock ASoc.
    public static final int DEFAULT_BROADCAST_PORT = 9999;

    /// An automatic means.
    public enum Means {
      /// ASoc datagrams to the broadcast address of every interface.
      BROADCAST,
      /// The same datagrams to an IPv4 and an IPv6 multicast group.
      MULTICAST,
      /// DNS service discovery over multicast, RFC 6762 and 6763.
      MDNS,
      /// Addresses that proven peers tell.
      GOSSIP
    }

    public Finding {
      means = Set.copyOf(means);
      peers = List.copyOf(peers);
      Objects.requireNonNull(peersFile, "peersFile");
      if (broadcastPort < 1 || broadcastPort > 65_535) {
        throw new IllegalArgumentException(
            "broadcastPort: " + broadcastPort + " (expected: 1..65535)");
      }
    }

    /// Returns every automatic means and no fixed peers.
    public static Finding everything() {
      return new Finding(
          Set.of(Means.values()), List.of(), Optional.empty(), DEFAULT_BROADCAST_PORT);
    }

    /// Returns no automatic means but gossip, and these peers.
    public static Finding only(String... peers) {
      return new Finding(
          Set.of(Means.GOSSIP), List.of(peers), Optional.empty(), DEFAULT_BROADCAST_PORT);
    }
  }
}
