package dev.myelin.net.pipe;

import dev.myelin.wire.parts.SocketRole;
import java.util.Objects;

/// What a socket is, and what it asks of its pipes.
public record PipeTerms(SocketRole role, SocketOptions options) {
  public PipeTerms {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(options, "options");
  }
}
