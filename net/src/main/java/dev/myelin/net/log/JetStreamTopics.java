package dev.myelin.net.log;

import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.parts.Parts;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/// Topics in a stream of NATS JetStream, for those who outgrow one machine.
///
/// Needs the library `io.nats:jnats`. A message is one of the stream, on the subject
/// `myelin.STREAM`; its offset is the stream's sequence less one. An append returns when the
/// servers have confirmed it. It is tried three times under the same id, of which the servers keep
/// one within two minutes; so [JetStreamOptions#limit] should be well below forty seconds. A
/// message larger than the servers take is refused: [LogException.TooLarge]. All methods may be
/// called from any thread.
public final class JetStreamTopics implements TopicStore {
  private static final int NOT_FOUND = 404;
  private static final int ATTEMPTS = 3;
  private static final Duration LONGEST_AGE = Duration.ofDays(36_500);

  private final JetStreamOptions options;
  private final Connection connection;
  private final JetStream stream;
  private final JetStreamManagement management;
  private final StreamConfiguration configuration;

  private JetStreamTopics(JetStreamOptions options, Connection connection)
      throws IOException, JetStreamApiException {
    this.options = options;
    this.connection = connection;
    this.stream = connection.jetStream(exchange(options));
    this.management = connection.jetStreamManagement(exchange(options));
    this.configuration = configure();
  }

