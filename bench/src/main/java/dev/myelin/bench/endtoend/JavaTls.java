package dev.myelin.bench.endtoend;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.HdrHistogram.Histogram;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/// What TLS 1.3 costs in Java when nothing else stands between a program and its channel: plain
/// bytes from one piece of memory, many records per system call, plain bytes into another.
final class JavaTls extends JavaDesign {
  private static final int PLAIN = 16 << 10;
  private static final int RECORD = PLAIN + 512;
  private static final int RECORDS = 8;
  private static final String VERSION = "TLSv1.3";
  private static final String PASSWORD = "password"; // of a key that lives as long as the run

  /// The libraries, each with the buffers that suit it.
  private enum Library {
    CONSCRYPT(true),
    JDK(false);

    private final boolean direct;

    Library(boolean direct) {
      this.direct = direct;
    }

    SSLContext context() throws GeneralSecurityException {
      Provider provider = this == CONSCRYPT ? Conscrypt.newProvider() : null;
      return provider == null
          ? SSLContext.getInstance(VERSION)
          : SSLContext.getInstance(VERSION, provider);
    }

    ByteBuffer buffer(int bytes) {
      return direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    }
  }

  private final Library library;

  private JavaTls(String name, String about, Library library) {
    super(name, about);
    this.library = library;
  }

  static JavaTls conscrypt() {
    return new JavaTls(
        "java-tls-conscrypt", "Java, SSLEngine of Conscrypt and a channel", Library.CONSCRYPT);
  }

  static JavaTls jdk() {
    return new JavaTls("java-tls-jdk", "Java, SSLEngine of the JDK and a channel", Library.JDK);
  }

  @Override
  Side serve() throws Exception {
    SSLContext context = library.context();
    context.init(key(), null, null);
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return new Half(server, null, engine(context, false), library);
  }

  @Override
  Side drive(String address) throws Exception {
    SSLContext context = library.context();
    context.init(null, new TrustManager[] {new Anybody()}, null);
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address));
    return new Half(null, SocketChannel.open(server), engine(context, true), library);
  }

  private static SSLEngine engine(SSLContext context, boolean dials) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(dials);
    engine.setEnabledProtocols(new String[] {VERSION});
    return engine;
  }

  /// Makes a key as an administrator would.
  private static KeyManager[] key()
      throws IOException, InterruptedException, GeneralSecurityException {
    Path folder = Files.createTempDirectory("bench-tls");
    Path file = folder.resolve("key.p12");
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                tool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "bench",
                "-dname",
                "CN=bench",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("keytool: exit code " + process.exitValue() + " (expected: 0)");
    }
    KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    Files.delete(file);
    Files.delete(folder);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD.toCharArray());
    return factory.getKeyManagers();
  }

  /// Both ends are ours and on loopback: only the cost of the bytes is asked for.
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static final class Half implements Side {
    private final @Nullable ServerSocketChannel server;
    private @Nullable SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer out;
    private final ByteBuffer in;
    private final ByteBuffer word;
    private boolean shaken;

    Half(
        @Nullable ServerSocketChannel server,
        @Nullable SocketChannel channel,
        SSLEngine engine,
        Library library) {
      this.server = server;
      this.channel = channel;
      this.engine = engine;
      this.out = library.buffer(RECORDS * RECORD);
      this.in = library.buffer(2 * RECORDS * RECORD).flip();
      this.word = library.buffer(RECORD);
    }

    @Override
    public String address() {
      return server == null ? "-" : Integer.toString(server.socket().getLocalPort());
    }

    /// The dialled half shakes hands once it is told to take something.
    @Override
    public void prepare(Task task, Memory memory) throws IOException {
      if (server == null && !shaken) {
        shake();
      }
    }

    private SocketChannel channel() throws IOException {
      SocketChannel known = channel;
      if (known == null) {
        if (server == null) {
          throw new EOFException("the other half left");
        }
        known = server.accept();
        channel = known;
        shake();
      }
      return known.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    private void shake() throws IOException {
      shaken = true;
      SocketChannel link = channel();
      engine.beginHandshake();
      while (true) {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
          engine.getDelegatedTask().run();
        } else if (status == HandshakeStatus.NEED_WRAP) {
          engine.wrap(word.clear().limit(0), out);
          flush(link);
        } else if (status == HandshakeStatus.NEED_UNWRAP) {
          if (engine.unwrap(in, word.clear()).getStatus()
              == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            refill(link);
          }
        } else {
          return;
        }
      }
    }

    private void flush(SocketChannel link) throws IOException {
      out.flip();
      while (out.hasRemaining()) {
        link.write(out);
      }
      out.clear();
    }

    private void refill(SocketChannel link) throws IOException {
      in.compact();
      try {
        if (link.read(in) < 0) {
          throw new EOFException("the other half left");
        }
      } finally {
        in.flip();
      }
    }

    private void send(ByteBuffer plain) throws IOException {
      SocketChannel link = channel();
      while (plain.hasRemaining()) {
        engine.wrap(plain, out);
        if (out.remaining() < RECORD) {
          flush(link);
        }
      }
      flush(link);
    }

    /// Takes so many bytes into the target.
    private void take(ByteBuffer target, long bytes) throws IOException {
      SocketChannel link = channel();
      for (long left = bytes; left > 0; ) {
        if (target.remaining() < RECORD) {
          target.clear();
        }
        SSLEngineResult result = engine.unwrap(in, target);
        left -= result.bytesProduced();
        switch (result.getStatus()) {
          case OK -> {}
          case BUFFER_UNDERFLOW -> refill(link);
          case BUFFER_OVERFLOW -> target.clear();
          case CLOSED -> throw new SSLException("closed (expected: " + left + " bytes more)");
        }
      }
    }

    /// Tensors above what one buffer can name are the same bytes again and again.
    private static ByteBuffer all(Memory memory) {
      return memory.all().asSlice(0, Math.min(memory.all().byteSize(), 1L << 30)).asByteBuffer();
    }

    @Override
    public void flow(Task task, Memory memory) throws IOException {
      if (server != null) {
        ByteBuffer target =
            task.span() < RECORD ? ByteBuffer.allocateDirect(2 * RECORD) : all(memory);
        take(target, task.bytes());
        send(word.clear().limit(1));
        return;
      }
      for (long i = 0; i < task.pieces(); i++) {
        send(memory.nextBuffer(task.piece()));
      }
      take(word.clear(), 1);
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws IOException {
      ByteBuffer message = ByteBuffer.allocateDirect(2 * RECORD);
      for (long i = 0; i < task.count(); i++) {
        if (server == null) {
          long start = System.nanoTime();
          send(message.clear().limit(task.piece()));
          take(message.clear(), task.piece());
          nanos.recordValue(System.nanoTime() - start);
        } else {
          take(message.clear(), task.piece());
          send(message.clear().limit(task.piece()));
        }
      }
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
      if (server != null) {
        server.close();
      }
    }
  }
}
