package dev.myelin.net.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/// The files of the system on a device whose power can be cut: what was not forced is there in
/// part.
final class ForgetfulStorage implements Storage {
  private static final int SECTOR = 16;

  private final Map<Path, byte[]> durable = new LinkedHashMap<>(); // guarded by this
  private boolean over; // guarded by this

  @Override
  public synchronized FileChannel open(Path file, OpenOption... options) throws IOException {
    if (!Files.isDirectory(file)) {
      durable.putIfAbsent(file, Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
    }
    return new ChannelProxy(FileChannel.open(file, options)) {
      @Override
      public void force(boolean metaData) throws IOException {
        keep(file);
      }
    };
  }

  private synchronized void keep(Path file) throws IOException {
    if (over) {
      throw new IOException("the power is gone");
    }
    if (!Files.isDirectory(file)) {
      durable.put(file, Files.readAllBytes(file));
    }
  }

  /// From now on nothing is forced any more.
  synchronized void lastForceIsOver() {
    over = true;
  }

  /// Makes of each file a mixture of what was forced and what was written.
  synchronized void cutPower(RandomGenerator random) throws IOException {
    for (Map.Entry<Path, byte[]> each : durable.entrySet()) {
      if (Files.exists(each.getKey())) {
        byte[] written = Files.readAllBytes(each.getKey());
        Files.write(each.getKey(), mixture(each.getValue(), written, random));
      }
    }
  }

  private static byte[] mixture(byte[] forced, byte[] written, RandomGenerator random) {
    int least = Math.min(forced.length, written.length);
    int most = Math.max(forced.length, written.length);
    byte[] old = Arrays.copyOf(forced, most);
    byte[] result = Arrays.copyOf(written, most);
    for (int at = 0; at < most; at += SECTOR) {
      if (random.nextBoolean()) {
        System.arraycopy(old, at, result, at, Math.min(SECTOR, most - at));
      }
    }
    return Arrays.copyOf(result, least + random.nextInt(most - least + 1));
  }
}
