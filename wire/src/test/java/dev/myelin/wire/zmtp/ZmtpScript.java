package dev.myelin.wire.zmtp;

import dev.myelin.testkit.Golden;
import dev.myelin.wire.MemoryPipe;
import dev.myelin.wire.parts.PartsSession;
import dev.myelin.wire.parts.PartsTerms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// One side shaking hands with a peer that says what the test wrote down.
final class ZmtpScript {
  /// The greeting of libzmq 4.3.5, NULL.
  static final byte[] GREETING = greeting("ff00000000000000017f", 3, 1, "NULL", 0);

  /// What our side wrote.
  final MemoryPipe written = MemoryPipe.open();

  private final MemoryPipe in;

  private ZmtpScript(MemoryPipe in) {
    this.in = in;
  }

  /// Returns a peer that writes all of this and then ends.
  static ZmtpScript of(byte[]... said) {
    return new ZmtpScript(MemoryPipe.of(ZmtpCurve.join(said)));
  }

  /// Returns what the peer says.
  MemoryPipe in() {
    return in;
  }

  PartsSession accept(PartsTerms terms) throws IOException {
    return ZmtpDialect.INSTANCE.accept(in, written, terms);
  }

  PartsSession dial(PartsTerms terms) throws IOException {
    return ZmtpDialect.INSTANCE.dial(in, written, terms);
  }

  /// Returns what our side wrote, in hex.
  String hex() {
    return HexFormat.of().formatHex(written.drain());
  }

  static byte[] greeting(String signature, int major, int minor, String mechanism, int asServer) {
    byte[] bytes = Arrays.copyOf(Golden.bytes(signature), ZmtpGreeting.SIZE);
    bytes[10] = (byte) major;
    bytes[11] = (byte) minor;
    byte[] name = mechanism.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, bytes, 12, name.length);
    bytes[32] = (byte) asServer;
    return bytes;
  }

  static byte[] greeting(String mechanism) {
    return greeting("ff00000000000000017f", 3, 1, mechanism, 0);
  }

  /// Returns a command with these properties, each a name and a value.
  static byte[] properties(String command, String... namesAndValues) {
    return ZmtpCodec.command(command, metadata(namesAndValues));
  }

  static byte[] metadata(String... namesAndValues) {
    byte[][] pieces = new byte[2 * namesAndValues.length][];
    for (int i = 0; i < namesAndValues.length; i++) {
      byte[] text = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
      pieces[2 * i] =
          i % 2 == 0
              ? new byte[] {(byte) text.length}
              : new byte[] {0, 0, (byte) (text.length >>> 8), (byte) text.length};
      pieces[2 * i + 1] = text;
    }
    return ZmtpCurve.join(pieces);
  }

  static byte[] ready(String socketType) {
    return properties(ZmtpCommand.READY, "Socket-Type", socketType);
  }

  /// Returns randomness that gives out these bytes, in order, and no more.
  static RandomGenerator chance(byte[]... gifts) {
    return new RandomGenerator() {
      private int next;

      @Override
      public void nextBytes(byte[] target) {
        System.arraycopy(gifts[next], 0, target, 0, target.length);
        next++;
      }

      @Override
      public long nextLong() {
        throw new AssertionError("a number was drawn");
      }
    };
  }
}
