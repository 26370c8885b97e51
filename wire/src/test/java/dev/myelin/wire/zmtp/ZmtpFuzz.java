package dev.myelin.wire.zmtp;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.parts.PartsSecurity;
import dev.myelin.wire.parts.SocketRole;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Looks for bytes that make a decoder crash, hang or take too much.
class ZmtpFuzz {
  @FuzzTest(maxDuration = "5m")
  void framesInClear(byte[] bytes) throws IOException {
    ZmtpProperties.consume(bytes, SocketRole.XPUB, ZmtpProperties.Clothing.CLEAR);
    ZmtpProperties.consume(bytes, SocketRole.PULL, ZmtpProperties.Clothing.CLEAR);
  }

  @FuzzTest(maxDuration = "5m")
  void framesUnderCurve(byte[] bytes) throws IOException {
    ZmtpProperties.consume(bytes, SocketRole.PUB, ZmtpProperties.Clothing.ENCRYPTED);
  }

  @FuzzTest(maxDuration = "5m")
  void framesOfAMember(byte[] bytes) throws IOException {
    ZmtpProperties.consumeOfAMember(bytes);
  }

  @FuzzTest(maxDuration = "5m")
  void handshakesInClear(byte[] bytes) throws IOException {
    shake(bytes, new PartsSecurity.Open());
  }

  @FuzzTest(maxDuration = "5m")
  void plainHandshakes(byte[] bytes) throws IOException {
    shake(bytes, new PartsSecurity.PlainServer(_ -> "somebody"));
  }

  @FuzzTest(maxDuration = "5m")
  void dissections(byte[] bytes) {
    ZmtpDissector.of(ZmtpProperties.SMALL).dissect(MemorySegment.ofArray(bytes));
  }

  private static void shake(byte[] bytes, PartsSecurity security) throws IOException {
    try {
      ZmtpScript.of(bytes)
          .accept(ZmtpTalk.terms(security, ZmtpProperties.SMALL, SocketRole.REP))
          .close();
    } catch (PeerException expected) {
      // The bytes break a rule, or end too early.
    }
  }
}
