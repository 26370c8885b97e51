package dev.myelin.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;

/// A peer of ZeroMQ that does what the test says, byte by byte.
final class RawSocket implements AutoCloseable {
  private static final int SMALL_BUFFER = 4096;

  private final Socket socket;

  private RawSocket(Socket socket) {
    this.socket = socket;
  }

  /// Dials, takes little into its kernel, and says that it is a socket of that type.
  static RawSocket dial(String endpoint, String type) throws IOException {
    Endpoint at = Endpoint.parse(endpoint);
    Socket socket = new Socket();
    socket.setReceiveBufferSize(SMALL_BUFFER);
    socket.connect(new InetSocketAddress(at.host(), at.port()));
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(hello(type));
    return new RawSocket(socket);
  }

  /// Returns what a socket of that type says before its first message.
  static byte[] hello(String type) {
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xFF;
    greeting[8] = 1;
    greeting[9] = 0x7F;
    greeting[10] = 3;
    greeting[11] = 1;
    System.arraycopy("NULL".getBytes(US_ASCII), 0, greeting, 12, 4);
    String property = "\u000bSocket-Type\0\0\0" + (char) type.length() + type;
    String command = "\u0005READY" + property;
    byte[] ready = ("\u0004" + (char) command.length() + command).getBytes(US_ASCII);
    byte[] all = Arrays.copyOf(greeting, 64 + ready.length);
    System.arraycopy(ready, 0, all, 64, ready.length);
    return all;
  }

  OutputStream out() throws IOException {
    return socket.getOutputStream();
  }

  InputStream in() throws IOException {
    return socket.getInputStream();
  }

  /// Writes one part of a message.
  void part(boolean more, byte[] body) throws IOException {
    byte[] frame = new byte[2 + body.length];
    frame[0] = (byte) (more ? 1 : 0);
    frame[1] = (byte) body.length;
    System.arraycopy(body, 0, frame, 2, body.length);
    out().write(frame);
  }

  /// Returns whether a command of that name comes before the other side ends.
  boolean hears(String command) throws IOException {
    byte[] wanted = command.getBytes(US_ASCII);
    int matched = 0;
    for (int next = in().read(); next >= 0; next = in().read()) {
      matched = next == wanted[matched] ? matched + 1 : next == wanted[0] ? 1 : 0;
      if (matched == wanted.length) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
