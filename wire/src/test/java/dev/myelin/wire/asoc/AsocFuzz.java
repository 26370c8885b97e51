package dev.myelin.wire.asoc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.myelin.wire.Introduction;
import dev.myelin.wire.Limits;
import dev.myelin.wire.PeerException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Looks for bytes that make a decoder crash, hang or take too much.
class AsocFuzz {
  private static final Limits SMALL = AsocWire.small();

  @FuzzTest(maxDuration = "5m")
  void framesOfAProvenPeer(byte[] bytes) throws IOException {
    AsocProperties.consume(bytes, Introduction.Proof.MUTUAL);
  }

  @FuzzTest(maxDuration = "5m")
  void framesOfAStockPeer(byte[] bytes) throws IOException {
    AsocProperties.consume(bytes, Introduction.Proof.STOCK);
  }

  @FuzzTest(maxDuration = "5m")
  void beacons(byte[] bytes) {
    try {
      AsocBeacon.decode(MemorySegment.ofArray(bytes), 0, AsocTalk.KEY);
      throw new AssertionError("a signature out of nowhere");
    } catch (PeerException expected) {
      // Nobody without the key makes a beacon that holds.
    }
  }

  @FuzzTest(maxDuration = "5m")
  void extensions(byte[] bytes) {
    MemorySegment payload = MemorySegment.ofArray(bytes);
    if (AsocExtensionCodec.kind(payload) < 0) {
      return;
    }
    try {
      AsocExtension extension = AsocExtensionCodec.decode(payload, SMALL.streams(), 0);
      byte[] again = AsocExtensionCodec.encode(extension);
      AsocExtension twice =
          AsocExtensionCodec.decode(MemorySegment.ofArray(again), SMALL.streams(), 0);
      if (!twice.equals(extension)) {
        throw new AssertionError(Arrays.toString(again));
      }
    } catch (PeerException expected) {
      // The payload breaks a rule.
    }
  }

  @FuzzTest(maxDuration = "5m")
  void dissections(byte[] bytes) {
    AsocDissector.of(SMALL).dissect(MemorySegment.ofArray(bytes));
  }
}
