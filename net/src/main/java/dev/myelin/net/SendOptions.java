package dev.myelin.net;

import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.time.Duration;
import java.util.Objects;

/// How one tensor is sent.
///
/// @param digest how its bytes are checked; whoever wants a receipt must have them checked
/// @param limit how long to wait for the receiver's word once the last byte has left
/// @param progress told after each frame
/// @param persistence whether an interrupted transfer is taken up again
public record SendOptions(
    TensorHeader.Digest digest, Duration limit, Progress progress, Persistence persistence) {
  public SendOptions {
    Objects.requireNonNull(digest, "digest");
    if (digest == TensorHeader.Digest.NONE) {
      throw new IllegalArgumentException(
          "digest: NONE (expected: CRC32C or SHA256, which a receipt vouches for)");
    }
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(progress, "progress");
    Objects.requireNonNull(persistence, "persistence");
  }

  /// Returns CRC-32C, 30 seconds, nobody watching, one attempt.
  public static SendOptions defaults() {
    return new SendOptions(
        TensorHeader.Digest.CRC32C, Duration.ofSeconds(30), Progress.NONE, Persistence.once());
  }

  /// Returns a copy with another digest.
  public SendOptions digest(TensorHeader.Digest other) {
    return new SendOptions(other, limit, progress, persistence);
  }

  /// Returns a copy with another limit.
  public SendOptions limit(Duration other) {
    return new SendOptions(digest, other, progress, persistence);
  }

  /// Returns a copy with another watcher.
  public SendOptions progress(Progress other) {
    return new SendOptions(digest, limit, other, persistence);
  }

  /// Returns a copy that is tried otherwise.
  public SendOptions persistence(Persistence other) {
    return new SendOptions(digest, limit, progress, other);
  }
}
