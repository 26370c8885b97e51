package dev.myelin.wire.asoc;

import dev.myelin.tensor.Tensor;
import dev.myelin.wire.FaultCode;
import dev.myelin.wire.Landing;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// How incoming streams begin: each gets its memory, waits for it, or is declined.
final class AsocOpenings {
  private final AsocIncoming in;

  AsocOpenings(AsocIncoming in) {
    this.in = in;
  }

  /// Takes OPEN.
  @Nullable Message open(int id, AsocExtension.Open open, Landing landing) throws IOException {
    Message declined = undesirable(id, open);
    return declined == null ? land(id, AsocTypes.header(open, in.offset), landing) : declined;
  }

  /// Takes the description of a stream that this side can take.
  @Nullable Message open(int id, TensorHeader described, Landing landing) throws IOException {
    requireNew(id, "OPEN");
    return land(id, described, landing);
  }

  /// Returns how a stream is declined that this side cannot take in any case.
  private @Nullable Message undesirable(int id, AsocExtension.Open open)
      throws PeerException.Malformed {
    requireNew(id, "OPEN");
    if (!AsocTypes.areKnown(open)) {
      return decline(
          id,
          FaultCode.UNSUPPORTED.code(),
          "dtype %d, digest %d (expected: known ones)".formatted(open.dtype(), open.digest()));
    }
    TensorHeader _ = AsocTypes.header(open, in.offset);
    if (open.byteLength() > in.limits.streams().tensorBytes()) {
      return decline(
          id,
          FaultCode.TOO_LARGE.code(),
          "%d bytes (expected: <= %d)"
              .formatted(open.byteLength(), in.limits.streams().tensorBytes()));
    }
    return null;
  }

  /// Takes the RESUME of a sender that asks.
  Message ask(int id, AsocExtension.Ask ask) throws PeerException.Malformed {
    Message declined = undesirable(id, ask.open());
    if (declined != null) {
      return declined;
    }
    TensorHeader described = AsocTypes.header(ask.open(), in.offset);
    if (described.digest() == TensorHeader.Digest.NONE) {
      throw in.malformed("digest: NONE (expected: another) of RESUME");
    }
    if (in.isCrowded()) {
      return declineOne(id, 0);
    }
    in.streams.add(new AsocStream.Asked(id, described, in.firstLimit(0)));
    return new Message.Ask(id, described, ask.identity().hex());
  }

  /// Takes the RESUME with which an asked stream begins.
  @Nullable Message from(int id, long bytes, Landing landing) throws IOException {
    AsocStream stream = in.streams.find(id);
    if (stream instanceof AsocStream.Declined) {
      return null;
    }
    if (!(stream instanceof AsocStream.Asked asked) || bytes > asked.header.byteSize()) {
      throw in.malformed("RESUME from byte %d (expected: within a stream that asked)", bytes);
    }
    in.streams.remove(asked);
    Landing.@Nullable Resumed resumed;
    try {
      resumed = landing.resume(id, asked.header, bytes);
    } catch (PeerException e) {
      return decline(id, AsocTypes.codeOf(e), String.valueOf(e.getMessage()));
    }
    if (resumed == null) {
      park(id, asked.header, landing);
      return null;
    }
    AsocReceiver.requireSize(resumed.tensor(), asked.header.byteSize());
    begin(new AsocStream.Described(asked, resumed, landing, in.firstLimit(bytes)));
    return null;
  }

  private @Nullable Message land(int id, TensorHeader described, Landing landing)
      throws IOException {
    if (in.isCrowded()) {
      in.count(AsocCredit.LEAST, null);
      return declineOne(id, 0);
    }
    Tensor tensor;
    try {
      tensor = landing.land(id, described);
    } catch (PeerException e) {
      return decline(id, AsocTypes.codeOf(e), String.valueOf(e.getMessage()));
    }
    if (tensor == null) {
      park(id, described, landing);
      return null;
    }
    AsocReceiver.requireSize(tensor, described.byteSize());
    begin(new AsocStream.Described(id, described, tensor, landing, in.firstLimit(0)));
    return null;
  }

  private void begin(AsocStream.Described stream) throws PeerException.Malformed {
    in.streams.add(stream);
    in.count(AsocCredit.LEAST, null);
    if (in.outflow != null) {
      long window = stream.landing.window(stream.id, stream.header);
      in.addDue(stream.grant(stream.header.byteSize(), stream.bytes, window));
    }
  }

  private void park(int id, TensorHeader described, Landing landing)
      throws PeerException.Malformed {
    if (in.outflow == null) {
      throw new IllegalStateException(
          "landing: later for %s (expected: memory, for the peer knows no credit)"
              .formatted(described.name()));
    }
    AsocParked parked = new AsocParked(id, described, landing, in.inflow);
    in.streams.add(parked);
    in.count(AsocCredit.LEAST, parked);
    landing.parked(parked);
  }

  private Message decline(int id, int code, String text) throws PeerException.Malformed {
    in.count(AsocCredit.LEAST, null);
    in.streams.add(new AsocStream.Declined(id, in.firstLimit(0)));
    return new Message.Declined(id, code, text);
  }

  /// Declines a stream because there are too many.
  ///
  /// @param frames how many DATA frames of it came
  Message declineOne(int id, long frames) throws PeerException.Malformed {
    in.requireMemory();
    AsocStream declined = new AsocStream.Declined(id, in.firstLimit(0));
    declined.frames = frames;
    in.streams.add(declined);
    int open = in.limits.streams().open();
    String text = "open streams: more than %d (expected: <= %d)".formatted(open, open);
    return new Message.Declined(id, FaultCode.OVERLOADED.code(), text);
  }

  void requireNew(int id, String what) throws PeerException.Malformed {
    if (in.streams.find(id) != null) {
      throw in.malformed("%s of stream %s, which is open", what, Integer.toUnsignedString(id));
    }
  }
}
