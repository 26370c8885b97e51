package dev.myelin.net.pipe;

import java.io.IOException;

/// Makes pipes at endpoints: what a pattern asks of the transports.
///
/// | endpoint | is |
/// |---|---|
/// | `tcp://host:port` | a socket of its own, ZMTP |
/// | `ipc://path` | a Unix domain socket, ZMTP |
/// | `inproc://name` | the same process, and the same plumbing |
/// | `myelin://service` | a service that a node offers, wherever discovery finds it |
public interface Plumbing {
  /// An endpoint in use.
  interface Use extends AutoCloseable {
    /// Returns the endpoint, with the real port.
    String endpoint();

    /// Stops listening, or dialling. The pipes it made are ended too where `withPipes`.
    void close(boolean withPipes);

    /// Ends it and its pipes; twice is harmless.
    @Override
    default void close() {
      close(true);
    }
  }

  /// Takes peers at an endpoint.
  ///
  /// @throws IOException if it is taken or not ours
  /// @throws IllegalArgumentException if the text is none that is known, or if strangers could come
  ///   in there and the options do not say that they may
  Use bind(String endpoint, PipeTerms terms, PipeOwner owner) throws IOException;

  /// Keeps a pipe to an endpoint, dialling again whenever there is none; returns at once.
  ///
  /// @throws IllegalArgumentException if the text is none that is known
  Use connect(String endpoint, PipeTerms terms, PipeOwner owner);
}
