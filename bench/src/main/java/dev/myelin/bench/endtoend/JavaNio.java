package dev.myelin.bench.endtoend;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What Java gives when nothing stands between a program and its blocking channels.
final class JavaNio extends JavaDesign {
  private static final int HEADER = 14;
  private static final int LENGTH_AT = 10;
  private static final int SMALL = 16_384;

  JavaNio() {
    super("java-nio", "Java, blocking SocketChannel, as the C program does it");
  }

  @Override
  public boolean measures(Case what) {
    return super.measures(what)
        || what.what() == Case.What.HAND_OVER
        || what.what() == Case.What.CONNECTIONS;
  }

  @Override
  Side serve() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return new Served(server);
  }

  @Override
  Side drive(String address) throws IOException {
    InetSocketAddress server =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address));
    return new Driven(prompt(SocketChannel.open(server)));
  }

  private static SocketChannel prompt(SocketChannel channel) throws IOException {
    return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  private static void fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("the other half left");
      }
    }
  }

  private static void drain(SocketChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static final class Served implements Side {
    private final ServerSocketChannel server;
    private final ByteBuffer gulp = ByteBuffer.allocateDirect(8 * SMALL);
    private @Nullable SocketChannel channel;

    Served(ServerSocketChannel server) {
      this.server = server;
    }

    @Override
    public String address() {
      return Integer.toString(server.socket().getLocalPort());
    }

    private SocketChannel channel() throws IOException {
      if (channel == null) {
        channel = prompt(server.accept());
      }
      return channel;
    }

    @Override
    public void flow(Task task, Memory memory) throws IOException {
      SocketChannel link = channel();
      if (task.piece() <= SMALL) {
        takeSmall(link, task, memory);
      } else {
        ByteBuffer header = ByteBuffer.allocateDirect(HEADER);
        for (long i = 0; i < task.pieces(); i++) {
          fill(link, header.clear());
          fill(link, memory.nextBuffer(header.getInt(LENGTH_AT)));
        }
      }
      drain(link, ByteBuffer.allocateDirect(1));
    }

    private void takeSmall(SocketChannel link, Task task, Memory memory) throws IOException {
      gulp.clear();
      for (long left = task.pieces(); left > 0; ) {
        if (link.read(gulp) < 0) {
          throw new EOFException("the other half left");
        }
        gulp.flip();
        while (gulp.remaining() >= HEADER + task.piece()) {
          int length = gulp.getInt(gulp.position() + LENGTH_AT);
          memory
              .next(length)
              .copyFrom(
                  java.lang.foreign.MemorySegment.ofBuffer(
                      gulp.slice(gulp.position() + HEADER, length)));
          gulp.position(gulp.position() + HEADER + length);
          left--;
        }
        gulp.compact();
      }
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws IOException {
      SocketChannel link = channel();
      ByteBuffer message = memory.nextBuffer(task.piece());
      for (long i = 0; i < task.count(); i++) {
        fill(link, message.clear());
        drain(link, message.flip());
      }
    }

    @Override
    public void hold(Task task, Crowd crowd) throws Exception {
      accept(); // the one that every driver opens first
      for (long i = 0; i < task.count(); i++) {
        SocketChannel link = accept();
        Thread.startVirtualThread(() -> echo(link, task.piece(), crowd));
      }
      crowd.weighIdle();
      crowd.awaitEnd();
    }

    private SocketChannel accept() throws IOException {
      return prompt(server.accept());
    }

    private static void echo(SocketChannel link, int bytes, Crowd crowd) {
      ByteBuffer message = ByteBuffer.allocateDirect(bytes);
      try (link) {
        while (true) {
          fill(link, message.clear());
          drain(link, message.flip());
        }
      } catch (IOException e) {
        crowd.left(); // the driver closes what it opened
      }
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
      server.close();
    }
  }

  private static final class Driven implements Side {
    private final SocketChannel channel;

    Driven(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void flow(Task task, Memory memory) throws IOException {
      ByteBuffer header = ByteBuffer.allocateDirect(HEADER);
      ByteBuffer[] frame = new ByteBuffer[2];
      for (long i = 0; i < task.pieces(); i++) {
        frame[0] = header.clear().putInt(LENGTH_AT, task.piece());
        frame[1] = memory.nextBuffer(task.piece());
        while (frame[1].hasRemaining()) {
          channel.write(frame);
        }
      }
      fill(channel, ByteBuffer.allocateDirect(1));
    }

    @Override
    public void trip(Task task, Memory memory, Histogram nanos) throws IOException {
      ByteBuffer message = memory.nextBuffer(task.piece());
      for (long i = 0; i < task.count(); i++) {
        long start = System.nanoTime();
        drain(channel, message.clear());
        fill(channel, message.clear());
        nanos.recordValue(System.nanoTime() - start);
      }
    }

    @Override
    public void hold(Task task, Crowd crowd) throws Exception {
      crowd.drive(
          () -> {
            SocketChannel link = prompt(SocketChannel.open(channel.getRemoteAddress()));
            ByteBuffer message = ByteBuffer.allocateDirect(task.piece());
            return new Crowd.Link() {
              @Override
              public void trip() throws IOException {
                drain(link, message.clear());
                fill(link, message.clear());
              }

              @Override
              public void close() throws IOException {
                link.close();
              }
            };
          });
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
