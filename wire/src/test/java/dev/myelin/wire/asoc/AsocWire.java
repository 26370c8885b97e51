package dev.myelin.wire.asoc;

import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.Session;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Frames written by hand, and sessions that read them without a handshake.
final class AsocWire {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  AsocWire data(int stream, int sequence, byte... payload) {
    return add(
        AsocCodec.encode(new AsocFrame.Data(stream, sequence, MemorySegment.ofArray(payload))));
  }

  AsocWire end(int stream, int sequence) {
    return add(
        AsocCodec.encode(new AsocFrame.End(stream, sequence, MemorySegment.ofArray(new byte[0]))));
  }

  AsocWire control(int stream, AsocExtension extension) {
    return add(AsocCodec.control(stream, AsocExtensionCodec.encode(extension)));
  }

  /// Opens a stream of that many bytes, described as U8.
  AsocWire open(int stream, long length, int digest) {
    return control(stream, new AsocExtension.Open(12, digest, List.of(length), length, "t"));
  }

  /// A header that claims a payload nobody sends.
  AsocWire header(int type, int stream, int sequence, int length) {
    byte[] header = new byte[AsocHeader.SIZE];
    AsocHeader.put(MemorySegment.ofArray(header), type, stream, sequence, length);
    return add(header);
  }

  AsocWire add(byte[] frame) {
    bytes.writeBytes(frame);
    return this;
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  /// Returns a session that reads these frames and then the end.
  Session read(Limits limits) {
    return read(bytes(), limits, Introduction.Proof.MUTUAL);
  }

  static Session read(byte[] bytes, Limits limits, Introduction.Proof proof) {
    return over(MemoryPipe.of(bytes), limits, proof);
  }

  static Session over(MemoryPipe pipe, Limits limits, Introduction.Proof proof) {
    Set<AsocFeature> features =
        proof == Introduction.Proof.MUTUAL
            ? AsocFeature.of(AsocFeature.offered(limits))
            : EnumSet.noneOf(AsocFeature.class);
    Introduction introduction = new Introduction("", proof, 0, AsocFeature.names(features));
    return AsocSession.open(pipe, pipe, limits, introduction, features, 0);
  }

  /// Returns limits so small that a test reaches each.
  static Limits small() {
    Limits all = Limits.defaults();
    return new Limits(
        new Limits.Frames(64, 1024, 4),
        new Limits.Streams(3, 100, 8, 2, 4, 1000),
        all.strangers(),
        all.waits());
  }
}
