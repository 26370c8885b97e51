package dev.myelin.wire.parts;

import dev.myelin.wire.ApiKey;
import dev.myelin.wire.Carrier;
import java.util.Objects;

/// How the two sides of a [PartsSession] prove who they are.
public sealed interface PartsSecurity {
  /// Nobody proves anything, in clear.
  record Open() implements PartsSecurity {}

  /// This side shows a user and a password, in clear (RFC 24).
  record PlainClient(String user, String password) implements PartsSecurity {
    public PlainClient {
      Objects.requireNonNull(user, "user");
      Objects.requireNonNull(password, "password");
    }

    @Override
    public String toString() {
      return "PlainClient[" + user + "]";
    }
  }

  /// The other side shows a user and a password.
  record PlainServer(Authenticator authenticator) implements PartsSecurity {
    public PlainServer {
      Objects.requireNonNull(authenticator, "authenticator");
    }
  }

  /// This side knows the server's key and has one of its own; encrypted (RFC 26).
  record CurveClient(CurveKey server, CurveKey.Pair own) implements PartsSecurity {
    public CurveClient {
      Objects.requireNonNull(server, "server");
      Objects.requireNonNull(own, "own");
    }
  }

  /// The other side knows this key and has one of its own.
  record CurveServer(CurveKey.Pair own, Authenticator authenticator) implements PartsSecurity {
    public CurveServer {
      Objects.requireNonNull(own, "own");
      Objects.requireNonNull(authenticator, "authenticator");
    }
  }

  /// Both sides hold the key of a community and prove it to each other, bound to what carries them,
  /// so that the proof holds nowhere else: `MYELIN`, a mechanism of our own.
  ///
  /// @param community whose key it is
  /// @param carrier what the handshake runs on
  record Member(ApiKey key, String community, Carrier carrier) implements PartsSecurity {
    public Member {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(community, "community");
      Objects.requireNonNull(carrier, "carrier");
    }
  }

  /// Says who may come in, in the manner of ZAP (RFC 27). Called in the handshake, on the thread
  /// that receives; should answer at once.
  @FunctionalInterface
  interface Authenticator {
    /// Returns whom it takes the peer for, which may be empty; null turns it away.
    @org.jspecify.annotations.Nullable
    String user(Claim claim);
  }

  /// What a peer claims.
  ///
  /// @param mechanism `PLAIN` or `CURVE`
  /// @param user the name it gave; empty for CURVE
  /// @param password the password it gave; empty for CURVE
  /// @param key its public key in Z85; empty for PLAIN
  record Claim(String mechanism, String user, String password, String key) {
    @Override
    public String toString() {
      return "Claim[" + mechanism + " " + user + key + "]";
    }
  }
}
