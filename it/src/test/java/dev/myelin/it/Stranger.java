package dev.myelin.it;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A raw socket that speaks ASoc as badly as it is told to, each from an address of its own within
/// loopback.
final class Stranger implements AutoCloseable {
  static final int HEADER = 14;
  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket = new Socket();

  private Stranger(int port) throws IOException {
    int number = ADDRESSES.incrementAndGet();
    byte[] from = {
      127, (byte) (1 + number / 60_000), (byte) (number / 250), (byte) (1 + number % 250)
    };
    socket.bind(new InetSocketAddress(InetAddress.getByAddress(from), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  /// Connects and says nothing.
  static Stranger silent(int port) throws IOException {
    return new Stranger(port);
  }

  /// Connects and shakes hands as a stock node that holds the key.
  static Stranger greeted(int port, Random random) throws IOException {
    Stranger stranger = new Stranger(port);
    try {
      stranger.write(hello(random));
      if (stranger.socket.getInputStream().readNBytes(HEADER + 16).length < HEADER + 16) {
        throw new EOFException("the HELLO was refused");
      }
      return stranger;
    } catch (IOException e) {
      stranger.close();
      throw e;
    }
  }

  /// Returns a good HELLO of a node nobody knows.
  static byte[] hello(Random random) {
    byte[] message = new byte[20];
    random.nextBytes(message);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Identities.KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] proof = Arrays.copyOf(mac.doFinal(message), 16);
      byte[] payload =
          ByteBuffer.allocate(36).put(message, 0, 16).put(proof).put(message, 16, 4).array();
      return frame(4, 0, 0, payload);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 (expected: in every JDK)", e);
    }
  }

  /// Returns a frame that is what it says.
  static byte[] frame(int type, int stream, int sequence, byte[] payload) {
    return ByteBuffer.allocate(HEADER + payload.length)
        .put(header(type, stream, sequence, payload.length))
        .put(payload)
        .array();
  }

  /// Returns a header that may claim anything.
  static byte[] header(int type, int stream, int sequence, int length) {
    return ByteBuffer.allocate(HEADER)
        .put((byte) 1)
        .put((byte) type)
        .putInt(stream)
        .putInt(sequence)
        .putInt(length)
        .array();
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /// Writes zeros until so many are gone, the other side ends, or it takes none for the time given.
  ///
  /// @return how many it took
  long pour(long bytes) {
    byte[] zeros = new byte[64 << 10];
    long poured = 0;
    try {
      while (poured < bytes) {
        int piece = (int) Math.min(zeros.length, bytes - poured);
        socket.getOutputStream().write(zeros, 0, piece);
        poured += piece;
      }
    } catch (IOException e) {
      // The other side had enough.
    }
    return poured;
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /// Waits until the other side ends the connection; returns whether it did within the limit.
  boolean isEnded(int limitMillis) throws IOException {
    byte[] ignored = new byte[4096];
    socket.setSoTimeout(limitMillis);
    try {
      while (socket.getInputStream().read(ignored) >= 0) {
        // What it says before it ends is of no interest.
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
