package dev.myelin.net;

import dev.myelin.wire.Precedence;
import dev.myelin.wire.Progress;
import dev.myelin.wire.TensorHeader;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/// How one tensor is sent.
///
/// @param digest how its bytes are checked; whoever wants a receipt must have them checked
/// @param limit how long to wait for the receiver's word once the last byte has left
/// @param progress told after each frame
/// @param persistence whether an interrupted transfer is taken up again
/// @param pace how urgent it is, and what happens when it cannot leave at once
/// @param form in which form it travels
public record SendOptions(
    TensorHeader.Digest digest,
    Duration limit,
    Progress progress,
    Persistence persistence,
    Pace pace,
    Form form) {
  public SendOptions {
    Objects.requireNonNull(digest, "digest");
    if (digest == TensorHeader.Digest.NONE) {
      throw new IllegalArgumentException(
          "digest: NONE (expected: CRC32C or SHA256, which a receipt vouches for)");
    }
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(progress, "progress");
    Objects.requireNonNull(persistence, "persistence");
    Objects.requireNonNull(pace, "pace");
    Objects.requireNonNull(form, "form");
  }

  /// What happens to a tensor for which the receiver has no room now. It is known here when the
  /// window of the connection is used up: the receiver holds back megabytes that wait for memory.
  public enum Shortage {
    /// The sender waits.
    BLOCK,
    /// [dev.myelin.wire.PeerException.Overloaded] is thrown before the first byte.
    FAIL_FAST,
    /// Nothing is sent; the receipt says so, and the node counts it.
    DROP
  }

  /// How urgent a tensor is, and how long it may take.
  ///
  /// @param precedence its class; empty for that of its size: up to 256 KiB activations, else bulk
  /// @param deadline for everything from the call to the receiver's word; empty for none
  /// @param shortage what happens when the receiver has no room
  public record Pace(
      Optional<Precedence> precedence, Optional<Duration> deadline, Shortage shortage) {
    public Pace {
      Objects.requireNonNull(precedence, "precedence");
      Objects.requireNonNull(deadline, "deadline");
      Objects.requireNonNull(shortage, "shortage");
    }

    /// Returns the class of the size, no deadline, and waiting.
    public static Pace defaults() {
      return new Pace(Optional.empty(), Optional.empty(), Shortage.BLOCK);
    }
  }

  /// Returns CRC-32C, 30 seconds, nobody watching, one attempt, the usual pace, the exact form.
  public static SendOptions defaults() {
    return new SendOptions(
        TensorHeader.Digest.CRC32C,
        Duration.ofSeconds(30),
        Progress.NONE,
        Persistence.once(),
        Pace.defaults(),
        Form.exact());
  }

  /// Returns a copy with another digest.
  public SendOptions digest(TensorHeader.Digest other) {
    return new SendOptions(other, limit, progress, persistence, pace, form);
  }

  /// Returns a copy with another limit.
  public SendOptions limit(Duration other) {
    return new SendOptions(digest, other, progress, persistence, pace, form);
  }

  /// Returns a copy with another watcher.
  public SendOptions progress(Progress other) {
    return new SendOptions(digest, limit, other, persistence, pace, form);
  }

  /// Returns a copy that is tried otherwise.
  public SendOptions persistence(Persistence other) {
    return new SendOptions(digest, limit, progress, other, pace, form);
  }

  /// Returns a copy in that class.
  public SendOptions precedence(Precedence other) {
    Pace changed = new Pace(Optional.of(other), pace.deadline(), pace.shortage());
    return pace(changed);
  }

  /// Returns a copy with a deadline for the whole.
  public SendOptions deadline(Duration other) {
    Pace changed = new Pace(pace.precedence(), Optional.of(other), pace.shortage());
    return pace(changed);
  }

  /// Returns a copy that meets a receiver without room otherwise.
  public SendOptions shortage(Shortage other) {
    Pace changed = new Pace(pace.precedence(), pace.deadline(), other);
    return pace(changed);
  }

  /// Returns a copy that travels otherwise.
  public SendOptions form(Form other) {
    return new SendOptions(digest, limit, progress, persistence, pace, other);
  }

  /// Returns how long to try again: not beyond the deadline.
  Duration retryFor() {
    Duration wanted = persistence.retryFor();
    return pace.deadline().filter(most -> most.compareTo(wanted) < 0).orElse(wanted);
  }

  private SendOptions pace(Pace other) {
    return new SendOptions(digest, limit, progress, persistence, other, form);
  }
}
