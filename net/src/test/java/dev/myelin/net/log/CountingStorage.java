package dev.myelin.net.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/// The files of the system, of which it is counted how often they were forced.
final class CountingStorage implements Storage {
  private long forces; // guarded by this

  @Override
  public FileChannel open(Path file, OpenOption... options) throws IOException {
    return new ChannelProxy(FileChannel.open(file, options)) {
      @Override
      public void force(boolean metaData) throws IOException {
        super.force(metaData);
        count();
      }
    };
  }

  private synchronized void count() {
    forces++;
    notifyAll();
  }

  synchronized long forces() {
    return forces;
  }

  synchronized void awaitForces(long least) throws InterruptedException {
    while (forces < least) {
      wait();
    }
  }
}
