package dev.myelin.net.discovery;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A name server over UDP on loopback whose records a test can change.
final class TinyDns implements AutoCloseable {
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int SRV = 33;
  private static final int NO_SUCH_NAME = 3;

  private final DatagramChannel channel;
  private final Thread thread;
  private final Map<String, List<byte[]>> records = new ConcurrentHashMap<>();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  private TinyDns(DatagramChannel channel) {
    this.channel = channel;
    this.thread = Thread.ofVirtual().name("my-test-dns").start(this::serve);
  }

  static TinyDns open() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    return new TinyDns(DatagramChannel.open().bind(new InetSocketAddress(loopback, 0)));
  }

  int port() throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  /// Gives a name these addresses instead of those it had.
  void addresses(String name, String... addresses) {
    List<InetAddress> all = List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
    for (int type : new int[] {A, AAAA}) {
      int size = type == A ? 4 : 16;
      put(
          name,
          type,
          all.stream().map(InetAddress::getAddress).filter(b -> b.length == size).toList());
    }
  }

  /// Gives a service this one host.
  void service(String name, int port, String target) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(10);
    out.writeShort(60);
    out.writeShort(port);
    writeName(out, target);
    put(name, SRV, List.of(bytes.toByteArray()));
  }

  /// Never answers for this name.
  void ignore(String name) {
    silent.add(name);
  }

  private void put(String name, int type, List<byte[]> data) {
    records.put(name + "/" + type, data);
  }

  private void serve() {
    ByteBuffer query = ByteBuffer.allocate(512);
    try (channel) {
      while (true) {
        query.clear();
        SocketAddress from = channel.receive(query);
        byte[] answer = answer(query.flip());
        if (answer.length > 0) {
          channel.send(ByteBuffer.wrap(answer), from);
        }
      }
    } catch (ClosedChannelException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] answer(ByteBuffer query) throws IOException {
    StringBuilder name = new StringBuilder();
    query.position(12);
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
    }
    int type = query.getShort();
    query.getShort();
    byte[] question = new byte[query.position() - 12];
    query.get(12, question);
    String asked = name.toString().toLowerCase(Locale.ROOT);
    if (silent.contains(asked)) {
      return new byte[0];
    }
    boolean known = records.keySet().stream().anyMatch(each -> each.startsWith(asked + "/"));
    List<byte[]> found = records.getOrDefault(asked + "/" + type, List.of());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(query.getShort(0));
    out.writeShort(0x8580 | (known ? 0 : NO_SUCH_NAME));
    out.writeShort(1);
    out.writeShort(found.size());
    out.writeInt(0);
    out.write(question);
    for (byte[] data : found) {
      out.writeShort(0xC00C); // The name of the question.
      out.writeShort(type);
      out.writeShort(1);
      out.writeInt(5);
      out.writeShort(data.length);
      out.write(data);
    }
    return bytes.toByteArray();
  }

  private static void writeName(DataOutputStream out, String name) throws IOException {
    for (String label : name.split("\\.", -1)) {
      out.writeByte(label.length());
      out.writeBytes(label);
    }
    out.writeByte(0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while the name server ends", e);
    }
  }
}