  /// Connects to the servers, and makes the stream if it is not there; one that is there is used as
  /// it is.
  ///
  /// @throws IOException if no server answers in time, or it has no JetStream
  /// @throws IllegalArgumentException if there is a stream of that name with other subjects
  public static JetStreamTopics open(JetStreamOptions options)
      throws IOException, InterruptedException {
    Options.Builder builder =
        new Options.Builder()
            .servers(options.servers().split(","))
            .connectionTimeout(options.limit())
            .errorListener(new Listener())
            .maxReconnects(-1);
    if (options.credentials() != null) {
      builder.authHandler(Nats.credentials(options.credentials().toString()));
    }
    Connection connection = Nats.connect(builder.build());
    try {
      return new JetStreamTopics(options, connection);
    } catch (JetStreamApiException e) {
      connection.close();
      throw refused(options, e);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static io.nats.client.JetStreamOptions exchange(JetStreamOptions options) {
    return io.nats.client.JetStreamOptions.builder().requestTimeout(options.limit()).build();
  }

  private static IOException refused(JetStreamOptions options, JetStreamApiException e) {
    return new IOException("stream " + options.stream() + ": " + e.getMessage(), e);
  }

  private StreamConfiguration configure() throws IOException, JetStreamApiException {
    StreamConfiguration found;
    try {
      found = management.getStreamInfo(options.stream()).getConfiguration();
    } catch (JetStreamApiException e) {
      if (e.getErrorCode() != NOT_FOUND) {
        throw e;
      }
      found = management.addStream(wanted()).getConfiguration();
    }
    if (!found.getSubjects().contains(subject())) {
      throw new IllegalArgumentException(
          "stream "
              + options.stream()
              + ": of "
              + found.getSubjects()
              + " (expected: "
              + subject()
              + ")");
    }
    return found;
  }

  private StreamConfiguration wanted() {
    Retention kept = options.retention();
    StreamConfiguration.Builder wanted =
        StreamConfiguration.builder()
            .name(options.stream())
            .subjects(subject())
            .storageType(StorageType.File)
            .discardPolicy(DiscardPolicy.Old)
            .replicas(options.replicas());
    if (kept.bytes() < Long.MAX_VALUE) {
      wanted.maxBytes(kept.bytes());
    }
    if (kept.age().compareTo(LONGEST_AGE) < 0) {
      wanted.maxAge(kept.age());
    }
    return wanted.build();
  }

  private String subject() {
    return "myelin." + options.stream();
  }

  @Override
  public long append(Parts message) throws IOException {
    long bytes = PartsPayload.bytes(message);
    if (bytes > connection.getMaxPayload()) {
      throw new LogException.TooLarge(toString(), bytes, connection.getMaxPayload());
    }
    return publish(PartsPayload.encode(message));
  }

  private long publish(byte[] payload) throws IOException {
    PublishOptions once =
        PublishOptions.builder()
            .messageId(UUID.randomUUID().toString())
            .expectedStream(options.stream())
            .streamTimeout(options.limit())
            .build();
    for (int attempt = 1; ; attempt++) {
      try {
        PublishAck confirmed = stream.publish(subject(), payload, once);
        return confirmed.getSeqno() - 1;
      } catch (JetStreamApiException e) {
        throw refused(options, e);
      } catch (IOException e) {
        if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
  }

  /// Appends messages one after the other; those of others may come between, and a failure leaves
  /// the first ones. Otherwise as [#append(Parts)].
  @Override
  public long append(List<Parts> messages) throws IOException {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages: 0 (expected: >= 1)");
    }
    long first = append(messages.getFirst());
    for (Parts message : messages.subList(1, messages.size())) {
      long _ = append(message);
    }
    return first;
  }

  @Override
  public TopicReader read(Start start, TopicFilter filter, TensorPool pool) throws IOException {
    StreamState state = state();
    long from =
        switch (start) {
          case Start.Oldest() -> Math.max(0, state.getFirstSequence() - 1);
          case Start.Offset(long offset) -> reachable(offset, state);
          case Start.End(), Start.Time(Instant _) -> state.getLastSequence();
        };
    JetStreamReader.Place place = new JetStreamReader.Place(from, !(start instanceof Start.Time));
    return new JetStreamReader(toString(), source(start), place, filter, pool);
  }

  private JetStreamReader.Source source(Start start) {
    return new JetStreamReader.Source() {
      @Override
      public JetStreamSubscription subscribe(JetStreamReader.Place place) throws IOException {
        ConsumerConfiguration.Builder from = ConsumerConfiguration.builder();
        if (!place.certain() && start instanceof Start.Time(Instant time)) {
          from.deliverPolicy(DeliverPolicy.ByStartTime).startTime(time.atZone(ZoneOffset.UTC));
        } else {
          from.deliverPolicy(DeliverPolicy.ByStartSequence).startSequence(place.next() + 1);
        }
        return JetStreamTopics.this.subscribe(from.build());
      }

      @Override
      public long end() throws IOException {
        return next();
      }
    };
  }

  private JetStreamSubscription subscribe(ConsumerConfiguration from) throws IOException {
    PushSubscribeOptions ordered =
        PushSubscribeOptions.builder().stream(options.stream())
            .ordered(true)
            .configuration(from)
            .build();
    try {
      return stream.subscribe(subject(), ordered);
    } catch (JetStreamApiException e) {
      throw refused(options, e);
    }
  }

  private static long reachable(long offset, StreamState state) {
    if (offset > state.getLastSequence()) {
      throw new IllegalArgumentException(
          "offset: " + offset + " (expected: 0 to " + state.getLastSequence() + ")");
    }
    return offset;
  }

  private StreamState state() throws IOException {
    try {
      return management.getStreamInfo(options.stream()).getStreamState();
    } catch (JetStreamApiException e) {
      throw refused(options, e);
    }
  }

  @Override
  public long oldest() throws IOException {
    return Math.max(0, state().getFirstSequence() - 1);
  }

  @Override
  public long next() throws IOException {
    return state().getLastSequence();
  }

  /// Returns what the stream keeps, which is not what the options say if the stream was there.
  @Override
  public Retention retention() {
    Retention unlimited = Retention.unlimited();
    long bytes = configuration.getMaxBytes();
    Duration age = configuration.getMaxAge();
    return new Retention(
        bytes < 0 ? unlimited.bytes() : bytes, age == null || age.isZero() ? unlimited.age() : age);
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "stream " + options.stream();
  }

  /// Hears what the library would otherwise print. What matters comes back to a caller, too.
  private static final class Listener implements ErrorListener {
    @Override
    public void errorOccurred(Connection connection, String error) {
      log(error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception exception) {
      log(exception.toString());
    }

    private static void log(String problem) {
      System.getLogger(JetStreamTopics.class.getName())
          .log(System.Logger.Level.DEBUG, "NATS: {0}", problem);
    }
  }
}
