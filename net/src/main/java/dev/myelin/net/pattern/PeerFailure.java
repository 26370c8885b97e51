package dev.myelin.net.pattern;

import java.io.IOException;
import java.util.Objects;

/// Why a peer could not be reached, or was not let in.
///
/// @param endpoint where: the endpoint that was dialled, or at which the peer came
/// @param reason what is wrong, for people
public record PeerFailure(String endpoint, String reason) {
  public PeerFailure {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(reason, "reason");
  }

  static PeerFailure of(String endpoint, IOException reason) {
    String text = reason.getMessage();
    return new PeerFailure(endpoint, text == null ? reason.toString() : text);
  }
}
