package dev.myelin.net.log;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where [JetStreamTopics] keep their messages.
///
/// @param servers addresses as `nats://host:4222`, separated by commas; `tls://` encrypts
/// @param stream the name of the stream: letters, digits, `_`, `-`
/// @param replicas on how many servers a new stream is kept
/// @param retention how much of a new stream is kept
/// @param limit how long an exchange with the servers may take
/// @param credentials a file of credentials as the servers' tools write it; null to show none
public record JetStreamOptions(
    String servers,
    String stream,
    int replicas,
    Retention retention,
    Duration limit,
    @Nullable Path credentials) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,128}");
  private static final int MOST_REPLICAS = 5;

  public JetStreamOptions {
    Objects.requireNonNull(servers, "servers");
    Objects.requireNonNull(retention, "retention");
    if (!NAME.matcher(stream).matches()) {
      throw new IllegalArgumentException("stream: " + stream + " (expected: " + NAME + ")");
    }
    if (replicas < 1 || replicas > MOST_REPLICAS) {
      throw new IllegalArgumentException(
          "replicas: " + replicas + " (expected: 1 to " + MOST_REPLICAS + ")");
    }
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
    }
  }

  /// Returns the options of a stream on one server, kept as a [TopicLog] is by default; each
  /// exchange may take five seconds.
  public static JetStreamOptions of(String servers, String stream) {
    return new JetStreamOptions(
        servers, stream, 1, LogOptions.defaults().retention(), Duration.ofSeconds(5), null);
  }

  /// Returns these with another number of replicas.
  public JetStreamOptions withReplicas(int count) {
    return new JetStreamOptions(servers, stream, count, retention, limit, credentials);
  }

  /// Returns these with another retention.
  public JetStreamOptions withRetention(Retention other) {
    return new JetStreamOptions(servers, stream, replicas, other, limit, credentials);
  }

  /// Returns these with another limit of time.
  public JetStreamOptions withLimit(Duration other) {
    return new JetStreamOptions(servers, stream, replicas, retention, other, credentials);
  }

  /// Returns these with credentials.
  public JetStreamOptions withCredentials(Path file) {
    return new JetStreamOptions(servers, stream, replicas, retention, limit, file);
  }
}
