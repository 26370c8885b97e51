package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.wire.ApiKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;

/// The bytes of a stock ASoc node, written by hand from the facts of its wire.
final class StockPeer {
  static final int DATA = 1;
  static final int END = 2;
  static final int CONTROL = 3;
  static final int HELLO = 4;
  static final int ACCEPT = 5;
  static final int HELLO_BYTES = 50;
  static final int ACCEPT_BYTES = 30;

  private StockPeer() {}

  static byte[] frame(int type, int stream, int sequence, byte... payload) {
    return ByteBuffer.allocate(14 + payload.length)
        .put((byte) 1)
        .put((byte) type)
        .putInt(stream)
        .putInt(sequence)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  static byte[] hello(UUID id, String key) {
    return hello(id, ThreadLocalRandom.current().nextInt(), key);
  }

  static byte[] hello(UUID id, int challenge, String key) {
    byte[] signed =
        ByteBuffer.allocate(20)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .putInt(challenge)
            .array();
    return frame(
        HELLO,
        0,
        0,
        ByteBuffer.allocate(36)
            .put(signed, 0, 16)
            .put(hmac(key, signed), 0, 16)
            .putInt(challenge)
            .array());
  }

  static byte[] accept(String key) {
    byte[] token = new byte[8];
    ThreadLocalRandom.current().nextBytes(token);
    return frame(
        ACCEPT, 0, 0, ByteBuffer.allocate(16).put(token).put(hmac(key, token), 0, 8).array());
  }

  private static byte[] hmac(String key, byte[] message) {
    Mac mac = ApiKey.of(key).hmac();
    return mac.doFinal(message);
  }

  /// Dials a node and finishes the stock handshake.
  static SocketChannel dial(Endpoint to, UUID id, String from) throws IOException {
    SocketChannel channel = RawPeer.socket(to, from);
    RawPeer.write(channel, hello(id, Lab.KEY));
    byte[] answer = RawPeer.read(channel, ACCEPT_BYTES);
    assertThat(answer).hasSize(ACCEPT_BYTES);
    assertThat(answer[1]).isEqualTo((byte) ACCEPT);
    assertThat(Arrays.copyOfRange(answer, 22, 30))
        .isEqualTo(Arrays.copyOf(hmac(Lab.KEY, Arrays.copyOfRange(answer, 14, 22)), 8));
    return channel;
  }

  static ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open().bind(Lab.free("127.0.0.1"));
  }

  static Endpoint endpoint(ServerSocketChannel server) {
    return Lab.at(server.socket().getLocalPort());
  }

  /// Takes the next dialler and finishes the stock handshake.
  static SocketChannel accept(ServerSocketChannel server) throws IOException {
    SocketChannel channel = server.accept();
    byte[] hello = RawPeer.read(channel, HELLO_BYTES);
    assertThat(hello).hasSize(HELLO_BYTES);
    RawPeer.write(channel, accept(Lab.KEY));
    return channel;
  }
}
