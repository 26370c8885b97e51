package dev.myelin.net.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files of the system on a device that takes so many bytes and then no more, or that fails to
/// force or to cut.
final class FaultyStorage implements Storage {
  private long room = Long.MAX_VALUE; // all guarded by this
  private boolean forcing = true;
  private boolean cutting = true;

  synchronized void giveRoom(long bytes) {
    room = bytes;
  }

  synchronized void failForcing(boolean fails) {
    forcing = !fails;
  }

  synchronized void failCutting(boolean fails) {
    cutting = !fails;
  }

  private synchronized int take(int wanted) throws IOException {
    if (wanted > 0 && room == 0) {
      throw new IOException("No space left on device");
    }
    int taken = (int) Math.min(wanted, room);
    room -= taken;
    return taken;
  }

  private synchronized void require(boolean works, String what) throws IOException {
    if (!works) {
      throw new IOException("cannot " + what);
    }
  }

  @Override
  public FileChannel open(Path file, OpenOption... options) throws IOException {
    return new Faulty(FileChannel.open(file, options));
  }

  private final class Faulty extends ChannelProxy {
    Faulty(FileChannel real) {
      super(real);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      int limit = source.limit();
      try {
        source.limit(source.position() + take(source.remaining()));
        return super.write(source, position);
      } finally {
        source.limit(limit);
      }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int limit = source.limit();
      try {
        source.limit(source.position() + take(source.remaining()));
        return super.write(source);
      } finally {
        source.limit(limit);
      }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      List<ByteBuffer> all = new ArrayList<>(List.of(sources).subList(offset, offset + length));
      for (ByteBuffer each : all) {
        if (each.hasRemaining()) {
          return write(each);
        }
      }
      return 0;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      require(cutting, "cut");
      return super.truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      require(forcing, "force");
      super.force(metaData);
    }
  }
}
